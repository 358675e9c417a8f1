"""What may have been meant by a name that is wrong where it stands: another name, or another place."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from enum import Enum
from itertools import islice
from types import MappingProxyType

from ..light_typing import NamedTuple
from ..model import Node, Place
from ..source import Edit
from .schema_model import Model, Type, closest
from .words import one_slip

REFUSING = frozenset(("features", "hyperv", "kvm", "stimer", "tlbflush", "active_pcr_banks"))
"""In these elements libvirt refuses a child it does not know; elsewhere it drops it (measured on 7.0, 9.0, 11.3)."""
QEMU_NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0"
QEMU_PARTS = frozenset(("commandline", "override", "capabilities", "deprecation"))
"""What may stand in a domain in that namespace."""
LEVELS = 3
"""So far up, what is around an element counts as near."""
NEIGHBOURS = 100
"""So many elements beside one are looked at."""
MANY = 12
"""More values than that are not listed."""
FEW = 3
"""More places than that are not named."""


class Missed(Enum):
    """How much a member that is not there is missed."""

    NEVER = ""
    SOMETIMES = "-sometimes"
    BY_SCHEMA = "-required"
    ALWAYS = "-needed"
    """Without it, libvirt refuses the document."""


MUCH = (Missed.BY_SCHEMA, Missed.ALWAYS)
"""Where it is so much missed, a name that is only alike is taken for it."""


class Reading(NamedTuple):
    """How other rules are to read what is wrong, so that they do not report what follows from it."""

    node: Node
    """The element that is misspelt, or has the attribute."""
    attribute: str | None = None
    """None for the element itself, `` for its text."""
    meant: str = ""
    """The name that was meant; where there is none, the value of the attribute is not known."""
    belongs_in: tuple[str, ...] = ()
    """Names of the elements in which a misplaced element is missed."""


class Mistake(NamedTuple):
    """One mistake: the kind (`unknown-element`, …), its place, and what the words of the rule need."""

    kind: str
    at: Place
    variant: str = ""
    fields: Mapping[str, str] = MappingProxyType({})
    edits: tuple[Edit, ...] = ()
    first: Place | None = None
    """Of a doubled element: the one that libvirt reads."""
    reading: Reading | None = None
    owner: Node | None = None
    """Of a name that is wrong where it stands: the element that has it."""


class Guess:
    """Guesses about what stands in one element, whose type, name and being the outermost one is known."""

    def __init__(self, known: Model, type_: Type, name: str, document: str, is_root: bool) -> None:
        self._known, self._type, self._label, self._document = known, type_, name, document
        self._is_root = is_root

    def attribute(
        self, node: Node, name: str, present: Sequence[str], missed: Mapping[str, Missed], only: str = ""
    ) -> Mistake:
        """An attribute of the element, given as node, that it cannot have; others are present, some missed; `only`:
        the one whose place it takes, if that is known."""
        fields = {"name": name, "element": self._label, "document": self._document, "meant": ""}
        at = node.attribute_name(name)
        places = self._places(node, f"@{name}")
        meant = closest(name, [known for known in self._type.attributes if known not in present]) or only
        how = missed.get(meant or "", Missed.NEVER)
        if meant and (not places or how in MUCH or one_slip(name, meant)):
            edits, reading = at.replace(0, len(name), meant), Reading(node, name, meant)
            variant = f"misspelt{how.value}"
            return Mistake("unknown-attribute", at, variant, {**fields, "meant": meant}, edits, reading=reading)
        return _misplaced("unknown-attribute", at, fields, places)._replace(owner=node)

    def attribute_of_namespace(self, node: Node, name: str, present: Sequence[str]) -> Mistake:
        """An attribute of a namespace, which libvirt looks up by its name without that."""
        written = node.attribute_name(name)
        local = name.rpartition("}")[2].rpartition(":")[2]
        is_read = name.startswith("{") and local in self._type.attributes and local not in present
        fields = {"name": written.text, "local": local, "element": self._label, "document": self._document, "meant": ""}
        return Mistake("unknown-attribute", written, "namespace-read" if is_read else "namespace", fields)

    def child(self, node: Node, tag: str, taken: Container[str], missed: Mapping[str, Missed]) -> Mistake:
        """A child of the element that it cannot have; those `taken` are there and stand once, some are missed."""
        fields = {"name": label(node), "element": self._label, "document": self._document, "meant": ""}
        if self._is_root and fields["name"] in QEMU_PARTS and node.parent is not None:
            return _without_namespace(node.parent, node, tag, fields)
        if tag.startswith("{") or ":" in tag:
            return self._of_namespace(node, tag, fields)
        places = self._places(node, tag)
        named = [known for known in self._type.children if "{" not in known]
        meant = self._closest_child(node, tag, named)
        if meant in taken and not one_slip(tag, meant or ""):
            meant = self._closest_child(node, tag, [known for known in named if known not in taken])
        refused = "-refused" if self._label in REFUSING else ""
        if meant and (not places or (one_slip(tag, meant) and not self._suits_below(node, tag))):
            variant = f"misspelt{refused or missed.get(meant, Missed.NEVER).value}"
            reading = Reading(node, None, meant) if meant in missed else None
            fields["meant"] = meant
            return Mistake("unknown-element", node, variant, fields, node.rename(meant), reading=reading)
        return _misplaced("unknown-element", node, fields, places, refused)._replace(owner=node.parent)

    def _closest_child(self, node: Node, tag: str, named: list[str]) -> str | None:
        """The one of some children that an unknown one may be, by its name and by what stands in it."""
        return closest(tag, named, lambda name: self._suits(node, self._type, name))

    def _of_namespace(self, node: Node, tag: str, fields: dict[str, str]) -> Mistake:
        """A child of another namespace: of a namespace that libvirt knows it may be misspelt or misplaced."""
        space, _, name = tag.rpartition("}")
        known = [member[len(space) + 1 :] for member in self._type.children if member.startswith(space + "}")]
        if space and (meant := closest(name, known)):
            prefix = f"{node.element.prefix}:" if node.element.prefix else ""
            edits = node.rename(prefix + meant)
            return Mistake("unknown-element", node, "misspelt", {**fields, "meant": meant}, edits)
        if places := self._places(node, tag):
            return _misplaced("unknown-element", node, fields, places)
        return Mistake("unknown-element", node, "namespace", fields)

    def mistaken(self, node: Node, tag: str, present: Container[str]) -> Mistake | None:
        """A child whose name is right here, but one slip away from that of the child that what is in it belongs in."""
        if self._suits(node, self._type, tag):
            return None
        others = [name for name in self._type.slips[tag] if name not in present]
        meant = next((name for name in others if self._suits(node, self._type, name)), None)
        fields = {"name": label(node), "element": self._label, "meant": meant or ""}
        return Mistake("unknown-element", node, "mistaken", fields, node.rename(meant)) if meant else None

    def _suits(self, node: Node, around: Type, name: str) -> bool:
        """Whether what stands in an element could stand in a child called `name`."""
        return self._known.type(around.children[name].type).could_hold(node)

    def _suits_below(self, node: Node, tag: str) -> bool:
        """Whether what stands in an element could stand in one of its name just below this one."""
        below = [self._known.type(self._type.children[place].type) for place, _ in self._near(tag)]
        return any(self._suits(node, type_, tag) for type_ in below if tag in type_.children)

    def _places(self, node: Node, member: str) -> list[str]:
        """The elements in which a child or attribute may stand: just below this one, or of its name, or anywhere.

        Those around the node come first. An attribute that may stand in many elements belongs in none of them.
        """
        found = self._known.places.get(member, [])
        near = self._near(member) or [(tag, around) for tag, around in found if tag == self._label]
        around = _surroundings(node)
        tags = [
            f"<{tag}> in <{above}>" if tag == self._label else f"<{tag.rpartition('}')[2]}>"
            for tag, above in sorted(near or found, key=lambda place: place[0] not in around)
        ]
        unique = list(dict.fromkeys(tags))
        return unique if near or len(unique) <= FEW or not member.startswith("@") else []

    def _near(self, member: str) -> list[tuple[str, str]]:
        """Those of its places that are just below this element."""
        found = self._known.places.get(member, [])
        return [(tag, around) for tag, around in found if around == self._label and tag in self._type.children]


def _surroundings(node: Node) -> set[str]:
    """Names of the elements around one, and of those beside it and beside the one around it."""
    found: set[str] = set()
    above = node.element.getparent()
    for _ in range(LEVELS):
        if above is not None:
            found.update(str(child.tag) for child in islice(above, NEIGHBOURS))
            above = above.getparent()
    return found


def _misplaced(kind: str, at: Place, fields: dict[str, str], places: list[str], refused: str = "") -> Mistake:
    """A name that is known, but elsewhere; or nowhere."""
    if not places:
        return Mistake(kind, at, refused.removeprefix("-"), fields)
    named, more = places[:FEW], len(places) - FEW
    if more > 0:
        named.append("another element" if more == 1 else f"one of {more} other elements")
    reading = Reading(at, belongs_in=tuple(re.findall(r"<(.+?)>", " ".join(places)))) if isinstance(at, Node) else None
    return Mistake(kind, at, f"misplaced{refused}", {**fields, "places": " or ".join(named)}, reading=reading)


def _without_namespace(root: Node, node: Node, tag: str, fields: dict[str, str]) -> Mistake:
    """What is to go to QEMU past libvirt, but is not in the namespace by which libvirt knows it."""
    kind = "qemu-namespace-missing"
    if tag.startswith("{"):
        return Mistake(kind, node, "other", {**fields, "given": tag[1:].partition("}")[0]})
    if tag.startswith("qemu:"):
        return Mistake(kind, node, "", fields, root.set_value("xmlns:qemu", QEMU_NAMESPACE))
    return Mistake(kind, node, "none", fields)


def label(node: Node) -> str:
    """The name of an element as people write it: `foreign-domain` is only what rules call it."""
    return str(node.element.tag).rpartition("}")[2].rpartition(":")[2]


def listed(known: Sequence[str], example: str | None = None) -> str:
    """Some values in words; of many, only how many they are and one of them."""
    if not known:
        return ""
    if len(known) > MANY:
        return f"one of {len(known)} words" + (f", such as '{example}'" if example else "")
    quoted = [f"'{value}'" for value in known]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
