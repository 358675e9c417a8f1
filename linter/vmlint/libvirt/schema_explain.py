"""What is wrong with a document that its schema does not allow: each mistake once, at its own place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ..model import Node, Place
from ..source import Edit, Value
from .schema import schema_name
from .schema_model import (
    Attribute,
    Child,
    Member,
    Model,
    Type,
    closest,
    form,
    is_enumerated,
    model,
    one_slip,
    value_after,
    values,
)
from .schema_shape import ABSENT, Condition

REFUSING = frozenset(("features", "hyperv", "kvm", "stimer", "tlbflush", "active_pcr_banks"))
"""In these elements libvirt refuses a child it does not know; elsewhere it drops it (measured on 7.0, 9.0, 11.3)."""
QEMU_NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0"
QEMU_PARTS = frozenset(("commandline", "override", "capabilities", "deprecation"))
"""What may stand in a domain in that namespace."""
MANY = 12
"""More values than that are not listed."""
FEW = 3
"""More places than that are not named."""
BLANK = " \t\r\n"


class Mistake(NamedTuple):
    """One mistake: the kind (`unknown-element`, …), its place, and what the words of the rule need."""

    kind: str
    at: Place
    variant: str = ""
    fields: Mapping[str, str] = MappingProxyType({})
    edits: tuple[Edit, ...] = ()
    first: Place | None = None
    """Of a doubled element: the one that libvirt reads."""


def mistakes(root: Node) -> list[Mistake]:
    """All that the schema does not allow in a domain or network, and (`too-old`) what some releases do not have."""
    found: list[Mistake] = []
    known = model(schema_name(root))
    stack = [_Element(known, root, known.root(str(root.element.tag)), None)]
    while stack:
        element = stack.pop()
        if not element.type.open:
            found.extend(element.mistakes())
            stack.extend(element.inner)
    moved = {mistake.fields["name"] for mistake in found if mistake.variant.startswith("misplaced")}
    return [m for m in found if m.kind != "missing-element" or m.fields["name"] not in moved]


class _Element:
    """One element held against its type."""

    def __init__(self, known: Model, node: Node, type_: Type, parent: _Element | None) -> None:
        self.known, self.node, self.type, self.parent = known, node, type_, parent
        self.label = label(node)
        self.inner: list[_Element] = []
        """Children that may stand here, for the walk to go on with."""
        self.meant: set[str] = set()
        """Attributes that are there, but misspelt."""

    def mistakes(self) -> Iterator[Mistake]:
        """What is wrong with this element itself; not what is wrong below it."""
        yield from self._attributes()
        yield from self._text()
        yield from self._children()

    def _attributes(self) -> Iterator[Mistake]:
        names = [name for name in self.node.attribute_names if "{" not in name and ":" not in name]
        for name in names:
            if name not in self.type.attributes:
                mistake = self._unknown_attribute(name, names)
                self.meant.add(mistake.fields["meant"])
                yield mistake
        for name in names:
            member = self.type.attributes.get(name)
            if member is None:
                continue
            if other := self._elsewhere(member):
                fields = {"name": name, "element": self.label, **other}
                yield Mistake("unknown-attribute", self.node.attribute_name(name), "other-kind", fields)
            else:
                yield from self._newer(member, f"the attribute '{name}'", self.node.attribute_name(name))
                yield from self._value(self.node.value(name), member, name)
        for name, member in self.type.attributes.items():
            if member.required and name not in names and name not in self.meant and self._is_wanted(member):
                yield Mistake("missing-attribute", self.node, "", {"name": name, "element": self.label})

    def _unknown_attribute(self, name: str, present: list[str]) -> Mistake:
        free = [known for known in self.type.attributes if known not in present]
        fields = {"name": name, "element": self.label, "meant": ""}
        at = self.node.attribute_name(name)
        places = self._places(f"@{name}")
        meant = closest(name, free)
        if meant and (not places or one_slip(name, meant)):
            return Mistake(
                "unknown-attribute", at, "misspelt", {**fields, "meant": meant}, at.replace(0, len(name), meant)
            )
        return self._misplaced("unknown-attribute", at, fields, places)

    def _value(self, value: Value | None, member: Member, name: str = "") -> Iterator[Mistake]:
        """A value of an attribute, or (no name) the text of an element."""
        if value is None or value.opaque:
            return
        if member.takes(value.text):
            after = value_after(member.type, value.text)
            if after:
                yield Mistake("too-old", value, "", {"what": f"the value '{value.text}'", "after": after})
            return
        known = values(member.type)
        meant = closest(value.text.strip(), known)
        where = f"'{name}' of <{self.label}>" if name else f"<{self.label}>"
        fields = {"value": value.text.strip(), "where": where, "allowed": _listed(known, meant), "meant": meant or ""}
        words = form(member.type)
        fields["hint"] = (f" ({words[0].lower()}{words[1:]})" if words else "") + (
            f"; did you mean '{meant}'?" if meant else ""
        )
        listed = is_enumerated(member.type)
        variant = f"listed-{member.wrong or 'unknown'}" if listed else ""
        edits = value.replace(0, len(value.text), meant) if meant and listed else ()
        yield Mistake("wrong-value", value, variant, fields, edits)

    def _text(self) -> Iterator[Mistake]:
        text = self.type.text
        if text is not None and not self.node.children:
            yield from self._value(self.node.text, _Text(text))
        if not self.type.mixed and not self.node.has_template_parts:
            if (value := self.node.text).text.strip(BLANK):
                yield Mistake("stray-text", _stripped(value), "", {"element": self.label})
            for child in self.node.children:
                if (child.element.tail or "").strip(BLANK):
                    yield Mistake("stray-text", child, "after", {"name": label(child), "element": self.label})

    def _children(self) -> Iterator[Mistake]:
        first: dict[str, Node] = {}
        meant = set()
        for node in self.node.children:
            tag = str(node.element.tag)
            member = self.type.children.get(tag)
            if member is None:
                mistake = self._unknown_child(node, tag)
                meant.add(mistake.fields["meant"])
                yield mistake
            elif other := self._elsewhere(member):
                yield Mistake(
                    "unknown-element", node, "other-kind", {"name": label(node), "element": self.label, **other}
                )
            else:
                if tag in first and member.single:
                    fields = {"name": label(node), "element": self.label}
                    yield Mistake("doubled-element", node, "", fields, first=first[tag])
                yield from self._newer(member, f"<{label(node)}>", node)
                first.setdefault(tag, node)
                self.inner.append(_Element(self.known, node, self.known.type(member.type), self))
        if not self.node.has_template_parts:
            for tag, member in self.type.children.items():
                if member.required and tag not in first and tag not in meant and self._is_wanted(member):
                    yield Mistake("missing-element", self.node, "", {"name": tag, "element": self.label})

    def _unknown_child(self, node: Node, tag: str) -> Mistake:
        fields = {"name": label(node), "element": self.label, "meant": ""}
        if self.parent is None and fields["name"] in QEMU_PARTS:
            return _without_namespace(self.node, node, tag, fields)
        if tag.startswith("{") or ":" in tag:
            return Mistake("unknown-element", node, "namespace", fields)
        refused = "-refused" if self.label in REFUSING else ""
        places = self._places(tag)
        meant = closest(tag, [known for known in self.type.children if "{" not in known])
        if meant and (not places or (one_slip(tag, meant) and not self._near(tag))):
            fields["meant"] = meant
            return Mistake("unknown-element", node, f"misspelt{refused}", fields, node.rename(meant))
        return self._misplaced("unknown-element", node, fields, places, refused)

    def _misplaced(self, kind: str, at: Place, fields: dict[str, str], places: list[str], refused: str = "") -> Mistake:
        """A name that is known, but elsewhere; or nowhere."""
        if not places:
            return Mistake(kind, at, refused.removeprefix("-"), fields)
        return Mistake(kind, at, f"misplaced{refused}", {**fields, "places": " or ".join(places[:FEW])})

    def _places(self, member: str) -> list[str]:
        """Where a child or attribute may stand; only just below this element if it may stand there."""
        found = self.known.places.get(member, [])
        near = self._near(member)
        named = [f"<{tag}> in <{around}>" if tag == self.label else f"<{tag}>" for tag, around in near or found]
        return list(dict.fromkeys(named))

    def _near(self, member: str) -> list[tuple[str, str]]:
        """Those of its places that are just below this element."""
        found = self.known.places.get(member, [])
        return [(tag, around) for tag, around in found if around == self.label and tag in self.type.children]

    def _elsewhere(self, member: Attribute | Child) -> dict[str, str]:
        """Which kind of this element a member is for, if this one is known to be of another."""
        for condition in member.conditions:
            value = self._decides(condition)
            if value is not None and value not in condition.values:
                owner = self._owner(condition).label
                has = f"{condition.attribute}='{value}'" if value != ABSENT else f"no {condition.attribute}"
                wanted = _listed([known for known in sorted(condition.values) if known != ABSENT])
                return {"owner": owner, "attribute": condition.attribute, "wanted": wanted, "has": has}
        return {}

    def _decides(self, condition: Condition) -> str | None:
        """The value a condition asks about; None where it is not known or is wrong itself."""
        owner = self._owner(condition)
        value, member = owner.node.value(condition.attribute), owner.type.attributes.get(condition.attribute)
        if value is None:
            is_lacking = condition.attribute in owner.meant or (member is not None and member.required)
            return None if is_lacking else ABSENT
        return value.text if member and not value.opaque and member.takes(value.text) else None

    def _owner(self, condition: Condition) -> _Element:
        """The element that has the attribute a condition asks about."""
        return self.parent if condition.above and self.parent else self

    def _is_wanted(self, member: Attribute | Child) -> bool:
        """Whether a required member is required here."""
        return all(self._decides(condition) in condition.values for condition in member.conditions)

    def _newer(self, member: Member, what: str, at: Place) -> Iterator[Mistake]:
        if member.after:
            yield Mistake("too-old", at, "", {"what": what, "after": member.after})


def _without_namespace(root: Node, node: Node, tag: str, fields: dict[str, str]) -> Mistake:
    """What is to go to QEMU past libvirt, but is not in the namespace by which libvirt knows it."""
    kind = "qemu-namespace-missing"
    if tag.startswith("{"):
        return Mistake(kind, node, "other", {**fields, "given": tag[1:].partition("}")[0]})
    if tag.startswith("qemu:"):
        return Mistake(kind, node, "", fields, root.set_value("xmlns:qemu", QEMU_NAMESPACE))
    return Mistake(kind, node, "none", fields)


class _Text(Member):
    """The text of an element, as a member of it."""

    def __init__(self, type_: Any) -> None:
        self.type = type_
        self._judged = {}

    def _own(self, name: str) -> str | None:
        return None


def label(node: Node) -> str:
    """The name of an element as people write it: `foreign-domain` is only what rules call it."""
    return str(node.element.tag).rpartition("}")[2].rpartition(":")[2]


def _listed(known: list[str], example: str | None = None) -> str:
    """Some values in words; of many, only how many they are and one of them."""
    if not known:
        return ""
    if len(known) > MANY:
        return f"one of {len(known)} words" + (f", such as '{example}'" if example else "")
    quoted = [f"'{value}'" for value in known]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _stripped(value: Value) -> Place:
    """Where a text stands without the white space around it."""
    start = len(value.text) - len(value.text.lstrip(BLANK))
    return value.span(start, len(value.text.rstrip(BLANK)))
