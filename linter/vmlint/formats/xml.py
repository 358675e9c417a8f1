"""libvirt domain and network XML, read with lxml: no network, no entities, no document type.

Also the domains inside domainsnapshot, domainbackup and domstatus, and several documents in one file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from ..model import Document, Node, Problem
from ..qemu.commandline import CommandNode
from ..source import Edit, Piece, Source, Span, Value
from .spans import Text, with_opaque
from .xml_scan import Element, attribute_encoder, attribute_pieces, attributes, scan, tag_name, text_pieces

if TYPE_CHECKING:
    from lxml.etree import XMLParser, XMLSyntaxError, _Element

QEMU_NAMESPACE = "{http://libvirt.org/schemas/domain/qemu/1.0}"
QEMU_TYPES = ("kvm", "qemu", "hvf")
WRAPPERS = ("domainsnapshot", "domainbackup", "domstatus", "domaincheckpoint")
ROOTS = ("domain", "network", *WRAPPERS)
PROLOG = re.compile(r"(?:\s|<\?(?s:.*?)\?>|<!--(?s:.*?)-->|\{[{%#](?s:.*?)[}%#]\})*")
FIRST_TAG = re.compile(r"<([A-Za-z_][\w:.-]*)([^>]*)")
DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[>]*(?:\[(?s:.*?)\]\s*)?>")
DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
TEMPLATE = re.compile(
    r"\{\{.*?\}\}|\{[%#].*?[%#]\}|<%.*?%>|\$\{[^}]*\}|\$\(\w+\)|\$[A-Za-z_]\w*|@\w+@|%\(\w+\)[sd]|%[sd]", re.DOTALL
)
TEMPLATE_CONTROL = re.compile(r"\{\{|\{%|<%")
HEAD = 65536


def claims(path: str, head: bytes) -> bool:
    """Whether a file is libvirt XML: its first element is one of libvirt's and has no default namespace of another."""
    encoding, bom = encoding_of(head)
    text = head[bom : bom + HEAD].decode(encoding, "replace")
    start = _after_prolog(text, 0)
    doctype = DOCTYPE.match(text, start)
    first = FIRST_TAG.match(text, _after_prolog(text, doctype.end()) if doctype else start)
    return first is not None and first[1] in ROOTS and "xmlns=" not in first[2]


def _after_prolog(text: str, start: int) -> int:
    """Offset of the first tag or document type declaration from `start`."""
    match = PROLOG.match(text, start)
    return match.end() if match else start


def encoding_of(data: bytes) -> tuple[str, int]:
    """Python's name of the encoding of an XML file, and the length of its byte order mark."""
    for bom, name in BOMS:
        if data.startswith(bom):
            return name, len(bom)
    declared = DECLARED.match(data, 0, 256)
    try:
        return codecs.lookup(declared[1].decode() if declared else "utf-8").name, 0
    except LookupError:
        return "utf-8", 0


def parse(path: str, data: bytes) -> Document:
    """The domains and networks of a file, and the command line of each domain's `qemu:commandline`."""
    source = Source(path, data, *encoding_of(data))
    text = Text(source)
    start = _after_prolog(text.text, 0)
    if text.text.startswith("<!DOCTYPE", start):
        return Document(source, "xml", (), [Problem("xml-doctype", _span(text, start, start + len("<!DOCTYPE")), {})])
    try:
        trees = [Tree(text, _parse_bytes(data), 0, len(text.text))]
    except _syntax_error() as error:
        return _parse_several(text, error)
    return Document(source, "xml", _roots(trees))


def _parse_several(text: Text, error: XMLSyntaxError) -> Document:
    """Several documents in one file, as a loop over `virsh dumpxml` writes them, or one with template parts around it.

    Where it is neither: what is wrong with it.
    """
    tops = [element for element in scan(text.text) if element.top]
    around = text.text[: tops[0].start] + text.text[tops[-1].end :] if tops else ""
    if not tops or (len(tops) == 1 and not TEMPLATE_CONTROL.search(around)):
        return Document(text.source, "xml", (), [_syntax_problem(text, error, 0)])
    trees, problems = [], []
    for top in tops:
        try:
            part = text.text[top.start : top.end].encode("utf-8", "replace")
            trees.append(Tree(text, _parse_bytes(part, "utf-8"), top.start, top.end))
        except _syntax_error() as part_error:
            problems.append(_syntax_problem(text, part_error, top.start))
    return Document(text.source, "xml", _roots(trees), problems)


def _syntax_problem(text: Text, error: XMLSyntaxError, start: int) -> Problem:
    """Where libxml2 stopped, and its words without its own position."""
    line, column = error.position
    at = start
    for _ in range(line - 1):
        at = text.text.find("\n", at) + 1 or at
    at = min(at + max(column - 1, 0), len(text.text))
    at = min(at, text.text.find("\n", at) % (len(text.text) + 1))
    reason = (error.msg or "").partition(", line ")[0]
    rule = "template-not-read" if TEMPLATE_CONTROL.search(text.text) else "syntax-error"
    return Problem(rule, _span(text, at, at), {"reason": reason})


