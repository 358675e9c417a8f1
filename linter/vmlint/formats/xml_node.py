"""Elements of a parsed XML document as the nodes that rules walk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from ..model import Node
from ..source import Edit, Piece, Span, Text, Value

if TYPE_CHECKING:
    from lxml.etree import _Element

    from .xml_scan import Element

QEMU_NAMESPACE = "{http://libvirt.org/schemas/domain/qemu/1.0}"
PART_SIGN = re.compile(r"[{$@%]")
"""A character that every part of a template has; what has none need not be searched for parts."""
CONTROL = ("{{", "{%", "<%")
"""What begins a part that may steer a template."""
DIRECTIVE = "%{"
"""What begins a directive of a template that otherwise reads as text (HCL)."""


def has_control(text: str, low: int = 0, high: int | None = None) -> bool:
    """Whether a text, or a part of it, has something that may steer a template."""
    return any(text.find(sign, low, high) >= 0 for sign in CONTROL)


def has_part(text: str) -> bool:
    """Whether a text has a part that a template fills in."""
    if not PART_SIGN.search(text):
        return False
    from .xml_template import TEMPLATE

    return TEMPLATE.search(text) is not None


def _with_parts(value: Value) -> Value:
    """The same value, opaque where a template fills it in."""
    if not PART_SIGN.search(value.text):
        return value
    from .spans import with_opaque
    from .xml_template import TEMPLATE

    return with_opaque(value, TEMPLATE)


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
            from .xml_scan import scan

            found = scan(self.text.text, self._low, self._high)
            self._elements = dict(zip(self.root.iter("*"), found, strict=False))
        return self._elements[element]


def _name(element: _Element) -> str:
    """The name rules know an element by: those of libvirt's namespace for QEMU have the prefix it is always given."""
    tag = str(element.tag)
    return tag.replace(QEMU_NAMESPACE, "qemu:") if tag.startswith("{") else tag


@lru_cache(maxsize=16)
def _below(name: str, wanted: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...] | None]:
    """Those of some paths that begin with a name, and the tags of the elements they lead to; None where that is any."""
    paths = frozenset(path for path in wanted if path.partition("/")[0] == name)
    if any(path.endswith("/*") for path in paths):
        return paths, None
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

    def of(self, element: _Element) -> Node:
        return XmlNode(self.tree, element)

    def child(self, name: str) -> Node | None:
        """As in Node, but lets lxml find it."""
        if ":" in name:  # a prefix of libvirt's namespaces, declared or not
            return super().child(name)
        element = next(self.element.iterchildren(name), None)
        return None if element is None else XmlNode(self.tree, element, name)

    def walk(self, wanted: frozenset[str]) -> Iterator[tuple[str, Node]]:
        """As in Node, but lets lxml find the elements: most of a domain is of no interest to any rule."""
        paths, tags = _below(self.name, wanted)
        if tags is None:
            yield from super().walk(paths)
            return
        if self.name in paths:
            yield self.name, self
        above = {self.element: self.name}
        for element in self.element.iter(*tags) if tags else ():
            if element is not self.element:
                name = _name(element)
                path = f"{self._path_to(element.getparent(), above)}/{name}"
                if path in paths:
                    yield path, XmlNode(self.tree, element, name)

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
        return None if text is None else _with_parts(Value(text, partial(self._pieces_of, name)))

    def _pieces_of(self, name: str) -> tuple[Piece, ...]:
        from .xml_scan import attribute_pieces, attributes

        source = self.tree.text
        low, high = next((low, high) for key, low, high in attributes(source.text, self.place) if key == name)
        return attribute_pieces(source, low, high)

    @property
    def attribute_names(self) -> Sequence[str]:
        return [str(name) for name in self.element.keys()]  # noqa: SIM118  # an element iterates over its children

    def attribute_name(self, name: str) -> Value:
        def pieces() -> tuple[Piece, ...]:
            from .xml_scan import attribute_encoder, attribute_names

            source = self.tree.text
            low, high = next((low, high) for key, low, high in attribute_names(source.text, self.place) if key == name)
            return tuple(source.literal(low, high, 0, attribute_encoder("", source.source.encoding)))

        return Value(name, pieces)

    @property
    def is_of_template(self) -> bool:
        text = self.tree.text.text
        return has_control(text) or DIRECTIVE in text

    @property
    def has_template_parts(self) -> bool:
        texts = [self.element.text, *(child.tail for child in self.element)]
        return any(text and has_part(text) for text in texts)

    @property
    def text(self) -> Value:
        def pieces() -> tuple[Piece, ...]:
            from .xml_scan import text_pieces

            return text_pieces(self.tree.text, self.place.tag_end, self.place.end)

        return _with_parts(Value(self.element.text or "", pieces))

    @property
    def place(self) -> Element:
        """Where the element stands in the source."""
        return self.tree.locate(self.element)

    @property
    def span(self) -> Span:
        return self.tree.text.span(self.place.start, self.place.end)

    @property
    def name_span(self) -> Span:
        from .xml_scan import tag_name

        return self.tree.text.span(*tag_name(self.tree.text.text, self.place))

    def set_value(self, name: str, text: str) -> tuple[Edit, ...]:
        from .xml_edits import set_value

        return set_value(self, name, text)

    def rename(self, name: str) -> tuple[Edit, ...]:
        from .xml_edits import rename

        return rename(self, name)

    def insert_before(self, markup: str) -> tuple[Edit, ...]:
        from .xml_edits import insert_before

        return insert_before(self, markup)

    def drop(self) -> tuple[Edit, ...]:
        from .xml_edits import drop

        return drop(self)

    def drop_value(self, name: str) -> tuple[Edit, ...]:
        from .xml_edits import drop_value

        return drop_value(self, name)
