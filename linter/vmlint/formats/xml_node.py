"""Elements of a parsed XML document as the nodes that rules walk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from ..model import Node
from ..source import Edit, Piece, Span, Text, Value
from .spans import with_opaque
from .xml_scan import (
    Element,
    attribute_encoder,
    attribute_names,
    attribute_pieces,
    attributes,
    scan,
    tag_name,
    text_pieces,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

QEMU_NAMESPACE = "{http://libvirt.org/schemas/domain/qemu/1.0}"
TEMPLATE = re.compile(
    r"\{\{.{0,500}?\}\}|\{[%#].{0,500}?[%#]\}|<%.{0,500}?%>|\$\{[^}]{0,500}\}|\$\(\w+\)|\$[A-Za-z_]\w*|@\w+@|%\(\w+\)[sd]|%[sd]",
    re.DOTALL,
)

TEMPLATE_CONTROL = re.compile(r"\{\{|\{%|<%")
DIRECTIVE = "%{"
"""What begins a part of a template, and a directive of one that otherwise reads as text (HCL)."""


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


def _name(element: _Element) -> str:
    """The name rules know an element by: those of libvirt's namespace for QEMU have the prefix it is always given."""
    return str(element.tag).replace(QEMU_NAMESPACE, "qemu:")


@lru_cache(maxsize=16)
def _below(name: str, wanted: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Those of some paths that begin with a name, and the tags of the elements they lead to."""
    paths = frozenset(path for path in wanted if path.partition("/")[0] == name)
    ends = {path.rpartition("/")[2].replace("qemu:", QEMU_NAMESPACE) for path in paths if "/" in path}
    return paths, tuple(ends)


class XmlNode(Node):
    """An element. Equal to another node of the same element; bytes are found when asked for."""

    __slots__ = ("element", "name", "tree")

    def __init__(self, tree: Tree, element: _Element, name: str = "") -> None:
        self.tree = tree
        self.element = element
        self.name = name or _name(element)

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
        paths, tags = _below(self.name, wanted)
        if any(path.endswith("/*") for path in paths):
            yield from super().walk(paths)
            return
        if self.name in paths:
            yield self.name, self
        above = {self.element: self.name}
        for element in self.element.iter(*tags) if tags else ():
            if element is not self.element:
                path = f"{self._path_to(element.getparent(), above)}/{_name(element)}"
                if path in paths:
                    yield path, XmlNode(self.tree, element)

    def _path_to(self, element: _Element | None, known: dict[_Element, str]) -> str:
        """Path of an element below this one; `known` grows by it and those around it."""
        names: list[_Element] = []
        while element is not None and element not in known:
            names.append(element)
            element = element.getparent()
        path = known[element] if element is not None else ""
        for below in reversed(names):
            path = known[below] = f"{path}/{_name(below)}"
        return path

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
    def attribute_names(self) -> Sequence[str]:
        return [str(name) for name in self.element.keys()]  # noqa: SIM118  # an element iterates over its children

    def attribute_name(self, name: str) -> Value:
        def pieces() -> tuple[Piece, ...]:
            source = self.tree.text
            low, high = next((low, high) for key, low, high in attribute_names(source.text, self._place) if key == name)
            return tuple(source.literal(low, high, 0, attribute_encoder("", source.source.encoding)))

        return Value(name, pieces)

    @property
    def is_of_template(self) -> bool:
        text = self.tree.text.text
        return TEMPLATE_CONTROL.search(text) is not None or DIRECTIVE in text

    @property
    def has_template_parts(self) -> bool:
        texts = [self.element.text, *(child.tail for child in self.element)]
        return any(text and TEMPLATE.search(text) for text in texts)

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
        return self.tree.text.span(self._place.start, self._place.end)

    @property
    def name_span(self) -> Span:
        return self.tree.text.span(*tag_name(self.tree.text.text, self._place))

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
        offset, encoded = source.byte(at), encode(text)
        if encoded is None:
            return ()
        return (Edit(offset, offset, wrap(f" {name}={quote}") + encoded + wrap(quote)),)

    def rename(self, name: str) -> tuple[Edit, ...]:
        source, place = self.tree.text, self._place
        low, high = tag_name(source.text, place)
        spans = [(low, high)]
        if place.end > place.tag_end:
            at = source.text.rfind("</", low, place.end) + len("</")
            spans.append((at, at + high - low))
        return tuple(Edit(*source.span(*span), source.source.encode(name)) for span in spans)

    def insert_before(self, markup: str) -> tuple[Edit, ...]:
        if self.element is self.tree.root:
            return ()
        source, start = self.tree.text, self._place.start
        line = source.text.rfind("\n", 0, start) + 1
        indent = source.text[line:start]
        if line and not indent.strip():
            newline = "\r\n" if source.text[line - 2 : line] == "\r\n" else "\n"
            markup += newline + indent
        offset = source.byte(start)
        return (Edit(offset, offset, markup.encode(source.source.encoding, "xmlcharrefreplace")),)

    def drop(self) -> tuple[Edit, ...]:
        source, place = self.tree.text, self._place
        inside = self.element.text or ""
        if (
            self.element is self.tree.root
            or len(self.element)
            or inside.strip()
            or "<!" in source.text[place.tag_end : place.end]
        ):
            return ()
        line, end = source.text.rfind("\n", 0, place.start) + 1, source.text.find("\n", place.end) + 1
        if not end or source.text[line : place.start].strip() or source.text[place.end : end].strip():
            line, end = place.start, place.end
        span = source.span(line, end)
        return (Edit(span.start, span.end, b""),)

    def drop_value(self, name: str) -> tuple[Edit, ...]:
        source, place = self.tree.text, self._place
        found = next((low for key, low, _ in attributes(source.text, place) if key == name), None)
        if found is None:
            return ()
        high = source.text.index(source.text[found - 1], found) + 1
        low = source.text.rindex(name, place.start, found)
        while source.text[low - 1].isspace():
            low -= 1
        span = source.span(low, high)
        return (Edit(span.start, span.end, b""),)
