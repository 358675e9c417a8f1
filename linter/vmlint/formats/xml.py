"""libvirt domain and network XML, read with lxml: no network, no entities, no document type.

Also the domains inside domainsnapshot, domainbackup and domstatus, and several documents in one file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, cast

from ..model import Document, Node, Problem
from ..qemu.commandline import CommandNode
from ..source import Piece, Source, Span, Value, refuse
from .spans import Text
from .xml_node import QEMU_NAMESPACE, TEMPLATE, Tree, XmlNode
from .xml_scan import scan

if TYPE_CHECKING:
    from lxml.etree import XMLParser, XMLSyntaxError, _Element, _LogEntry

QEMU_TYPES = ("kvm", "qemu", "hvf")
WRAPPERS = ("domainsnapshot", "domainbackup", "domstatus", "domaincheckpoint")
ROOTS = ("domain", "network", *WRAPPERS)
PROLOG = re.compile(r"(?:\s+|<\?(?s:.*?)\?>|<!--(?s:.*?)-->|\{[{%#](?s:.*?)[}%#]\})*")
FIRST_TAG = re.compile(r"<([A-Za-z_][\w:.-]*)([^>]*)")
DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[>]*(?:\[(?s:.*?)\]\s*)?>")
DEFAULT_NAMESPACE = re.compile(r"\sxmlns\s*=")
EXTERNAL = re.compile(r"<!DOCTYPE\s+\S+\s+(?:SYSTEM|PUBLIC)\b")
DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
CODECS = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp(?:125\d|437|8[56]\d|874|9\d\d)|koi8-[rtu]|tis-620|gb\w+|big5|euc_\w+|shift_jis"
)
"""Python's names of the encodings that read the bytes of ASCII as ASCII and keep no state between characters."""
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
TEMPLATE_CONTROL = re.compile(r"\{\{|\{%|<%")
DOMAIN_AFTER_TEXT = re.compile(r"[^<]*<(domain)(\s[^>]*\btype\s*=[^>]*)>")
"""Other text stands before the domain: libvirt refuses the file, which is worth a finding."""
HEAD = 65536


def claims(path: str, head: bytes) -> bool:
    """Whether a file is libvirt XML: its first element is one of libvirt's and has no default namespace of another.

    Other programs' networks (MATSim) have a document type of their own, to which they point.
    """
    encoding, bom = encoding_of(head)
    text = head[bom : bom + HEAD].decode(encoding, "replace")
    start = _after_prolog(text, 0)
    doctype = DOCTYPE.match(text, start)
    first = FIRST_TAG.match(text, _after_prolog(text, doctype.end()) if doctype else start)
    if first is None and path.endswith(".xml") and not text.startswith("<", start):
        first = DOMAIN_AFTER_TEXT.match(text, start)
    if first is None or first[1] not in ROOTS or DEFAULT_NAMESPACE.search(first[2]):
        return False
    return first[1] == "domain" or not EXTERNAL.match(text, start)


def _after_prolog(text: str, start: int) -> int:
    """Offset of the first tag or document type declaration from `start`."""
    match = PROLOG.match(text, start)
    return match.end() if match else start


def encode(text: str) -> bytes:
    """The bytes that a text would be in a file: in the encoding it declares itself, as XML can, or in UTF-8."""
    encoding, _ = encoding_of(text[:HEAD].encode("ascii", "replace"))
    return text.encode(encoding, "surrogateescape" if encoding == "utf-8" else "xmlcharrefreplace")


def encoding_of(data: bytes) -> tuple[str, int]:
    """Python's name of the encoding of an XML file, and the length of its byte order mark."""
    for bom, name in BOMS:
        if data.startswith(bom):
            return name, len(bom)
    declared = DECLARED.match(data, 0, HEAD)
    return (_codec(declared[1].decode()) if declared else None) or "utf-8", 0


def _codec(declared: str) -> str | None:
    """Python's name of an encoding, if it is one that can be read here."""
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return None
    return name if CODECS.fullmatch(name) else None


