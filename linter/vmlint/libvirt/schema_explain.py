"""What is wrong with a document that its schema does not allow: each mistake once, at its own place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from functools import cached_property
from itertools import islice

from ..model import Node, Place
from ..source import Value
from .schema import is_part_valid, schema_name
from .schema_guess import Guess, Mistake, label, listed
from .schema_model import Attribute, Child, Model, Type, closest, model
from .schema_shape import ABSENT, Condition
from .schema_values import SimpleType

BLANK = " \t\r\n"
CROWD = 100
"""So many elements of one kind are judged by libxml2 first."""


def mistakes(root: Node, limit: int | None = None) -> list[Mistake]:
    """What the schema does not allow in a domain or network, in the order of the file; at most so many."""
    found = list(islice(_mistakes(root), limit))
    moved = {mistake.fields["name"] for mistake in found if mistake.variant.startswith("misplaced")}
    return [m for m in found if m.kind != "missing-element" or m.fields["name"] not in moved]


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
        if count[type_] < CROWD or not type_.name or not is_part_valid(name, type_.name, node.element):
            yield _Element(around.known, node, type_, around)


class _Element:
    """One element held against its type."""

    def __init__(self, known: Model, node: Node, type_: Type, parent: _Element | None) -> None:
        self.known, self.node, self.type, self.parent = known, node, type_, parent
        self.inner: list[tuple[Node, Type]] = []
        """Children that may stand here, for the walk to go on with."""
        self.meant: set[str] = set()
        """Attributes and children that are there, but misspelt."""

    @cached_property
    def label(self) -> str:
        """Its name as people write it."""
        return label(self.node)

    @cached_property
    def guess(self) -> Guess:
        """What may have been meant by a name that is wrong here."""
        return Guess(self.known, self.type, self.label, self.parent is None)

    def mistakes(self) -> Iterator[Mistake]:
        """What is wrong with this element itself; not what is wrong below it."""
        yield from self._attributes()
        yield from self._text()
        yield from self._children()

    def _attributes(self) -> Iterator[Mistake]:
        names = [name for name in self.node.attribute_names if "{" not in name and ":" not in name]
        for name in names:
            if name not in self.type.attributes:
                lacking = self._lacking(self.type.needed_attributes, names)
                mistake = self.guess.attribute(self.node, name, names, lacking)
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
                yield from self._value(self.node.value(name), member.type, name, member.wrong)
        for name, member in self.type.needed_attributes.items():
            if name not in names and name not in self.meant and self._is_wanted(member):
                yield Mistake("missing-attribute", self.node, "", {"name": name, "element": self.label})

    def _value(
        self, value: Value | None, type_: SimpleType, name: str = "", wrong: str | None = None
    ) -> Iterator[Mistake]:
        """A value of an attribute, or (no name) the text of an element."""
        if value is None or value.opaque or type_.takes(value.text):
            return
        text, known = value.text.strip(), type_.names
        meant = closest(text, known)
        where = f"'{name}' of <{self.label}>" if name else f"<{self.label}>"
        fields = {
            "value": value.text.strip(),
            "where": where,
            "allowed": listed(type_.names, meant),
            "meant": meant or "",
        }
        words = type_.form
        fields["hint"] = (f" ({words[0].lower()}{words[1:]})" if words else "") + (
            f"; did you mean '{meant}'?" if meant else ""
        )
        variant = f"listed-{wrong or 'unknown'}" if type_.is_enumerated else ""
        edits = value.replace(0, len(value.text), meant) if meant and type_.is_enumerated else ()
        yield Mistake("wrong-value", value, variant, fields, edits)

    def _text(self) -> Iterator[Mistake]:
        text = self.type.text
        if text is not None and not self.node.children:
            yield from self._value(self.node.text, text)
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
            for tag, member in self.type.needed_children.items():
                if tag not in present and tag not in self.meant and self._is_wanted(member):
                    yield Mistake("missing-element", self.node, "", {"name": tag, "element": self.label})

    def _child(self, node: Node, tag: str, first: dict[str, Node], present: set[str]) -> Mistake | None:
        """What is wrong with a child being there at all; the walk goes on in it where it may stand here."""
        member = self.type.children.get(tag)
        fields = {"name": label(node), "element": self.label}
        if member is None:
            taken = {name for name, known in self.type.children.items() if name in present and known.single}
            unknown = self.guess.child(node, tag, taken, self._lacking(self.type.needed_children, present))
            self.meant.add(unknown.fields["meant"])
            return unknown
        if other := self._elsewhere(member):
            return Mistake("unknown-element", node, "other-kind", {**fields, **other})
        if tag in self.type.slips and (mistake := self.guess.mistaken(node, tag, present)):
            return mistake
        self.inner.append((node, self.known.type(member.type)))
        if tag in first and member.single:
            return Mistake("doubled-element", node, "", fields, first=first[tag])
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
            is_lacking = condition.attribute in owner.meant or (member is not None and member.required)
            return None if is_lacking else ABSENT
        return value.text if member and not value.opaque and member.type.takes(value.text) else None

    def _owner(self, condition: Condition) -> _Element:
        """The element that has the attribute a condition asks about."""
        return self.parent if condition.above and self.parent else self

    def _lacking(self, needed: Mapping[str, Attribute | Child], present: Container[str]) -> set[str]:
        """Required attributes or children that are not there."""
        return {name for name, member in needed.items() if name not in present and self._is_wanted(member)}

    def _is_wanted(self, member: Attribute | Child) -> bool:
        """Whether a required member is required here."""
        return all(self._decides(condition) in condition.values for condition in member.needed or member.conditions)


def _stripped(value: Value) -> Place:
    """Where a text stands without the white space around it."""
    start = len(value.text) - len(value.text.lstrip(BLANK))
    return value.span(start, len(value.text.rstrip(BLANK)))