def _span(text: Text, low: int, high: int) -> Span:
    return Span(text.byte(low), text.byte(high))


def _syntax_error() -> type[XMLSyntaxError]:
    from lxml.etree import XMLSyntaxError

    return XMLSyntaxError


def _parse_bytes(data: bytes, encoding: str | None = None) -> _Element:
    from lxml.etree import fromstring

    return fromstring(data, _parser(encoding))


@cache
def _parser(encoding: str | None) -> XMLParser:
    from lxml.etree import XMLParser

    return XMLParser(
        encoding=encoding,
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
        (name, node.value("value") or Value("", name.pick((0, 0)).pieces))
        for node in nodes
        if node.name == "qemu:env" and (name := node.value("name"))
    ]
    if words or env:
        yield CommandNode(words, None, env, domain)


class Tree:
    """One parsed document and the part of the source it stands in."""

    def __init__(self, text: Text, root: _Element, low: int, high: int) -> None:
        self.text = text
        self.root = root
        self._low, self._high = low, high
        self._elements: dict[_Element, Element] = {}

    def locate(self, element: _Element) -> Element:
        """Where an element stands in the source."""
        if not self._elements:
            found = scan(self.text.text, self._low, self._high)
            self._elements = dict(zip(self.root.iter("*"), found, strict=False))
        return self._elements[element]


class XmlNode(Node):
    """An element. Equal to another node of the same element; bytes are found when asked for."""

    __slots__ = ("element", "name", "tree")

    def __init__(self, tree: Tree, element: _Element, name: str = "") -> None:
        self.tree = tree
        self.element = element
        self.name = name or str(element.tag).replace(QEMU_NAMESPACE, "qemu:")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, XmlNode) and self.element is other.element

    def __hash__(self) -> int:
        return hash(self.element)

    @property
    def parent(self) -> Node | None:  # type: ignore[override]  # found when asked for, never set
        above = self.element.getparent()
        return None if above is None else XmlNode(self.tree, above)

    @property
    def children(self) -> Sequence[Node]:
        return [XmlNode(self.tree, child) for child in self.element]

    def walk(self, wanted: frozenset[str]) -> Iterator[tuple[str, Node]]:
        """As in Node, but lets lxml find the elements: most of a domain is of no interest to any rule."""
        paths = {path for path in wanted if path.partition("/")[0] == self.name}
        if self.name in paths:
            yield self.name, self
        tags = {path.rpartition("/")[2] for path in paths if "/" in path}
        for element in self.element.iter(*tags) if tags else ():
            path = self._path_to(element)
            if path in paths:
                yield path, XmlNode(self.tree, element)

    def _path_to(self, element: _Element) -> str:
        names = [str(element.tag)]
        above = element.getparent()
        while above is not None and above is not self.element:
            names.append(str(above.tag))
            above = above.getparent()
        return "/".join([self.name, *reversed(names)]) if element is not self.element else self.name

    def value(self, name: str) -> Value | None:
        text = self.element.get(name)
        if text is None:
            return None

        def pieces() -> tuple[Piece, ...]:
            source = self.tree.text
            low, high = next((low, high) for key, low, high in attributes(source.text, self._place) if key == name)
            return attribute_pieces(source, low, high)

        return with_opaque(Value(text, pieces), TEMPLATE)

    @property
    def text(self) -> Value:
        return with_opaque(
            Value(self.element.text or "", lambda: text_pieces(self.tree.text, self._place.tag_end, self._place.end)),
            TEMPLATE,
        )

    @property
    def _place(self) -> Element:
        return self.tree.locate(self.element)

    @property
    def span(self) -> Span:
        return _span(self.tree.text, self._place.start, self._place.end)

    @property
    def name_span(self) -> Span:
        return _span(self.tree.text, *tag_name(self.tree.text.text, self._place))

    def set_value(self, name: str, text: str) -> tuple[Edit, ...]:
        value = self.value(name)
        if value is not None:
            return () if value.opaque else value.replace(0, len(value.text), text)
        source = self.tree.text
        written = list(attributes(source.text, self._place))
        at = written[-1][2] + 1 if written else tag_name(source.text, self._place)[1]
        quote = source.text[at - 1] if written else "'"
        encode = attribute_encoder(quote, source.source.encoding)
        wrap = source.source.encode
        offset = source.byte(at)
        return (Edit(offset, offset, wrap(f" {name}={quote}") + (encode(text) or b"") + wrap(quote)),)

    def insert_before(self, markup: str) -> tuple[Edit, ...]:
        source, start = self.tree.text, self._place.start
        line = source.text.rfind("\n", 0, start) + 1
        indent = source.text[line:start]
        if line and not indent.strip():
            newline = "\r\n" if source.text[line - 2 : line] == "\r\n" else "\n"
            markup += newline + indent
        offset = source.byte(start)
        return (Edit(offset, offset, source.source.encode(markup)),)
