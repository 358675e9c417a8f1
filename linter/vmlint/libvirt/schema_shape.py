"""What the schemas say in attributes of their own (`v:when`, `v:max`, `v:min`), because XSD 1.0 cannot say it.

A Shape is what one complex type says so; only types that say something, or have such types below them, get one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from ..data import data_path

if TYPE_CHECKING:
    from lxml.etree import _Element

XS = "{http://www.w3.org/2001/XMLSchema}"
WHEN, MAX, MIN = (f"{{urn:vmlint:schema}}{name}" for name in ("when", "max", "min"))
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
        self._closed: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    def add(self, is_attribute: bool, name: str, values: frozenset[str]) -> None:
        """A member that there is only for some values."""
        self._members.append((is_attribute, name, values))

    def closed(self, value: str) -> tuple[frozenset[str], frozenset[str]]:
        """Names of the attributes and of the children that there are not for a value."""
        if value not in self._closed:
            out = [(is_attribute, name) for is_attribute, name, values in self._members if value not in values]
            self._closed[value] = (
                frozenset(name for is_attribute, name in out if is_attribute),
                frozenset(name for is_attribute, name in out if not is_attribute),
            )
        return self._closed[value]


class Shape:
    """What a complex type says beyond XSD 1.0."""

    def __init__(self) -> None:
        self.switches: list[Switch] = []
        self.single: set[str] = set()
        """Children that may stand once."""
        self.required: set[str] = set()
        self.below: dict[str, Shape] = {}

    @property
    def says_something(self) -> bool:
        """Whether there is anything to check in an element itself."""
        return bool(self.switches or self.single or self.required)


def fits(root: _Element, shape: Shape) -> bool:
    """Whether an element that libxml2 found valid, and all below it, are as their shapes say."""
    stack: list[tuple[_Element, _Element, Shape]] = [(root, root, shape)]
    while stack:
        element, parent, shape = stack.pop()
        closed: frozenset[str] | None = None
        for switch in shape.switches:
            value = (parent if switch.above else element).get(switch.attribute, ABSENT)
            attributes, children = switch.closed(value)
            if attributes and not attributes.isdisjoint(element.keys()):
                return False
            closed = closed | children if closed else children
        below, single = shape.below, shape.single
        if closed or below or single:
            tags = []
            for child in element:
                tag = cast(str, child.tag)
                tags.append(tag)
                if tag in below:
                    stack.append((child, element, below[tag]))
            if closed and not closed.isdisjoint(tags):
                return False
            if single and len(tags) > 1 and _doubled(tags, single):
                return False
        if shape.required and not shape.required.issubset(child.tag for child in element):
            return False
    return True


def _doubled(tags: list[str], single: set[str]) -> bool:
    return len(set(tags)) < len(tags) and any(tags.count(tag) > 1 for tag in single.intersection(tags))


@cache
def shape_of(name: str) -> Shape:
    """The shape of the root of the schema called `domain` or `network`."""
    types = {str(found.get("name")): found for found in _complex_types(name, set())}
    shapes = {name: Shape() for name in types}
    for name_, type_ in types.items():
        _fill(shapes[name_], type_, shapes)
    _prune(shapes.values())
    return shapes[name.capitalize()]


def _complex_types(name: str, seen: set[str]) -> Iterator[_Element]:
    """The named complex types of a schema and of those it includes."""
    from lxml.etree import parse

    seen.add(name)
    root = parse(data_path(f"schemas/{name}.xsd")).getroot()
    yield from root.iterchildren(f"{XS}complexType")
    for include in root.iterchildren(f"{XS}include"):
        other = str(include.get("schemaLocation")).removesuffix(".xsd")
        if other not in seen:
            yield from _complex_types(other, seen)


def _fill(shape: Shape, type_: _Element, shapes: dict[str, Shape]) -> None:
    switches: dict[tuple[bool, str], Switch] = {}
    for member in type_.iter(f"{XS}element", f"{XS}attribute"):
        name, kind = str(member.get("name")), str(member.get("type"))
        is_attribute = member.tag == f"{XS}attribute"
        for above, attribute, values in conditions(member.get(WHEN)):
            switch = switches.setdefault((above, attribute), Switch(above, attribute))
            switch.add(is_attribute, name, values)
        if member.get(MAX):
            shape.single.add(name)
        if member.get(MIN):
            shape.required.add(name)
        if not is_attribute and kind in shapes:
            shape.below[name] = shapes[kind]
    shape.switches = list(switches.values())


def _prune(shapes: Iterable[Shape]) -> None:
    """Drop what leads nowhere, so that the walk stays short."""
    useful = {shape for shape in shapes if shape.says_something}
    before = -1
    while before < len(useful):
        before = len(useful)
        useful |= {shape for shape in shapes if not useful.isdisjoint(shape.below.values())}
    for shape in shapes:
        shape.below = {name: below for name, below in shape.below.items() if below in useful}
