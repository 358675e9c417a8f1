"""What the schemas say in attributes of their own (`v:when`, `v:need`, `v:max`, `v:min`, `v:vital`).

A Shape is what one complex type says so; only types that say something, or have such types below them, get one.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cache

from ..data import compiled, data_path
from ..light_typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Self
    from xml.etree.ElementTree import Element

    from lxml.etree import _Element

XS = "{http://www.w3.org/2001/XMLSchema}"
WHEN, NEED, MAX, MIN, VITAL = (f"{{urn:vmlint:schema}}{name}" for name in ("when", "need", "max", "min", "vital"))
OWN = frozenset((WHEN, NEED, MAX, MIN, VITAL))
NONE: frozenset[str] = frozenset()
ROOTS = ("Domain", "Network")
"""What these lack may stand elsewhere: parts of domains are kept in files too."""
COMPLEX_TYPE, ELEMENT, ATTRIBUTE = f"{XS}complexType", f"{XS}element", f"{XS}attribute"
ALWAYS, SOMETIMES = "always", "sometimes"
"""In `v:vital` instead of conditions: there are none, or it takes more to tell."""
ABSENT = "-"
"""Stands in `v:when` for an attribute that is not there."""


class Condition(NamedTuple):
    """One part of `v:when` or `v:need`: the attribute, of the element around if `above`, has one of these values."""

    above: bool
    attribute: str
    values: frozenset[str]


def conditions(when: str | None) -> list[Condition]:
    """`"type: file block; ../mode: -"` taken apart."""
    found = []
    for part in when.split(";") if when else ():
        path, _, values = part.strip().partition(": ")
        if path:
            found.append(Condition(path.startswith("../"), path.removeprefix("../"), frozenset(values.split())))
    return found


class Ruling(NamedTuple):
    """What follows from one value of an attribute: which members there may not be, and which there must be."""

    closed_attributes: frozenset[str]
    closed_children: frozenset[str]
    needed_attributes: frozenset[str]
    needed_children: frozenset[str]


class Switch:
    """An attribute on whose value it depends which members an element may, or must, have."""

    def __init__(self, above: bool, attribute: str) -> None:
        self.above = above
        self.attribute = attribute
        self._open: list[tuple[bool, str, frozenset[str]]] = []
        self._needed: list[tuple[bool, str, frozenset[str]]] = []
        self.rulings: dict[str, Ruling] = {}
        """By the values met so far."""

    def add(self, is_attribute: bool, name: str, values: frozenset[str]) -> None:
        """A member that there is only for some values."""
        self._open.append((is_attribute, name, values))

    def need(self, is_attribute: bool, name: str, values: frozenset[str]) -> None:
        """A member that there must be for some values."""
        self._needed.append((is_attribute, name, values))

    def rule(self, value: str) -> Ruling:
        """Work out what follows from a value."""
        closed = [(is_attribute, name) for is_attribute, name, values in self._open if value not in values]
        needed = [(is_attribute, name) for is_attribute, name, values in self._needed if value in values]
        self.rulings[value] = Ruling(
            *(
                frozenset(name for is_attribute, name in members if is_attribute is wanted)
                for members in (closed, needed)
                for wanted in (True, False)
            )
        )
        return self.rulings[value]


class Vital(NamedTuple):
    """A member for want of which libvirt refuses a document, if all conditions hold."""

    is_attribute: bool
    name: str
    when: tuple[Condition, ...]


class Branch:
    """What one complex type says, and where below it others say something."""

    def __init__(self) -> None:
        self.below: dict[str, Self] = {}
        self.tags: tuple[str, ...] = ()
        """Names of the children that are below."""

    @property
    def says_something(self) -> bool:
        """Whether there is anything to check in an element itself."""
        raise NotImplementedError


class Shape(Branch):
    """What a complex type says beyond XSD 1.0."""

    def __init__(self) -> None:
        super().__init__()
        self.switches: list[Switch] = []
        self.single: set[str] = set()
        """Children that may stand once."""
        self.required: frozenset[str] = NONE
        self.vital: list[Vital] = []

    def switch(self, above: bool, attribute: str) -> Switch:
        """The switch that is an attribute, of the element around if `above`."""
        for found in self.switches:
            if (found.above, found.attribute) == (above, attribute):
                return found
        self.switches.append(Switch(above, attribute))
        return self.switches[-1]

    @property
    def says_something(self) -> bool:
        return bool(self.switches or self.single or self.required or self.vital)


@cache
def shapes_of(name: str) -> dict[str, Shape]:
    """The shapes of the complex types in the schema called `domain` or `network`, by their names."""
    shapes: dict[str, Shape] = defaultdict(Shape)
    for member in members(name):
        _add(shapes, *member)
    prune(shapes.values())
    return shapes


def schema_files() -> list[str]:
    """The paths of all files that the schemas are in."""
    folder = data_path("schemas")
    return sorted(os.path.join(folder, file) for file in os.listdir(folder) if file.endswith(".xsd"))


Member = tuple[str, str, str | None, bool, dict[str, str]]
"""A member of a complex type: that type's name, its own name, its type if it is an element, whether it is an attribute,
and what it says by attributes of its own."""


@cache
def members(name: str) -> list[Member]:
    """The members that say something, or lead to types whose members do, in the schema `domain` or `network`."""
    found: list[Member] = compiled(f"schemas/{name}", [*schema_files(), __file__], lambda: _members(name))
    return found


def _members(name: str) -> list[Member]:
    found = [member for root in _trees(name, set()) for member in _of_file(root)]
    useful = {type_ for type_, _, _, _, own in found if own}
    before = -1
    while before < len(useful):
        before = len(useful)
        useful |= {type_ for type_, _, kind, _, _ in found if kind in useful}
    return [member for member in found if member[4] or member[2] in useful]


def _trees(name: str, seen: set[str]) -> Iterator[Element]:
    """The roots of a schema and of those that it includes, read without lxml, which no wheel is built with."""
    from xml.etree.ElementTree import parse

    seen.add(name)
    root = parse(data_path(f"schemas/{name}.xsd")).getroot()  # noqa: S314  # our own file
    yield root
    for include in root.iter(f"{XS}include"):
        other = str(include.get("schemaLocation")).removesuffix(".xsd")
        if other not in seen:
            yield from _trees(other, seen)


def _of_file(root: Element) -> Iterator[Member]:
    """The members of the complex types of one file that may say something."""
    for type_ in root.iter(COMPLEX_TYPE):
        for member in type_.iter() if type_.get("name") else ():
            own = {key: value for key, value in member.items() if key in OWN}
            if member.get("use") == "required" or MIN in own:
                own.pop(VITAL, None)  # what lacks it is not valid to begin with
            is_attribute = member.tag == ATTRIBUTE
            if member.tag == ELEMENT or (is_attribute and own):
                kind = None if is_attribute else member.get("type")
                yield str(type_.get("name")), str(member.get("name")), kind, is_attribute, own


def _add(
    shapes: dict[str, Shape], type_: str, name: str, kind: str | None, is_attribute: bool, own: dict[str, str]
) -> None:
    """Add what one member says of its complex type."""
    shape = shapes[type_]
    if kind:
        shape.below[name] = shapes[kind]
    for above, attribute, values in conditions(own.get(WHEN)):
        shape.switch(above, attribute).add(is_attribute, name, values)
    for above, attribute, values in conditions(own.get(NEED)):
        shape.switch(above, attribute).need(is_attribute, name, values)
    if MAX in own:
        shape.single.add(name)
    if MIN in own:
        shape.required |= {name}
    if own.get(VITAL, SOMETIMES) != SOMETIMES and type_ not in ROOTS:
        when = conditions(own.get(WHEN)) + ([] if own[VITAL] == ALWAYS else conditions(own[VITAL]))
        shape.vital.append(Vital(is_attribute, name, tuple(when)))


def files(name: str, seen: set[str] | None = None) -> Iterator[_Element]:
    """The roots of a schema and of those that it includes."""
    from lxml.etree import parse

    seen = set() if seen is None else seen
    seen.add(name)
    root = parse(data_path(f"schemas/{name}.xsd")).getroot()
    yield root
    for include in root.iterchildren(f"{XS}include"):
        other = str(include.get("schemaLocation")).removesuffix(".xsd")
        if other not in seen:
            yield from files(other, seen)


def prune(branches: Collection[Branch]) -> None:
    """Drop what leads nowhere, so that the walk stays short."""
    useful = {branch for branch in branches if branch.says_something}
    before = -1
    while before < len(useful):
        before = len(useful)
        useful |= {branch for branch in branches if not useful.isdisjoint(branch.below.values())}
    for branch in branches:
        branch.below = {name: below for name, below in branch.below.items() if below in useful}
        branch.tags = tuple(branch.below)
