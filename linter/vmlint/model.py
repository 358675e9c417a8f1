"""The plain values that every part of vmlint speaks in; imports nothing of ours.

Offsets named `start` and `end` are byte offsets into the file on disk, half open, unless a docstring says otherwise.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

OPAQUE = "\ufffc"
"""Stands in a text for a part whose value is not in the file: `$VAR`, `{{ x }}`. One character an opaque part."""

SEVERITIES = ("error", "warning", "note")
SAFETIES = ("safe", "unsafe", "shown")


class Span(NamedTuple):
    """Bytes of a file."""

    start: int
    end: int


class Position(NamedTuple):
    """A place as people read it: line and column (in code points) from 1, and the byte offset."""

    line: int
    column: int
    offset: int


class Edit(NamedTuple):
    """Put `text` where the bytes from `start` to `end` stand."""

    start: int
    end: int
    text: bytes


class Fix(NamedTuple):
    """Edits that are applied all together or not at all. `safety` is one of SAFETIES; a shown fix is never applied."""

    title: str
    safety: str
    edits: tuple[Edit, ...]


class Source:
    """The bytes of one file and how to read them: encoding, byte order mark, lines."""

    def __init__(self, path: str, data: bytes, encoding: str = "utf-8", bom: int = 0) -> None:
        self.path = path
        self.data = data
        self.encoding = encoding
        self.bom = bom
        self._line_starts: list[int] | None = None
        self._last = (0, 0, 0)  # line start, offset, code points between them: columns of one long line stay cheap

    @property
    def line_starts(self) -> list[int]:
        """Byte offset at which each line begins."""
        if self._line_starts is None:
            newline = "\n".encode(self.encoding)
            width, starts, at = len(newline), [0], self.data.find(newline, self.bom)
            while at >= 0:
                if (at - self.bom) % width == 0:  # in UTF-16 the two bytes also occur across two characters
                    starts.append(at + width)
                at = self.data.find(newline, at + 1)
            self._line_starts = starts
        return self._line_starts

    def position(self, offset: int) -> Position:
        """Line and column of a byte offset."""
        line = bisect_right(self.line_starts, offset)
        start = self.line_starts[line - 1] or min(self.bom, offset)
        last_start, last_offset, last_column = self._last
        if last_start != start or last_offset > offset:
            last_offset, last_column = start, 0
        column = last_column + len(self.decode(last_offset, offset))
        self._last = (start, offset, column)
        return Position(line, column + 1, offset)

    def decode(self, start: int, end: int) -> str:
        """Text of some bytes; never fails: what is not text in this encoding stays visible as an odd character."""
        errors = "surrogateescape" if self.encoding == "utf-8" else "replace"
        return self.data[start:end].decode(self.encoding, errors)

    def encode(self, text: str) -> bytes:
        """Bytes of new text in this encoding; what it cannot hold becomes `?`, so check before where that matters."""
        return text.encode(self.encoding, "surrogateescape" if self.encoding == "utf-8" else "replace")

    def line(self, number: int) -> str:
        """Line `number` (from 1) without its line end."""
        starts = self.line_starts
        start = starts[number - 1] or self.bom
        end = starts[number] if number < len(starts) else len(self.data)
        return self.decode(start, end).rstrip("\r\n")


Encoder = Callable[[str], "bytes | None"]
"""Writes text in the quoting of one place of a file (XML attribute, shell quotes); None if it cannot stand there."""


class Piece(NamedTuple):
    """A run of a Value's text (`at`, `length` in characters) and the bytes it was written as.

    `unit` is the number of bytes of each character, or 0 for a run that cannot be split: an escape, an opaque part.
    """

    at: int
    length: int
    start: int
    end: int
    unit: int
    encode: Encoder


class Value:
    """A text as QEMU or libvirt receives it, and the bytes of the file it was written as, in both directions."""

    __slots__ = ("_pieces", "text")

    def __init__(self, text: str, pieces: tuple[Piece, ...] | Callable[[], tuple[Piece, ...]]) -> None:
        self.text = text
        self._pieces = pieces

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The runs the text is made of, found in the file when first asked for; never empty."""
        if callable(self._pieces):
            self._pieces = self._pieces()
        return self._pieces

    @property
    def opaque(self) -> bool:
        """Whether a part of the text is not in the file, so that nothing can be said about it as a whole."""
        return OPAQUE in self.text

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """Bytes that hold the characters from `start` to `end` of the text."""
        parts = list(self._parts(start, len(self.text) if end is None else end))
        return Span(parts[0].start, parts[-1].end)

    def replace(self, start: int, end: int, new: str) -> tuple[Edit, ...]:
        """Edits that turn the characters from `start` to `end` into `new`, leaving quotes and line ends between them.

        Empty when the place cannot hold `new`.
        """
        parts = list(self._parts(start, end))
        encoded = parts[0].encode(new)
        if encoded is None:
            return ()
        edits = [Edit(parts[0].start, parts[0].end, encoded)]
        for part in parts[1:]:
            if part.start == edits[-1].end and part.encode is parts[0].encode:
                edits[-1] = edits[-1]._replace(end=part.end)
            else:
                edits.append(Edit(part.start, part.end, b""))
        return tuple(edits)

    def pick(self, *ranges: tuple[int, int]) -> Value:
        """The characters of some ranges, in order, as a Value of their own."""

        def pieces() -> tuple[Piece, ...]:
            picked, at = [], 0
            for start, end in ranges:
                for piece in self._parts(start, end):
                    picked.append(piece._replace(at=at))
                    at += piece.length
            return tuple(picked)

        return Value("".join(self.text[start:end] for start, end in ranges), pieces)

    def _parts(self, start: int, end: int) -> Iterator[Piece]:
        """The pieces of a range, cut to it; for an empty range the one empty place at which text can go in."""
        pieces = self.pieces
        index = first = max(bisect_right(pieces, start, key=_at) - 1, 0)
        while start < end and index < len(pieces) and pieces[index].at < end:
            low, high = max(start, pieces[index].at), min(end, pieces[index].at + pieces[index].length)
            if low < high:
                yield _cut(pieces[index], low, high)
            index += 1
        if index == first or start >= end:
            yield self._gap(start)

    def _gap(self, at: int) -> Piece:
        """The empty place before character `at`; at the end of a run rather than the start of the next."""
        pieces = self.pieces
        index = max(bisect_right(pieces, at, key=_at) - 1, 0)
        if index and pieces[index].at == at:
            index -= 1
        return _cut(pieces[index], at, at)


