"""The plain values that every part of vmlint speaks in: trees, findings, fixes, rules, reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .source import Edit, Source, Span, Value

if TYPE_CHECKING:
    from lxml.etree import _Element

SEVERITIES = ("error", "warning", "note")
SAFETIES = ("safe", "unsafe", "shown")
EFFECTS = ("starts", "refused", "unknown")
"""What becomes of the VM: it starts, whatever else is wrong; QEMU or libvirt refuses it; the file does not tell."""


class Fix(NamedTuple):
    """Edits that are applied all together or not at all. `safety` is one of SAFETIES; a shown fix is never applied."""

    title: str
    safety: str
    edits: tuple[Edit, ...]


class Node:
    """An XML element, a QEMU command line (`qemu`) or one of its options (`-device`): one tree for all rules.

    Formats subclass it; rules and checks use only what stands here.
    """

    name: str
    parent: Node | None
    element: _Element
    """What lxml read; only nodes of XML have it."""

    @property
    def children(self) -> Sequence[Node]:
        """Nodes directly below, in the order of the file."""
        raise NotImplementedError

    def value(self, name: str) -> Value | None:
        """The attribute (XML) or parameter (QEMU option, the last of that name wins) called `name`."""
        raise NotImplementedError

    @property
    def text(self) -> Value:
        """Character data of an XML element, the whole argument of a QEMU option."""
        raise NotImplementedError

    @property
    def span(self) -> Span:
        """Bytes of the whole node."""
        raise NotImplementedError

    @property
    def name_span(self) -> Span:
        """Bytes of the name: what to underline when the node as a whole is meant."""
        raise NotImplementedError

    @property
    def has_template_parts(self) -> bool:
        """Whether parts of a template stand among the children: more of them, or fewer, may be meant."""
        return False

    @property
    def attribute_names(self) -> Sequence[str]:
        """Names of the attributes of an XML element, `{namespace}name` for those that have one."""
        return ()

    def attribute_name(self, name: str) -> Value:
        """The name of an attribute that is there, as a text in the file."""
        raise NotImplementedError

    @property
    def is_of_template(self) -> bool:
        """Whether the document is a template: not all that stands in it is there once filled in."""
        return False

    def child(self, name: str) -> Node | None:
        """The first child called `name`."""
        return next((child for child in self.children if child.name == name), None)

    def below(self, path: str) -> Node | None:
        """The node at a path such as `source/address`, this node itself if it is empty."""
        node: Node | None = self
        for name in filter(None, path.split("/")):
            node = node.child(name) if node else None
        return node

    def get(self, path: str) -> Value | None:
        """The value at a path such as `@type` or `source/address@bus`; `description` is the text of that element."""
        elements, _, attribute = path.partition("@")
        node = self.below(elements)
        if node is None:
            return None
        return node.value(attribute) if attribute else node.text

    def walk(self, wanted: frozenset[str]) -> Iterator[tuple[str, Node]]:
        """This node and those below whose path (`domain/devices/disk`) is wanted; `X/*` wants all children of X."""
        stack: list[tuple[str, Node]] = [(self.name, self)]
        while stack:
            path, node = stack.pop()
            if path in wanted:
                yield path, node
            anything = f"{path}/*"
            if anything in wanted:
                yield from ((anything, child) for child in node.children)
            stack.extend((f"{path}/{child.name}", child) for child in reversed(node.children))

    def set_value(self, name: str, text: str) -> tuple[Edit, ...]:
        """Edits that give the attribute `name` the value `text`, adding it if absent; empty if not possible."""
        raise NotImplementedError

    def rename(self, name: str) -> tuple[Edit, ...]:
        """Edits that give an XML element another name, in both its tags; empty if not possible."""
        raise NotImplementedError

    def insert_before(self, markup: str) -> tuple[Edit, ...]:
        """Edits that put markup before this node, on a line of its own if this node has one; empty if not possible."""
        raise NotImplementedError

    def drop(self) -> tuple[Edit, ...]:
        """Edits that take out this node, with its line if it has one; empty if not possible or if it holds more."""
        return ()

    def drop_value(self, name: str) -> tuple[Edit, ...]:
        """Edits that take out the attribute `name`; empty if not possible."""
        return ()


Place = Node | Value | Span
"""What a finding can point at."""


class Problem(NamedTuple):
    """What a format could not read: the name of a rule of topic `input`, the place, and the words of its message."""

    rule: str
    span: Span
    fields: dict[str, str]


class Document:
    """One file as its format read it: trees to walk and what could not be read."""

    def __init__(
        self, source: Source, format_name: str, roots: Iterable[Node] = (), problems: Iterable[Problem] = ()
    ) -> None:
        self.source = source
        self.format_name = format_name
        self.roots = tuple(roots)
        self.problems = tuple(problems)
        self.facts: tuple[dict[object, object], ...] = tuple({} for _ in self.roots)
        """What checks have worked out about each root, whatever the target: for the next look at the document."""


class Note(NamedTuple):
    """A second place that belongs to a finding, in the same file."""

    message: str
    span: Span


class Anchor(NamedTuple):
    """What stays of a finding when lines move: its place in the tree of the file, and a hash of the text around it."""

    path: str
    text: str


class Diagnostic(NamedTuple):
    """One finding, ready to be shown."""

    rule: str
    severity: str
    message: str
    source: Source
    span: Span
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None
    anchor: Anchor | None = None
    """Only in runs that know findings again."""
    effect: str = EFFECTS[0]


class Gate(NamedTuple):
    """When a rule applies: `kind` is `deprecated`, `removed` (an admitted release is at or after `version`) or `needs`
    (an admitted release is before it); `product` is `qemu` or `libvirt`."""

    kind: str
    product: str
    version: tuple[int, ...]


class Variant(NamedTuple):
    """The words and weight of one way a rule can fire. Message and fix title are templates with {fields}."""

    message: str
    severity: str
    fix_title: str | None
    safety: str
    effect: str = EFFECTS[0]


class Match(NamedTuple):
    """Where a rule looks: `select` is a path of node names from a root, `where` what the values at some paths must be
    (a text, one of several texts, or present/absent), `at` the path of the value to point at.

    `check` is `module.function` below `checks/`, where the table alone cannot decide.
    """

    select: str
    where: dict[str, str | tuple[str, ...] | bool]
    at: str
    check: str | None = None
    set: dict[str, str] = {}  # noqa: RUF012  # nobody writes to it
    """What the fix puts where, by the path of an attribute or parameter."""


class Example(NamedTuple):
    """A file that a rule reports, at the texts `at` in this order, and what it should be instead."""

    file: str
    bad: str
    good: str
    at: tuple[str, ...]
    qemu: str | None
    libvirt: str | None


class Rule(NamedTuple):
    """One table of a rule file."""

    name: str
    topic: str
    summary: str
    severity: str
    why: str
    """Markdown: what happens and since when, for whoever reads the rule's page."""
    sources: tuple[str, ...]
    matches: tuple[Match, ...]
    gates: tuple[Gate, ...]
    variants: dict[str, Variant]
    """By name; the one named `` is the rule's own message."""
    notes: dict[str, str]
    """Templates of the notes that a check may add."""
    examples: tuple[Example, ...]
    file: str = ""
    """The user's file that it is from; empty for vmlint's own."""

    @property
    def fixable(self) -> bool:
        """Whether any way it fires has a fix."""
        return any(variant.fix_title for variant in self.variants.values())


class Failure(NamedTuple):
    """A path that could not be worked on, and why in plain words: exit code 2."""

    path: str
    reason: str


class Change(NamedTuple):
    """A file that fixes change: its bytes before and after."""

    source: Source
    after: bytes


class Known(NamedTuple):
    """How many findings are left out because a baseline has them, and how many of a baseline are no longer there."""

    known: int
    gone: int


class Report(NamedTuple):
    """All that a reporter or the exit code may look at."""

    diagnostics: list[Diagnostic]
    files: int
    """Files in which a VM configuration was found and read."""
    skipped: list[Failure]
    """Files named by the user in which there was nothing to lint, and why."""
    failures: list[Failure]
    suppressed: int = 0
    fixed: int = 0
    held_back: int = 0
    changes: tuple[Change, ...] = ()
    failing: int = 0
    """How many diagnostics are severe enough to make a run fail."""
    baseline: Known | None = None
    """Only where a baseline is in use."""
    in_part: int = 0
    """Commands to which variables add what is not known."""

    def count(self, severity: str) -> int:
        """Number of diagnostics of one severity."""
        return sum(diagnostic.severity == severity for diagnostic in self.diagnostics)
