"""The plain values that every part of vmlint speaks in: documents, findings, fixes, rules, reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .light_typing import NamedTuple
from .source import Edit, Source, Span, Value
from .tree import Node as Node  # noqa: PLC0414  # one of the values: it comes from here

SEVERITIES = ("error", "warning", "note")
SAFETIES = ("safe", "unsafe", "shown")
EFFECTS = ("starts", "refused", "unknown")
"""What becomes of the VM: it starts, whatever else is wrong; QEMU or libvirt refuses it; the file does not tell."""


class Fix(NamedTuple):
    """Edits that are applied all together or not at all. `safety` is one of SAFETIES; a shown fix is never applied."""

    title: str
    safety: str
    edits: tuple[Edit, ...]


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
        self.is_read = True
        """Whether rules look at it; a file that would take too much memory is only told."""
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
    target: str | None = None
    """Name of a release of a distribution."""


class Page(NamedTuple):
    """What is for whoever reads about a rule: most of what is in its table, and needed by no run that finds nothing."""

    why: str
    """Markdown: what happens and since when."""
    sources: tuple[str, ...]
    examples: tuple[Example, ...]


class Rule(NamedTuple):
    """One table of a rule file."""

    name: str
    topic: str
    summary: str
    severity: str
    page: Callable[[], Page]
    """Reads the rest, when it is first asked for."""
    matches: tuple[Match, ...]
    gates: tuple[Gate, ...]
    variants: dict[str, Variant]
    """By name; the one named `` is the rule's own message."""
    notes: dict[str, str]
    """Templates of the notes that a check may add."""
    covers: tuple[str, ...] = ()
    """Rules that say less of the same mistake: their findings are left out where this one marks or notes a place."""
    file: str = ""
    """The user's file that it is from; empty for vmlint's own."""

    @property
    def fixable(self) -> bool:
        """Whether any way it fires has a fix."""
        return any(variant.fix_title for variant in self.variants.values())

    @property
    def why(self) -> str:
        """See Page."""
        return self.page().why

    @property
    def sources(self) -> tuple[str, ...]:
        """Where what it says is from."""
        return self.page().sources

    @property
    def examples(self) -> tuple[Example, ...]:
        """Files that it reports."""
        return self.page().examples


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
    looked_at: int = 0
    """Files in all, also those without a VM configuration; 0 where no files were looked for."""
    only_shown: bool = False
    """Whether the fixes that are counted are made nowhere, as with --diff."""
    prunes: bool = False
    """Whether what is gone is taken out of the baseline."""

    told: int = 0
    """So many of the first diagnostics are on standard output already."""

    def count(self, severity: str) -> int:
        """Number of diagnostics of one severity."""
        return sum(diagnostic.severity == severity for diagnostic in self.diagnostics)
