"""Parses XML with lxml and finds the libvirt documents in it: no network, no entities, no document type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from ..light_typing import TYPE_CHECKING, cast
from ..model import Node
from ..source import Piece, Text, Value, refuse
from .xml_node import QEMU_NAMESPACE, Tree, XmlNode, has_part

if TYPE_CHECKING:
    from lxml.etree import XMLParser, XMLSyntaxError, _Element, _LogEntry

    from ..qemu.commandline import CommandNode

QEMU_TYPES = ("kvm", "qemu", "hvf")
WRAPPERS = ("domainsnapshot", "domainbackup", "domstatus", "domaincheckpoint")
ROOTS = ("domain", "network", *WRAPPERS)
DOMAIN = re.compile(r"<domain(?=[\s>])[^<>]*>")
ESCAPED = re.compile(r"\s*(?:\\|[\"'`+])")
"""What follows the first tag where the lines of a document are strings of a program."""
DOMAIN_END = "</domain>"
OF_DOMAINS = ("name", "memory", "vcpu", "os", "features", "cpu", "devices")
"""Of an element called `domain` that says no type, a child of such a name shows that it is one of libvirt's."""
MAX_EMBEDDED = 200
"""Domains that are read in one file of another format."""


def embedded_domains(text: Text) -> list[Node]:
    """The domains in a file of another format: in a block of YAML, a fence, a heredoc, a string.

    Only what is XML as it stands is read: where the format has escapes of its own in it, nothing is.
    """
    roots: list[Node] = []
    at, found = 0, 0
    while found < MAX_EMBEDDED and (start := DOMAIN.search(text.text, at)):
        end = text.text.find(DOMAIN_END, start.end())
        if end < 0:
            break
        at, found = end + len(DOMAIN_END), found + 1
        try:
            element = parse_bytes(text.text[start.start() : at].encode("utf-8", "surrogateescape"), "utf-8")
        except syntax_error():
            continue
        if ESCAPED.match(element.text or ""):
            continue  # `"<domain>\n"` in a program
        if "type" in element.attrib or next(element.iterchildren(*OF_DOMAINS), None) is not None:
            roots.extend(roots_of([Tree(text, element, start.start(), at)]))
    return roots


def syntax_error() -> type[XMLSyntaxError]:
    """The exception for what is not well-formed."""
    from lxml.etree import XMLSyntaxError

    return XMLSyntaxError


def parse_bytes(data: bytes, encoding: str | None = None) -> _Element:
    """The root element of a document. Raises what syntax_error() gives."""
    from lxml.etree import ErrorTypes, fromstring

    try:
        return fromstring(data, _parser(encoding))
    except syntax_error() as error:
        if not (error.msg or "").startswith("Namespace prefix"):
            raise
        # libvirt does not mind a prefix that is not declared; any other mistake makes a document unreadable
        parser = _new_parser(encoding, recover=True)
        root = fromstring(data, parser)
        undeclared = ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE
        if any(entry.type != undeclared for entry in cast("Iterable[_LogEntry]", parser.error_log)):
            raise
        return root


@cache
def _parser(encoding: str | None) -> XMLParser:
    return _new_parser(encoding)


def _new_parser(encoding: str | None, recover: bool = False) -> XMLParser:
    from lxml.etree import XMLParser

    return XMLParser(
        encoding=encoding,
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,  # which nobody asks for
    )


def roots_of(trees: list[Tree]) -> Iterator[Node]:
    """The domains and networks in parsed documents, and the command lines of domains."""
    for tree in trees:
        name = tree.root.tag
        if name in WRAPPERS:
            tops = [node for node in tree.root.iter("domain", "inactiveDomain") if node.getparent() is tree.root]
        else:
            tops = [tree.root] if name in ROOTS else []
        for top in tops:
            node = XmlNode(tree, top, "network" if name == "network" else _domain_name(top))
            yield node
            yield from _command(node)


def _domain_name(domain: _Element) -> str:
    """`domain` where libvirt's QEMU driver reads it, which the rules are about; `foreign-domain` for Xen, LXC, …"""
    kind = domain.get("type", "")
    return "domain" if kind in QEMU_TYPES or has_part(kind) else "foreign-domain"


def _command(domain: XmlNode) -> Iterator[CommandNode]:
    """The words that `qemu:commandline` adds to the command line of a domain."""
    element = domain.element.find(f"{QEMU_NAMESPACE}commandline")
    if element is None:
        return
    nodes = [XmlNode(domain.tree, child) for child in element]
    words = [value for node in nodes if node.name == "qemu:arg" and (value := node.value("value"))]
    env = [
        (name, node.value("value") or _absent(name))
        for node in nodes
        if node.name == "qemu:env" and (name := node.value("name"))
    ]
    if words or env:
        from ..qemu.commandline import CommandNode  # which few domains need

        yield CommandNode(words, None, env, domain)


def _absent(name: Value) -> Value:
    """The empty value of a variable that has none; it stands where its name ends."""
    end = name.span().end
    return Value("", (Piece(0, 0, end, end, 0, refuse),))
