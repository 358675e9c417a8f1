"""The schemas as xmlschema reads them: which members there are where. Loaded only to explain a mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cache, cached_property
from typing import Any

from ..model import Node
from .schema import schema_path
from .schema_shape import ALWAYS, MAX, MIN, NEED, SOMETIMES, VITAL, WHEN, Condition, conditions
from .words import folded, one_slip

VMLINT = "{urn:vmlint:schema}"
XS = "{http://www.w3.org/2001/XMLSchema}"
ROOTS = ("domain", "network")
REMEMBERED = 1000
"""So many values of one member are remembered."""
NOTATIONS = r"[\s\da-fA-FxX:.+-]+"
MATCHES = 5
"""So many names that are alike are held against each other."""
SIMILARITY = 0.6
"""As difflib counts it; one wrong letter in three is still alike."""


class Member:
    """An attribute or child that a type has."""

    def __init__(self, declared: Any) -> None:
        self._declared = declared
        self.name: str = declared.name
        self.type: Any = declared.type
        self._judged: dict[str, bool] = {}

    def takes(self, text: str) -> bool:
        """Whether it may have this value; documents repeat theirs, and the answer takes long."""
        if text not in self._judged:
            if len(self._judged) >= REMEMBERED:
                self._judged.clear()
            self._judged[text] = bool(self.type.text_is_valid(text))
        return self._judged[text]

    def _own(self, name: str) -> str | None:
        found = self._declared.elem.get(name)
        return None if found is None else str(found)

    @cached_property
    def conditions(self) -> list[Condition]:
        """When it is there."""
        return conditions(self._own(WHEN))

    @cached_property
    def needed(self) -> list[Condition]:
        """When it must be there; empty if that does not depend on anything but when it may be there."""
        return conditions(self._own(NEED))

    @cached_property
    def vital(self) -> list[Condition] | None:
        """When libvirt refuses a document for want of it; None where that was not seen, or not always."""
        says = self._own(VITAL)
        return None if says in (None, SOMETIMES) else [] if says == ALWAYS else conditions(says)

    @property
    def missed_sometimes(self) -> bool:
        """Whether libvirt refuses some documents for want of it."""
        return self._own(VITAL) is not None

    @property
    def reads(self) -> str:
        """A pattern of the values that libvirt reads though the schema does not; where none is given, of all that may
        be a number or an address in some notation."""
        return self._own(f"{VMLINT}reads") or NOTATIONS

    @property
    def wrong(self) -> str | None:
        """What libvirt does with a wrong value of it: `refused` or `ignored`, where that was measured."""
        return self._own(f"{VMLINT}wrong")


class Attribute(Member):
    """An attribute that a type has."""

    @cached_property
    def required(self) -> bool:
        """Whether it must be there (if its conditions hold)."""
        return bool(self._declared.use == "required" or self.needed)


class Child(Member):
    """An element that may stand in another."""

    @cached_property
    def single(self) -> bool:
        """Whether it may stand only once."""
        return self._own(MAX) is not None or (self._declared.parent.model == "all" and self._declared.max_occurs == 1)

    @cached_property
    def required(self) -> bool:
        """Whether it must be there (if its conditions hold)."""
        always = self._declared.parent.model == "all" and self._declared.min_occurs > 0
        return bool(always or self._own(MIN) is not None or self.needed)


class Type:
    """What may stand in an element: attributes, children or a text."""

    def __init__(self, type_: Any) -> None:
        self._type = type_
        content = None if type_.is_simple() or type_.has_simple_content() else type_.content
        particles = [] if content is None else list(content.iter_elements())
        self.open = any(particle.name is None and "##any" in particle.namespace for particle in particles)
        """Whether anything may stand there."""
        self.mixed = content is None or bool(type_.mixed)
        self.children = {particle.name: Child(particle) for particle in particles if particle.name is not None}
        declared = {} if type_.is_simple() else type_.attributes
        self.attributes = {name: Attribute(found) for name, found in declared.items() if name is not None}

    @property
    def name(self) -> str | None:
        """Its name in the schema."""
        return None if self._type.name is None else str(self._type.name)

    @property
    def text(self) -> Any:
        """The simple type of the element's text, or None where there are only children."""
        if self._type.is_simple():
            return self._type
        return self._type.content if self._type.has_simple_content() else None

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
            and (not has_text or (self.mixed and (self.text is None or bool(self.text.text_is_valid(text.text)))))
        )

    @cached_property
    def slips(self) -> dict[str, list[str]]:
        """Children whose names are one slip away from another's (`vcpu`, `vcpus`), and those others."""
        found = {name: [other for other in self.children if one_slip(name, other)] for name in self.children}
        return {name: others for name, others in found.items() if others}


class Model:
    """One schema, `domain` or `network`."""

    def __init__(self, name: str) -> None:
        from xmlschema import XMLSchema10

        # That the schema is right is tested, so it need not be checked again here: that takes a second.
        self._schema = XMLSchema10(schema_path(name), validation="skip", allow="local")
        self._types: dict[Any, Type] = {}

    def root(self, tag: str) -> Type:
        """The type of a document's first element."""
        return self.type(self._schema.elements[tag].type)

    def type(self, declared: Any) -> Type:
        """One of the schema's types."""
        if declared not in self._types:
            self._types[declared] = Type(declared)
        return self._types[declared]

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
        queue = [(tag, "", self.type(found.type)) for tag, found in self._schema.elements.items() if tag in ROOTS]
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


def values(type_: Any) -> list[str]:
    """The texts that a simple type names; a type that also takes others gives those it names."""
    named = getattr(type_, "enumeration", None)
    if named:
        return [str(value) for value in named]
    return [text for member in getattr(type_, "member_types", None) or () for text in values(member)]


def is_enumerated(type_: Any) -> bool:
    """Whether a simple type takes only the texts it names."""
    members = getattr(type_, "member_types", None)
    return all(map(is_enumerated, members)) if members else bool(getattr(type_, "enumeration", None))


def form(type_: Any) -> str:
    """What values of a simple type look like, in the words of the schema; empty where it has none."""
    return "" if type_.annotation is None else str(type_.annotation).strip().removesuffix(".")


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