def _at(piece: Piece) -> int:
    return piece.at


def _cut(piece: Piece, low: int, high: int) -> Piece:
    if piece.unit:
        start = piece.start + (low - piece.at) * piece.unit
        return piece._replace(at=low, length=high - low, start=start, end=start + (high - low) * piece.unit)
    if low == high:  # before or after a run that cannot be split
        edge = piece.start if low == piece.at else piece.end
        return piece._replace(at=low, length=0, start=edge, end=edge)
    return piece


class Node:
    """An XML element, a QEMU command line (`qemu`) or one of its options (`-device`): one tree for all rules.

    Formats subclass it; rules and checks use only what stands here.
    """

    name: str
    parent: Node | None

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

    def child(self, name: str) -> Node | None:
        """The first child called `name`: the one libvirt reads."""
        return next((child for child in self.children if child.name == name), None)

    def get(self, path: str) -> Value | None:
        """The value at a path such as `@type` or `source/address@bus`; `description` is the text of that element."""
        elements, _, attribute = path.partition("@")
        node: Node | None = self
        for name in filter(None, elements.split("/")):
            node = node.child(name) if node else None
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

    def insert_before(self, markup: str) -> tuple[Edit, ...]:
        """Edits that put markup before this node, on a line of its own if this node has one; empty if not possible."""
        raise NotImplementedError


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


class Note(NamedTuple):
    """A second place that belongs to a finding, in the same file."""

    message: str
    span: Span


class Diagnostic(NamedTuple):
    """One finding, ready to be shown."""

    rule: str
    severity: str
    message: str
    source: Source
    span: Span
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None


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


class Match(NamedTuple):
    """Where a rule looks: `select` is a path of node names from a root, `where` what the values at some paths must be
    (a text, one of several texts, or present/absent), `at` the path of the value to point at."""

    select: str
    where: dict[str, str | tuple[str, ...] | bool]
    at: str


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
    check: str | None
    """`module.function` below `checks/`, where the table alone cannot decide."""
    variants: dict[str, Variant]
    """By name; the one named `` is the rule's own message."""
    notes: dict[str, str]
    """Templates of the notes that a check may add."""
    examples: tuple[Example, ...]

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

    def count(self, severity: str) -> int:
        """Number of diagnostics of one severity."""
        return sum(diagnostic.severity == severity for diagnostic in self.diagnostics)