def parse(path: str, data: bytes) -> Document:
    """The domains and networks of a file, and the command line of each domain's `qemu:commandline`."""
    source = Source(path, data, *encoding_of(data))
    text = Text(source)
    problem = _doctype(text) or _undecodable(text)
    if problem:
        return Document(source, "xml", (), [problem])
    try:
        trees = [Tree(text, _parse_whole(text), 0, len(text.text))]
    except _syntax_error() as error:
        return _parse_several(text, error)
    return Document(source, "xml", _roots(trees))


def _doctype(text: Text) -> Problem | None:
    start = _after_prolog(text.text, 0)
    if not text.text.startswith("<!DOCTYPE", start):
        return None
    return Problem("xml-doctype", text.span(start, start + len("<!DOCTYPE")), {})


def _undecodable(text: Text) -> Problem | None:
    """An encoding that is not known, or bytes that are not text in it; in Unicode's own encodings lxml sees to that."""
    source = text.source
    declared = None if source.bom else DECLARED.match(source.data, 0, 256)
    if declared and not _codec(declared[1].decode()):
        reason = f"the encoding {declared[1].decode()} is not supported"
        return Problem("syntax-error", Span(*declared.span(1)), {"reason": reason})
    if source.encoding.startswith("utf"):
        return None
    try:
        source.data.decode(source.encoding)
    except UnicodeDecodeError as error:
        reason = f"a byte that is no character in the encoding {source.encoding}"
        return Problem("syntax-error", Span(error.start, error.start), {"reason": reason})
    return None


def _parse_whole(text: Text) -> _Element:
    """The one document of a file; other encodings than Unicode's are decoded here, so that both readings agree."""
    if text.source.encoding.startswith("utf"):
        return _parse_bytes(text.source.data)
    return _parse_bytes(text.text.encode(), "utf-8")


def _parse_several(text: Text, error: XMLSyntaxError) -> Document:
    """Several documents in one file, as a loop over `virsh dumpxml` writes them, or one with template parts around it.

    Where it is neither: what is wrong with it.
    """
    tops = [element for element in scan(text.text) if element.top]
    around = text.text[: tops[0].start] + text.text[tops[-1].end :] if tops else ""
    if not tops or (len(tops) == 1 and not TEMPLATE_CONTROL.search(around)):
        return Document(text.source, "xml", (), [_syntax_problem(text, error, 0, len(text.text))])
    trees, problems = [], []
    for top in tops:
        try:
            part = text.text[top.start : top.end].encode("utf-8", "surrogateescape")
            trees.append(Tree(text, _parse_bytes(part, "utf-8"), top.start, top.end))
        except _syntax_error() as part_error:
            problems.append(_syntax_problem(text, part_error, top.start, top.end))
    return Document(text.source, "xml", _roots(trees), problems)


def _syntax_problem(text: Text, error: XMLSyntaxError, start: int, end: int) -> Problem:
    """Where libxml2 stopped, and its words without its own position."""
    line, column = error.position
    at = start
    for _ in range(line - 1):
        at = text.text.find("\n", at) + 1 or at
    at = min(at + max(column - 1, 0), len(text.text))
    at = min(at, text.text.find("\n", at) % (len(text.text) + 1))
    reason = (error.msg or "").partition(", line ")[0]
    rule = "template-not-read" if TEMPLATE_CONTROL.search(text.text, start, end) else "syntax-error"
    return Problem(rule, text.span(at, at), {"reason": reason})


def _syntax_error() -> type[XMLSyntaxError]:
    from lxml.etree import XMLSyntaxError

    return XMLSyntaxError


def _parse_bytes(data: bytes, encoding: str | None = None) -> _Element:
    from lxml.etree import ErrorTypes, fromstring

    try:
        return fromstring(data, _parser(encoding))
    except _syntax_error() as error:
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
    )


def _roots(trees: list[Tree]) -> Iterator[Node]:
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
    return "domain" if kind in QEMU_TYPES or TEMPLATE.search(kind) else "foreign-domain"


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
        yield CommandNode(words, None, env, domain)


def _absent(name: Value) -> Value:
    """The empty value of a variable that has none; it stands where its name ends."""
    end = name.span().end
    return Value("", (Piece(0, 0, end, end, 0, refuse),))
