"""Since when libvirt has what stands in a document: the schemas say it in their documentation or in `v:after`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ..light_typing import TYPE_CHECKING, NamedTuple, cast
from ..model import Node, Place
from ..versions import Version, parse
from .schema import schema_name
from .schema_shape import ATTRIBUTE, COMPLEX_TYPE, ELEMENT, XS, Branch, files, prune

if TYPE_CHECKING:
    from lxml.etree import _Element

AFTER = "{urn:vmlint:schema}after"
DOCUMENTATION = f"{XS}annotation/{XS}documentation"
SINCE = re.compile(r"Since libvirt (\d+(?:\.\d+)+)\.$")
SIMPLE_TYPE, ENUMERATION = f"{XS}simpleType", f"{XS}enumeration"
TEXT = "#text"
"""Stands for an element's text among names of attributes."""
BASES = ("type", "base", "memberTypes")
"""Attributes of a schema that name simple types."""


class Age(NamedTuple):
    """The release in which something came, or else the newest that is known to lack it."""

    since: str
    after: str

    def lacked_by(self, release: Version) -> bool:
        """Whether a release does not have it yet."""
        return release < parse(self.since) if self.since else release <= parse(self.after)


class Newer(NamedTuple):
    """Something in a document that a release does not have."""

    at: Place
    what: str
    age: Age


class Ages(Branch):
    """What a type says of the age of its members and of their values."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: dict[str, Age] = {}
        self.children: dict[str, Age] = {}
        self.values: dict[str, dict[str, Age]] = {}
        """By attribute, or `#text` for the text of the element itself."""

    @property
    def says_something(self) -> bool:
        return bool(self.attributes or self.children or self.values)


def newer(root: Node, release: Version) -> list[Newer]:
    """What stands in a domain or network and is newer than a release; not what stands in that again."""
    found: list[Newer] = []
    stack: list[tuple[_Element, Ages]] = [(root.element, ages_of(schema_name(root)))]
    while stack:
        element, ages = stack.pop()
        found.extend(hit for hit in _own(root, element, ages) if hit.age.lacked_by(release))
        for child in reversed(element) if ages.tags or ages.children else ():
            tag = str(child.tag)
            age = ages.children.get(tag)
            if age and age.lacked_by(release):
                found.append(Newer(root.of(child), f"<{root.of(child).name}>", age))
            elif tag in ages.below:
                stack.append((child, ages.below[tag]))
    return found


def _own(root: Node, element: _Element, ages: Ages) -> Iterator[Newer]:
    """What has an age among an element's attributes, and in its text."""
    for name, value in cast("list[tuple[str, str]]", element.items()):
        if age := ages.attributes.get(name):
            yield Newer(root.of(element).attribute_name(name), f"the attribute '{name}'", age)
        if (known := ages.values.get(name)) and (age := known.get(value)):
            yield from _value(root.of(element), name, age)
    if (known := ages.values.get(TEXT)) and (age := known.get((element.text or "").strip())):
        yield Newer(root.of(element).text, f"the value '{(element.text or '').strip()}'", age)


def _value(node: Node, name: str, age: Age) -> Iterator[Newer]:
    value = node.value(name)
    if value is not None:
        yield Newer(value, f"the value '{value.text}'", age)


@cache
def ages_of(name: str) -> Ages:
    """The ages in the schema called `domain` or `network`."""
    roots = list(files(name))
    simple = {str(type_.get("name")): type_ for root in roots for type_ in root.iterchildren(SIMPLE_TYPE)}
    ages: dict[str, Ages] = {}
    for root in roots:
        for type_ in root.iterchildren(COMPLEX_TYPE):
            _read(type_, ages, simple)
    for kind, known in ages.items():
        if kind in simple and (values := _values(simple[kind], simple)):
            known.values[TEXT] = values
    prune(ages.values())
    return ages[name.capitalize()]


def _read(type_: _Element, ages: dict[str, Ages], simple: dict[str, _Element]) -> None:
    """Add what one complex type says."""
    own = ages.setdefault(str(type_.get("name")), Ages())
    for member in type_.iter(ELEMENT, ATTRIBUTE):
        is_attribute = member.tag == ATTRIBUTE
        key = str(member.get("name")) if is_attribute else _tag(member)
        if age := _age(member):
            (own.attributes if is_attribute else own.children)[key] = age
        if is_attribute:
            if values := _values(member, simple):
                own.values[key] = values
        elif kind := member.get("type"):
            own.below[key] = ages.setdefault(kind, Ages())
        elif values := _values(member, simple):
            own.below[key] = ages[f"{id(type_)}/{key}"] = Ages()
            own.below[key].values[TEXT] = values
    for extension in type_.iter(f"{XS}extension"):
        if (base := simple.get(str(extension.get("base")))) is not None and (values := _values(base, simple)):
            own.values[TEXT] = values


def _tag(member: _Element) -> str:
    """The tag that elements of a declaration have in a document."""
    prefix, _, name = str(member.get("ref") or member.get("name")).rpartition(":")
    return f"{{{member.nsmap[prefix]}}}{name}" if prefix else name


def _age(declared: _Element) -> Age | None:
    since, after = SINCE.search(declared.findtext(DOCUMENTATION, "")), declared.get(AFTER, "")
    return Age(since[1] if since else "", after) if since or after else None


def _values(declared: _Element, simple: dict[str, _Element]) -> dict[str, Age]:
    """The values that have an age, of a declaration or simple type and of those it is built from."""
    found: dict[str, Age] = {}
    for part in declared.iter():
        if part.tag == ENUMERATION and (age := _age(part)):
            found[str(part.get("value"))] = age
        for base in " ".join(str(part.get(name, "")) for name in BASES).split():
            if base in simple and simple[base] is not declared:
                found |= _values(simple[base], simple)
    return found
