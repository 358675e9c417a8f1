"""The schemas as models: which members there are where. Loaded only to explain a mistake.

xmlschema reads them, in `schema_read`, and only once: what it finds is kept, like all data that takes long to read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache, cached_property

from ..data import compiled
from ..light_typing import TYPE_CHECKING
from ..model import Node
from . import schema_read, words
from .schema_shape import ALWAYS, MAX, MIN, NEED, SOMETIMES, VITAL, WHEN, Condition, conditions, schema_files
from .schema_values import SimpleType
from .words import folded, one_slip

if TYPE_CHECKING:
    from typing import Any

WRONG, READS = "{urn:vmlint:schema}wrong", "{urn:vmlint:schema}reads"
NOTATIONS = r"[\s\da-fA-FxX:.+-]+"
ROOTS = ("domain", "network")
MATCHES = 5
"""So many names that are alike are held against each other."""
SIMILARITY = 0.6
"""As difflib counts it; one wrong letter in three is still alike."""


class Member:
    """An attribute or child that a type has."""

    def __init__(self, name: str, said: Mapping[str, Any]) -> None:
        self.name = name
        self._said = said
        self._own: Mapping[str, str] = said["own"]

    @cached_property
    def conditions(self) -> list[Condition]:
        """When it is there."""
        return conditions(self._own.get(WHEN))

    @cached_property
    def needed(self) -> list[Condition]:
        """When it must be there; empty if that does not depend on anything but when it may be there."""
        return conditions(self._own.get(NEED))

    @cached_property
    def required(self) -> bool:
        """Whether it must be there (if its conditions hold)."""
        return bool(self._said["required"] or MIN in self._own or self.needed)

    @cached_property
    def vital(self) -> list[Condition] | None:
        """When libvirt refuses a document for want of it; None where that was not seen, or not always."""
        says = self._own.get(VITAL)
        return None if says in (None, SOMETIMES) else [] if says == ALWAYS else conditions(says)

    @property
    def missed_sometimes(self) -> bool:
        """Whether libvirt refuses some documents for want of it."""
        return VITAL in self._own

    @property
    def reads(self) -> str:
        """A pattern of the values that libvirt reads though the schema does not; where none is given, of all that may
        be a number or an address in some notation."""
        return self._own.get(READS, NOTATIONS)

    @property
    def wrong(self) -> str | None:
        """What libvirt does with a wrong value of it: `refused` or `ignored`, where that was measured."""
        return self._own.get(WRONG)


class Attribute(Member):
    """An attribute that a type has."""

    def __init__(self, name: str, said: Mapping[str, Any], type_: SimpleType) -> None:
        super().__init__(name, said)
        self.type = type_


class Child(Member):
    """An element that may stand in another."""

    def __init__(self, name: str, said: Mapping[str, Any]) -> None:
        super().__init__(name, said)
        self.type: int = said["type"]
        """Its number in the model."""

    @cached_property
    def single(self) -> bool:
        """Whether it may stand only once."""
        return bool(self._said["single"] or MAX in self._own)


class Type:
    """What may stand in an element: attributes, children or a text."""

    def __init__(self, known: Model, said: Mapping[str, Any]) -> None:
        self.name: str | None = said["name"]
        """Its name in the schema."""
        self.open: bool = said["open"]
        """Whether anything may stand there."""
        self.mixed: bool = said["mixed"]
        self.text = None if said["text"] is None else known.simple_type(said["text"])
        """What the element's text may be, or None where there are only children."""
        self.slips: dict[str, list[str]] = said["slips"]
        """Children whose names are one slip away from those of others (`vcpu`, `vcpus`), and those others."""
        self.children = {name: Child(name, child) for name, child in said["children"].items()}
        self.attributes = {
            name: Attribute(name, attribute, known.simple_type(attribute["type"]))
            for name, attribute in said["attributes"].items()
        }

    @cached_property
    def needed_attributes(self) -> dict[str, Attribute]:
        """Those that must be there, at least under some condition."""
        return {name: member for name, member in self.attributes.items() if member.required}

    @cached_property
    def needed_children(self) -> dict[str, Child]:
        """Those that must be there, at least under some condition."""
        return {name: member for name, member in self.children.items() if member.required}

    @cached_property
    def vital_attributes(self) -> dict[str, Attribute]:
        """Those for want of which libvirt refuses a document, at least under some condition."""
        return {name: member for name, member in self.attributes.items() if member.vital is not None}

    @cached_property
    def vital_children(self) -> dict[str, Child]:
        """Those for want of which libvirt refuses a document, at least under some condition."""
        return {name: member for name, member in self.children.items() if member.vital is not None}

    def could_hold(self, node: Node) -> bool:
        """Whether what stands in an element (attributes, children, text) may all stand in one of this type."""
        if self.open:
            return True
        text = node.text
        has_text = bool(text.text.strip()) and not text.opaque
        return (
            all(name in self.attributes or ":" in name for name in node.attribute_names)
            and all(str(child.element.tag) in self.children for child in node.children)
            and (not has_text or (self.mixed and (self.text is None or self.text.takes(text.text))))
        )


