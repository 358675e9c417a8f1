"""What the schemas say in attributes of their own (`v:when`, `v:max`, `v:min`), because XSD 1.0 cannot say it.

A Shape is what one complex type says so; only types that say something, or have such types below them, get one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ..data import data_path

if TYPE_CHECKING:
    from lxml.etree import _Element

XS = "{http://www.w3.org/2001/XMLSchema}"
WHEN, MAX, MIN = (f"{{urn:vmlint:schema}}{name}" for name in ("when", "max", "min"))
NONE: frozenset[str] = frozenset()
COMPLEX_TYPE, ELEMENT, ATTRIBUTE = f"{XS}complexType", f"{XS}element", f"{XS}attribute"
ABSENT = "-"
"""Stands in `v:when` for an attribute that is not there."""


class Condition(NamedTuple):
    """One part of `v:when`: the attribute, of the element around if `above`, must have one of these values."""

    above: bool
    attribute: str
    values: frozenset[str]


def conditions(when: str | None) -> list[Condition]:
    """`"type: file block; ../mode: -"` taken apart."""
    found = []
    for part in (when or "").split(";"):
        path, _, values = part.strip().partition(": ")
        if path:
            found.append(Condition(path.startswith("../"), path.removeprefix("../"), frozenset(values.split())))
    return found


class Switch:
    """An attribute on whose value it depends which members an element may have."""

    def __init__(self, above: bool, attribute: str) -> None:
        self.above = above
        self.attribute = attribute
        self._members: list[tuple[bool, str, frozenset[str]]] = []
        self.closed: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        """Names of the attributes and of the children that there are not, by the values met so far."""

    def add(self, is_attribute: bool, name: str, values: frozenset[str]) -> None:
        """A member that there is only for some values."""
        self._members.append((is_attribute, name, values))

    def close(self, value: str) -> tuple[frozenset[str], frozenset[str]]:
        """Work out what there is not for a value."""
        out = [(is_attribute, name) for is_attribute, name, values in self._members if value not in values]
        self.closed[value] = (
            frozenset(name for is_attribute, name in out if is_attribute),
            frozenset(name for is_attribute, name in out if not is_attribute),
        )
        return self.closed[value]


class Shape:
    """What a complex type says beyond XSD 1.0."""

    def __init__(self) -> None:
        self.switches: list[Switch] = []
        self.single: set[str] = set()
        """Children that may stand once."""
        self.required: set[str] = set()
        self.below: dict[str, Shape] = {}
        self.tags: tuple[str, ...] = ()
        """Names of the children that are below."""
        self.counts = False
        """Whether it matters how often a child stands there."""

    def switch(self, above: bool, attribute: str) -> Switch:
        """The switch that is an attribute, of the element around if `above`."""
        for found in self.switches:
            if (found.above, found.attribute) == (above, attribute):
                return found
        self.switches.append(Switch(above, attribute))
        return self.switches[-1]

    @property
    def says_something(self) -> bool:
        """Whether there is anything to check in an element itself."""
        return bool(self.switches or self.single or self.required)


def fits(root: _Element, shape: Shape) -> bool:
    """Whether an element that libxml2 found valid, and all below it, are as their shapes say."""
    stack: list[tuple[_Element, _Element, Shape]] = [(root, root, shape)]
    while stack:
        element, parent, shape = stack.pop()
        closed: frozenset[str] = NONE
        for switch in shape.switches:
            value = (parent if switch.above else element).get(switch.attribute, ABSENT)
            attributes, children = switch.closed.get(value) or switch.close(value)
            if attributes and not attributes.isdisjoint(element.keys()):
                return False
            closed = closed | children if closed else children
        if not len(element):
            if shape.required:
                return False
            continue
        below = shape.below
        if closed or shape.counts:
            inner = {child.tag: child for child in element}
            if not closed.isdisjoint(inner) or not shape.required.issubset(inner):
                return False
            if len(inner) < len(element) and _doubled(element, shape.single):
                return False
            if len(inner) == len(element):
                stack.extend([(inner[tag], element, below[tag]) for tag in inner if tag in below])
                continue
        if below:
            stack.extend([(child, element, below[child.tag]) for child in element.iterchildren(*shape.tags)])
    return True


def _doubled(element: _Element, single: set[str]) -> bool:
    tags = [child.tag for child in element]
    return any(tags.count(tag) > 1 for tag in single.intersection(tags))


@cache
def shape_of(name: str) -> Shape:
    """The shape of the root of the schema called `domain` or `network`."""
    shapes: dict[str, Shape] = {}
    for root in _files(name, set()):
        _read(root, shapes)
    _prune(shapes.values())
    return shapes[name.capitalize()]


def _files(name: str, seen: set[str]) -> Iterator[_Element]:
    """A schema and those it includes."""
    from lxml.etree import parse

    seen.add(name)
    root = parse(data_path(f"schemas/{name}.xsd")).getroot()
    yield root
    for include in root.iterchildren(f"{XS}include"):
        other = str(include.get("schemaLocation")).removesuffix(".xsd")
        if other not in seen:
            yield from _files(other, seen)


def _read(root: _Element, shapes: dict[str, Shape]) -> None:
    """Add what one file says of its complex types."""
    for type_ in root.iterchildren(COMPLEX_TYPE):
        shape = shapes.setdefault(str(type_.get("name")), Shape())
        for member in type_.iter(ELEMENT, ATTRIBUTE):
            name, kind, when = str(member.get("name")), member.get("type"), member.get(WHEN)
            if kind and member.tag == ELEMENT:
                shape.below[name] = shapes.setdefault(kind, Shape())
            if when:
                for above, attribute, values in conditions(when):
                    shape.switch(above, attribute).add(member.tag == ATTRIBUTE, name, values)
            if member.get(MAX):
                shape.single.add(name)
            if member.get(MIN):
                shape.required.add(name)


def _prune(shapes: Iterable[Shape]) -> None:
    """Drop what leads nowhere, so that the walk stays short."""
    useful = {shape for shape in shapes if shape.says_something}
    before = -1
    while before < len(useful):
        before = len(useful)
        useful |= {shape for shape in shapes if not useful.isdisjoint(shape.below.values())}
    for shape in shapes:
        shape.counts = bool(shape.single or shape.required)
        shape.below = {name: below for name, below in shape.below.items() if below in useful}
        shape.tags = tuple(shape.below)
