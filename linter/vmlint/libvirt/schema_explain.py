"""What is wrong with a document that its schema does not allow: each mistake once, at its own place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice

from ..model import Node, Place
from ..source import Value
from .schema import is_part_right, is_whole, schema_name
from .schema_guess import MUCH, Guess, Missed, Mistake, Reading, label, listed
from .schema_model import Attribute, Child, Member, Model, Type, closest, model
from .schema_moved import without_moved
from .schema_shape import ABSENT, Condition
from .schema_values import SimpleType

REFUSED_TWICE = {
    "devices": ("memballoon", "nvram", "pstore", "vsock"),
    "cputune": ("emulatorpin",),
}
"""Children of which libvirt refuses a second one; elsewhere it reads the first (measured on 11.3 and 12.8)."""
MERGED = 2
"""So many mistakes at most become one."""
OF_SCHEMAS = "{http://www.w3.org/2001/XMLSchema-instance}"
"""Attributes by which a document names its schema for an editor."""
BLANK = " \t\r\n"
CROWD = 100
"""So many elements of one kind are judged by libxml2 first."""


def mistakes(root: Node, limit: int | None = None) -> list[Mistake]:
    """What the schema does not allow in a domain or network, in the order of the file; at most so many."""
    some = None if limit is None else limit * MERGED
    return list(islice(without_moved(list(islice(_mistakes(root), some))), limit))


def _mistakes(root: Node) -> Iterator[Mistake]:
    name = schema_name(root)
    known = model(name)
    stack: list[Iterator[_Element]] = [iter([_Element(known, root, known.root(str(root.element.tag)), None)])]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif not element.type.open:
            yield from element.mistakes()
            stack.append(_doubtful(name, element))


def _doubtful(name: str, around: _Element) -> Iterator[_Element]:
    """The children in which there may be a mistake: of many of one kind, libxml2 finds them sooner than the walk."""
    count = Counter(type_ for _, type_ in around.inner)
    for node, type_ in around.inner:
        if count[type_] < CROWD or not type_.name or not is_part_right(name, type_.name, node.element):
            yield _Element(around.known, node, type_, around)


class _Element:
    """One element held against its type."""

    def __init__(self, known: Model, node: Node, type_: Type, parent: _Element | None) -> None:
        self.known, self.node, self.type, self.parent = known, node, type_, parent
        self.inner: list[tuple[Node, Type]] = []
        """Children that may stand here, for the walk to go on with."""
        self.document: str = label(node) if parent is None else parent.document
        """What libvirt refuses: a domain or a network."""
        self.is_whole: bool = is_whole(node) if parent is None else parent.is_whole
        self.meant: set[str] = set()
        """Attributes and children that are there, but misspelt."""

    @cached_property
    def label(self) -> str:
        """Its name as people write it."""
        return label(self.node)

    @cached_property
    def guess(self) -> Guess:
        """What may have been meant by a name that is wrong here."""
        return Guess(self.known, self.type, self.label, self.document, self.parent is None)

    def mistakes(self) -> Iterator[Mistake]:
        """What is wrong with this element itself; not what is wrong below it."""
        yield from self._attributes()
        yield from self._text()
        yield from self._children()

    def _attributes(self) -> Iterator[Mistake]:
        every = self.node.attribute_names
        names = [name for name in every if "{" not in name and ":" not in name]
        for name in every if len(names) < len(every) else ():
            if name not in names and not name.startswith(OF_SCHEMAS):
                mistake = self.guess.attribute_of_namespace(self.node, name, names)
                self.meant.add(mistake.fields["local"])
                yield mistake
        unknown = [name for name in names if name not in self.type.attributes]
        for name in unknown:
            missed = self._missed(self.type.attributes, names)
            only = self._only_missed(name, missed) if len(unknown) == 1 else ""
            mistake = self.guess.attribute(self.node, name, names, missed, only)
            self.meant.add(mistake.fields["meant"])
            yield mistake
        for name in names:
            member = self.type.attributes.get(name)
            if member is None:
                continue
            if other := self._elsewhere(member):
                fields = {"name": name, "element": self.label, **other}
                at = self.node.attribute_name(name)
                yield Mistake("unknown-attribute", at, "other-kind", {**fields, "meant": ""}, owner=self.node)
            else:
                yield from self._value(self.node.value(name), member.type, member, name)
        yield from self._lacking("attribute", self.type.needed_attributes, self.type.vital_attributes, names)

    def _only_missed(self, name: str, missed: Mapping[str, Missed]) -> str:
        """The attribute for which an unknown one stands: the only one that must be there, if it can have its value."""
        value, lacking = self.node.value(name), [other for other, how in missed.items() if how in MUCH]
        if len(lacking) != 1 or value is None or value.opaque:
            return ""
        return lacking[0] if self.type.attributes[lacking[0]].type.takes(value.text) else ""

    def _lacking(
        self,
        what: str,
        needed: Mapping[str, Attribute] | Mapping[str, Child],
        vital: Mapping[str, Attribute] | Mapping[str, Child],
        present: Container[str],
    ) -> Iterator[Mistake]:
        """Attributes or children that are not there: those that the schema needs, and those that libvirt does."""
        fields = {"element": self.label, "document": self.document}
        for name, member in needed.items():
            if name not in present and name not in self.meant and self._is_wanted(member):
                variant = "refused" if self._is_vital(member) else ""
                yield Mistake(f"missing-{what}", self.node, variant, {**fields, "name": name})
        told: set[str] = set()
        for name, other in vital.items() if self.parent and self.is_whole else ():
            if name in present or name in self.meant or self._is_wanted(other) or not self._is_vital(other):
                continue
            if told.isdisjoint(condition.attribute for condition in other.vital or ()):  # one of two would do
                told.add(name)
                yield Mistake("required-part-missing", self.node, what, {**fields, "name": name})

    def _value(
        self, value: Value | None, type_: SimpleType, member: Member | None, name: str = ""
    ) -> Iterator[Mistake]:
        """A value of an attribute, or (no name) the text of an element; `member`: that attribute or element."""
        if value is None or value.opaque or type_.takes(value.text):
            return
        text, known = value.text.strip(), type_.names
        meant = closest(text, known) or _in_other_case(value.text, type_)
        where = f"'{name}' of <{self.label}>" if name else f"<{self.label}>"
        fields = {"value": value.text.strip(), "where": where, "allowed": listed(known, meant), "meant": meant or ""}
        words = type_.form
        fields["hint"] = (f" ({words[0].lower()}{words[1:]})" if words else "") + (
            f"; did you mean '{meant}'?" if meant else ""
        )
        wrong = member.wrong if member else None
        variant = f"listed-{wrong or 'unknown'}" if type_.is_enumerated else _form_variant(value.text, member)
        edits = value.replace(0, len(value.text), meant) if meant and type_.is_enumerated else ()
        reading = Reading(self.node, name) if meant and type_.is_enumerated else None
        yield Mistake("wrong-value", value, variant, fields, edits, reading=reading)

    def _text(self) -> Iterator[Mistake]:
        text = self.type.text
        if text is not None and not self.node.children:
            declared = self.parent.type.children.get(str(self.node.element.tag)) if self.parent else None
            yield from self._value(self.node.text, text, declared)
        if not self.type.mixed and not self.node.has_template_parts:
            if (value := self.node.text).text.strip(BLANK):
                yield Mistake("stray-text", _stripped(value), "", {"element": self.label})
            for child in self.node.children:
                if (child.element.tail or "").strip(BLANK):
                    yield Mistake("stray-text", child, "after", {"name": label(child), "element": self.label})

    def _children(self) -> Iterator[Mistake]:
        first: dict[str, Node] = {}
        nodes = self.node.children
        present = {str(node.element.tag) for node in nodes}
        for node in nodes:
            tag = str(node.element.tag)
            wrong = self._child(node, tag, first, present)
            first.setdefault(tag, node)
            if wrong is not None:
                yield wrong
        if not self.node.has_template_parts:
            yield from self._lacking("element", self.type.needed_children, self.type.vital_children, present)

    def _child(self, node: Node, tag: str, first: dict[str, Node], present: set[str]) -> Mistake | None:
        """What is wrong with a child being there at all; the walk goes on in it where it may stand here."""
        member = self.type.children.get(tag)
        fields = {"name": label(node), "element": self.label, "document": self.document}
        if member is None:
            taken = {name for name, known in self.type.children.items() if name in present and known.single}
            unknown = self.guess.child(node, tag, taken, self._missed(self.type.children, present))
            self.meant.add(unknown.fields["meant"])
            return unknown
        if other := self._elsewhere(member):
            return Mistake("unknown-element", node, "other-kind", {**fields, **other})
        if tag in self.type.slips and (mistake := self.guess.mistaken(node, tag, present)):
            return mistake
        self.inner.append((node, self.known.type(member.type)))
        if tag in first and member.single:
            variant = "refused" if tag in REFUSED_TWICE.get(self.label, ()) else ""
            return Mistake("doubled-element", node, variant, fields, first=first[tag])
        return None

    def _elsewhere(self, member: Attribute | Child) -> dict[str, str]:
        """Which kind of this element a member is for, if this one is known to be of another."""
        for condition in member.conditions:
            value = self._decides(condition)
            if value is not None and value not in condition.values:
                owner = self._owner(condition).label
                has = f"{condition.attribute}='{value}'" if value != ABSENT else f"no {condition.attribute}"
                wanted = listed([known for known in sorted(condition.values) if known != ABSENT])
                return {"owner": owner, "attribute": condition.attribute, "wanted": wanted, "has": has}
        return {}

    def _decides(self, condition: Condition) -> str | None:
        """The value a condition asks about; None where it is not known or is wrong itself."""
        owner = self._owner(condition)
        value, member = owner.node.value(condition.attribute), owner.type.attributes.get(condition.attribute)
        if value is None:
            is_lacking = condition.attribute in owner.meant or (member is not None and owner._is_wanted(member))
            return None if is_lacking else ABSENT
        return value.text if member and not value.opaque and member.type.takes(value.text) else None

    def _owner(self, condition: Condition) -> _Element:
        """The element that has the attribute a condition asks about."""
        return self.parent if condition.above and self.parent else self

    def _missed(
        self, known: Mapping[str, Attribute] | Mapping[str, Child], present: Container[str]
    ) -> dict[str, Missed]:
        """How much what is not there of some attributes or children is missed."""
        return {name: self._how_missed(member) for name, member in known.items() if name not in present}

    def _how_missed(self, member: Attribute | Child) -> Missed:
        if self._is_vital(member):
            return Missed.ALWAYS
        if self._is_wanted(member):
            return Missed.BY_SCHEMA
        return Missed.SOMETIMES if member.missed_sometimes else Missed.NEVER

    def _is_wanted(self, member: Attribute | Child) -> bool:
        """Whether the schema requires a member here."""
        return member.required and self._all_hold(member.needed or member.conditions)

    def _is_vital(self, member: Attribute | Child) -> bool:
        """Whether libvirt refuses this element for want of a member."""
        return member.vital is not None and self._all_hold([*member.conditions, *member.vital])

    def _all_hold(self, conditions: Iterable[Condition]) -> bool:
        return all(self._decides(condition) in condition.values for condition in conditions)


def _form_variant(text: str, member: Member | None) -> str:
    """How to say that a value has a wrong form: whether it was seen that libvirt refuses such values."""
    is_refused = member is not None and member.wrong == "refused" and not re.fullmatch(member.reads, text)
    return "form-refused" if is_refused else ""


def _in_other_case(text: str, type_: SimpleType) -> str | None:
    """A value in the case in which it may be."""
    return next((other for other in (text.lower(), text.upper()) if other != text and type_.takes(other)), None)


def _stripped(value: Value) -> Place:
    """Where a text stands without the white space around it."""
    start = len(value.text) - len(value.text.lstrip(BLANK))
    return value.span(start, len(value.text.rstrip(BLANK)))