class Model:
    """One schema, `domain` or `network`."""

    def __init__(self, name: str) -> None:
        sources = [*schema_files(), schema_read.__file__, words.__file__]
        self._said: dict[str, Any] = compiled(f"schemas/{name}.model", sources, lambda: schema_read.read(name))
        self._types: dict[int, Type] = {}
        self._simple: dict[int, SimpleType] = {}

    def root(self, tag: str) -> Type:
        """The type of a document's first element."""
        return self.type(self._said["elements"][tag])

    def type(self, number: int) -> Type:
        """One of the schema's types."""
        if number not in self._types:
            self._types[number] = Type(self, self._said["types"][number])
        return self._types[number]

    def simple_type(self, number: int) -> SimpleType:
        """One of the types of values."""
        if number not in self._simple:
            said = self._said["simple"][number]
            self._simple[number] = SimpleType(said, [self.simple_type(member) for member in said.get("members", ())])
        return self._simple[number]

    @cached_property
    def places(self) -> dict[str, list[tuple[str, str]]]:
        """The elements in which a child (`name`) or an attribute (`@name`) may stand, by its name: each element's own
        name and the name of the one around it, those nearest to the root first."""
        named: dict[str, list[tuple[str, str]]] = {}
        for tag, around, type_ in self._everything():
            for member in [*type_.children, *(f"@{name}" for name in type_.attributes)]:
                named.setdefault(member, []).append((tag, around))
        return named

    def _everything(self) -> Iterator[tuple[str, str, Type]]:
        """Every element of the format with the name of the one around it and its type."""
        queue = [(tag, "", self.root(tag)) for tag in ROOTS if tag in self._said["elements"]]
        seen = set()
        for tag, around, type_ in queue:  # grows while it is walked
            if (tag, type_) not in seen:
                seen.add((tag, type_))
                yield tag, around, type_
                queue.extend((child.name, tag, self.type(child.type)) for child in type_.children.values())


@cache
def model(name: str) -> Model:
    """The schema called `domain` or `network`."""
    return Model(name)


def closest(name: str, known: list[str], suits: Callable[[str], bool] = lambda _: True) -> str | None:
    """The one of some names that a misspelt one was probably meant to be: one slip away, or else alike.

    Where several are, one that `suits` goes first, and then one that is as long.
    """
    by_fold = {folded(text): text for text in sorted(known, reverse=True)}
    plain = folded(name)
    near = [text for text in by_fold if text == plain or one_slip(plain, text)]
    found = get_close_matches(plain, near or by_fold, MATCHES, 0.0 if near else SIMILARITY)
    ranked = sorted(found, key=lambda text: (text != plain, not suits(by_fold[text]), len(text) != len(plain)))
    return by_fold[ranked[0]] if ranked else None
