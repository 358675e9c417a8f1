"""Elements of a parsed XML document as the nodes that rules walk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache, partial

from ..light_typing import TYPE_CHECKING
from ..model import Node
from ..source import OPAQUE, Edit, Piece, Span, Text, Value

if TYPE_CHECKING:
    from lxml.etree import _Element

    from .xml_scan import Element

QEMU_NAMESPACE = "{http://libvirt.org/schemas/domain/qemu/1.0}"
PART_SIGNS = "{$@%"
"""Every part of a template has one of them; what has none need not be searched for parts."""
CONTROL = ("{{", "{%", "<%")
"""What begins a part that may steer a template."""
DIRECTIVE = "%{"
"""What begins a directive of a template that otherwise reads as text (HCL)."""


def has_control(text: str, low: int = 0, high: int | None = None) -> bool:
    """Whether a text, or a part of it, has something that may steer a template."""
    return any(text.find(sign, low, high) >= 0 for sign in CONTROL)


def has_part(text: str) -> bool:
    """Whether a text has a part that a template fills in."""
    if not any(sign in text for sign in PART_SIGNS):
        return False
    from .xml_template import TEMPLATE

    return TEMPLATE.search(text) is not None


def _with_parts(value: Value) -> Value:
    """The same value, opaque where a template fills it in."""
    if not any(sign in value.text for sign in PART_SIGNS):
        return value
    from .spans import with_opaque
    from .xml_template import TEMPLATE

    return with_opaque(value, TEMPLATE)


class Tree:
    """One parsed document and the part of the source it stands in."""

    def __init__(self, text: Text, root: _Element, low: int, high: int) -> None:
        self.text = text
        self.root = root
        self.may_have_parts = any(sign in text.text for sign in PART_SIGNS)
        """Whether a template may fill in some of its values."""
        self._low, self._high = low, high
        self._elements: dict[_Element, Element] = {}
        self._with_parts: dict[_Element, bool] = {}
        self._is_template: bool | None = None
        self.written: dict[tuple[_Element, str], str] = {}
        """Names that attributes have in the source, where they are read as others."""
        self.unknown: set[tuple[_Element, str]] = set()
        """Attributes (``: texts) whose values are taken as not known."""

    @property
    def is_template(self) -> bool:
        """Whether something may steer a template in the file."""
        if self._is_template is None:
            self._is_template = has_control(self.text.text) or DIRECTIVE in self.text.text
        return self._is_template

    def locate(self, element: _Element) -> Element:
        """Where an element stands in the source."""
        if not self._elements:
            from .xml_scan import scan

            found = scan(self.text.text, self._low, self._high)
            self._elements = dict(zip(self.root.iter("*"), found, strict=False))
        return self._elements[element]

    def expect_more(self, elements: Iterable[_Element]) -> None:
        """Take elements as if a template added to them."""
        self._with_parts.update(dict.fromkeys(elements, True))

    def has_parts(self, element: _Element) -> bool:
        """Whether a template puts something between the children of an element, of which each may ask."""
        if element not in self._with_parts:
            texts = [element.text, *(child.tail for child in element)]
            self._with_parts[element] = any(text and has_part(text) for text in texts)
        return self._with_parts[element]


def _name(element: _Element) -> str:
    """The name rules know an element by: those of libvirt's namespace for QEMU have the prefix it is always given."""
    tag = str(element.tag)
    return tag.replace(QEMU_NAMESPACE, "qemu:") if tag[0] == "{" else tag


class _Step:
    """An element on the way to those that are wanted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = ""
        """Its own path, if it is wanted."""
        self.below: dict[str, _Step] = {}
        """The steps from here, by tag."""


@lru_cache(maxsize=16)
def _steps(name: str, wanted: frozenset[str]) -> _Step | None:
    """The way to those of some paths that begin with a name, from an element of it; None if any child is wanted."""
    first = _Step(name)
    for path in wanted:
        if path.partition("/")[0] != name:
            continue
        if path.endswith("/*"):
            return None
        step = first
        for below in path.split("/")[1:]:
            step = step.below.setdefault(below.replace("qemu:", QEMU_NAMESPACE), _Step(below))
        step.path = path
    return first


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
        first = _steps(self.name, wanted)
        if first is None:
            yield from super().walk(wanted)
            return
        stack = [(self.element, first)]
        while stack:
            element, step = stack.pop()
            if step.path:
                yield step.path, XmlNode(self.tree, element, step.name)
            if step.below:
                below = step.below
                stack.extend([(child, below[tag]) for child in reversed(element) if (tag := child.tag) in below])

    def value(self, name: str) -> Value | None:
        text = self.element.get(name)
        if text is None:
            return None
        return self._known(name, Value(text, partial(self._pieces_of, name)))

    def _known(self, name: str, value: Value) -> Value:
        """A value, as far as it is known."""
        if self.tree.unknown and (self.element, name) in self.tree.unknown:
            from .spans import unknown

            return unknown(value)
        return _with_parts(value) if self.tree.may_have_parts else value

    def plain(self, name: str) -> str | None:
        if self.tree.unknown and (self.element, name) in self.tree.unknown:
            return OPAQUE
        return self.element.get(name) if name else self.element.text or ""

    def _pieces_of(self, name: str) -> tuple[Piece, ...]:
        from .xml_scan import attribute_pieces, attributes

        source = self.tree.text
        written = self.written_name(name)
        low, high = next((low, high) for key, low, high in attributes(source.text, self.place) if key == written)
        return attribute_pieces(source, low, high)

    @property
    def attribute_names(self) -> Sequence[str]:
        return [str(name) for name in self.element.keys()]  # noqa: SIM118  # an element iterates over its children

    def written_name(self, name: str) -> str:
        """The name that an attribute has in the source, with the prefix there if it is of a namespace."""
        if name.startswith("{"):
            from .xml_scan import attribute_names

            space, _, local = name[1:].partition("}")
            known = {f"{prefix}:{local}" for prefix, uri in self.element.nsmap.items() if uri == space}
            known.add(f"xml:{local}")
            return next(key for key, _, _ in attribute_names(self.tree.text.text, self.place) if key in known)
        return self.tree.written.get((self.element, name), name)

    def attribute_name(self, name: str) -> Value:
        name = self.written_name(name)

        def pieces() -> tuple[Piece, ...]:
            from .xml_scan import attribute_encoder, attribute_names

            source = self.tree.text
            low, high = next((low, high) for key, low, high in attribute_names(source.text, self.place) if key == name)
            return tuple(source.literal(low, high, 0, attribute_encoder("", source.source.encoding)))

        return Value(name, pieces)

    @property
    def is_of_template(self) -> bool:
        return self.tree.is_template

    @property
    def has_template_parts(self) -> bool:
        return self.tree.has_parts(self.element)

    @property
    def text(self) -> Value:
        def pieces() -> tuple[Piece, ...]:
            from .xml_scan import text_pieces

            return text_pieces(self.tree.text, self.place.tag_end, self.place.end)

        return self._known("", Value(self.element.text or "", pieces))

    def read_as(self, attribute: str | None, meant: str) -> None:
        element, name = self.element, attribute or ""
        if meant and attribute is None:
            element.tag = meant
        elif meant and attribute:
            name = meant
            element.set(meant, element.attrib.pop(attribute))
            self.tree.written[element, meant] = attribute
        self.tree.unknown.add((element, name))

    def expect_more(self, tags: Collection[str]) -> None:
        self.tree.expect_more(self.element.iter(*tags))

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
