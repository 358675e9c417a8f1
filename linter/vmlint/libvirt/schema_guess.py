"""What may have been meant by a name that is wrong where it stands: another name, or another place."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
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
MANY = 12
"""More values than that are not listed."""
FEW = 3
"""More places than that are not named."""


class Mistake(NamedTuple):
    """One mistake: the kind (`unknown-element`, …), its place, and what the words of the rule need."""

    kind: str
    at: Place
    variant: str = ""
    fields: Mapping[str, str] = MappingProxyType({})
    edits: tuple[Edit, ...] = ()
    first: Place | None = None
    """Of a doubled element: the one that libvirt reads."""


class Guess:
    """Guesses about what stands in one element, whose type, name and being the outermost one is known."""

    def __init__(self, known: Model, type_: Type, name: str, is_root: bool) -> None:
        self._known, self._type, self._label, self._is_root = known, type_, name, is_root

    def attribute(self, node: Node, name: str, present: Sequence[str], lacking: Container[str]) -> Mistake:
        """An attribute of the element, given as node, that it cannot have; others are present, some lacking."""
        fields = {"name": name, "element": self._label, "meant": ""}
        at = node.attribute_name(name)
        places = self._places(f"@{name}")
        meant = closest(name, [known for known in self._type.attributes if known not in present])
        required = "-required" if meant in lacking else ""
        if meant and (not places or required or one_slip(name, meant)):
            edits = at.replace(0, len(name), meant)
            return Mistake("unknown-attribute", at, f"misspelt{required}", {**fields, "meant": meant}, edits)
        return _misplaced("unknown-attribute", at, fields, places)

    def child(self, node: Node, tag: str, taken: Container[str], lacking: Container[str]) -> Mistake:
        """A child of the element that it cannot have; those `taken` are there and stand once, some are lacking."""
        fields = {"name": label(node), "element": self._label, "meant": ""}
        if self._is_root and fields["name"] in QEMU_PARTS and node.parent is not None:
            return _without_namespace(node.parent, node, tag, fields)
        if tag.startswith("{") or ":" in tag:
            return self._of_namespace(node, tag, fields)
        places = self._places(tag)
        named = [known for known in self._type.children if "{" not in known]
        meant = self._closest_child(node, tag, named)
        if meant in taken and not one_slip(tag, meant or ""):
            meant = self._closest_child(node, tag, [known for known in named if known not in taken])
        refused = "-refused" if self._label in REFUSING else "-required" if meant in lacking else ""
        if meant and (not places or (one_slip(tag, meant) and not self._suits_below(node, tag))):
            return Mistake(
                "unknown-element", node, f"misspelt{refused}", {**fields, "meant": meant}, node.rename(meant)
            )
        return _misplaced("unknown-element", node, fields, places, refused.replace("-required", ""))

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
        if places := self._places(tag):
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

    def _places(self, member: str) -> list[str]:
        """Where a child or attribute may stand: just below this element, or else in one of its name, or else anywhere.

        An attribute that may stand in many elements belongs in none of them.
        """
        found = self._known.places.get(member, [])
        near = self._near(member) or [(tag, around) for tag, around in found if tag == self._label]
        named = [
            f"<{tag}> in <{around}>" if tag == self._label else f"<{tag.rpartition('}')[2]}>"
            for tag, around in near or found
        ]
        unique = list(dict.fromkeys(named))
        return unique if near or len(unique) <= FEW or not member.startswith("@") else []

    def _near(self, member: str) -> list[tuple[str, str]]:
        """Those of its places that are just below this element."""
        found = self._known.places.get(member, [])
        return [(tag, around) for tag, around in found if around == self._label and tag in self._type.children]


def _misplaced(kind: str, at: Place, fields: dict[str, str], places: list[str], refused: str = "") -> Mistake:
    """A name that is known, but elsewhere; or nowhere."""
    if not places:
        return Mistake(kind, at, refused.removeprefix("-"), fields)
    return Mistake(kind, at, f"misplaced{refused}", {**fields, "places": " or ".join(places[:FEW])})


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
