"""The bytes of a file, and texts that know which of its bytes they were written as.

Offsets named `start` and `end` are byte offsets into the file on disk, half open, unless a docstring says otherwise.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator

from .columns import CHECKPOINT, Counter
from .light_typing import NamedTuple

ASCII_RUN = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]")
MOST_BYTES = 4
"""The most that a character takes in any encoding."""
OPAQUE = "\ufffc"
"""Stands in a text for a part whose value is not in the file: `$VAR`, `{{ x }}`. One character an opaque part."""


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


class Source:
    """The bytes of one file and how to read them: encoding, byte order mark, lines."""

    def __init__(self, path: str, data: bytes, encoding: str = "utf-8", bom: int = 0) -> None:
        self.path = path
        self.data = data
        self.encoding = encoding
        self.bom = bom
        self._line_starts = array("I", [0])  # a file may be all line ends: 4 bytes for each
        self._searched = bom
        self._counter: Counter | None = None

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_counter": None}

    def _lines(self, offset: int) -> array[int]:
        """Byte offsets at which lines begin, all of those up to a byte among them."""
        starts, newline = self._line_starts, "\n".encode(self.encoding)
        while starts[-1] <= offset and self._searched < len(self.data):
            at = self.data.find(newline, self._searched)
            if at < 0:
                self._searched = len(self.data)
            elif (at - self.bom) % len(newline):  # in UTF-16 the two bytes also occur across two characters
                self._searched = at + 1
            else:
                self._searched = at + len(newline)
                starts.append(self._searched)
        return starts

    def position(self, offset: int) -> Position:
        """Line and column of a byte offset."""
        starts = self._lines(offset)
        line = bisect_right(starts, offset)
        start = starts[line - 1] or min(self.bom, offset)
        return Position(line, self._count(start, offset) + 1, offset)

    def line_span(self, offset: int) -> Span:
        """The bytes of the line in which a byte stands, its line end among them."""
        starts = self._lines(offset)
        line = bisect_right(starts, offset)
        return Span(starts[line - 1] or self.bom, starts[line] if line < len(starts) else len(self.data))

    def _count(self, start: int, end: int) -> int:
        """Code points between two bytes; in a long line, of which many places may be asked, from one nearby on."""
        if end - start <= CHECKPOINT:
            return len(self.decode(start, end))
        self._counter = self._counter or Counter(self.data, self.bom, self.encoding, self.errors)
        return self._counter.before(end) - self._counter.before(start)

    @property
    def errors(self) -> str:
        """What becomes of bytes that are not text in this encoding, as codecs call it."""
        return "surrogateescape" if self.encoding == "utf-8" else "replace"

    def decode(self, start: int, end: int) -> str:
        """Text of some bytes; never fails: what is not text in this encoding stays visible as an odd character."""
        return self.data[start:end].decode(self.encoding, self.errors)

    def encode(self, text: str) -> bytes:
        """Bytes of new text in this encoding; what it cannot hold becomes `?`, so check before where that matters."""
        return text.encode(self.encoding, "surrogateescape" if self.encoding == "utf-8" else "replace")

    def around(self, position: Position, room: int) -> tuple[str, int, bool]:
        """The line of a position, or so many characters of it on either side if it is long.

        Also the column, from 0, at which that begins, and whether more of the line follows.
        """
        low, high = self.line_span(position.offset)
        wanted = room * MOST_BYTES
        if high - low <= 2 * wanted:
            return self.decode(low, high).rstrip("\r\n"), 0, False
        before = self.decode(max(low, position.offset - wanted), position.offset)[-room:]
        after = self.decode(position.offset, min(high, position.offset + wanted))
        shown = before + after[:room].rstrip("\r\n")
        return shown, position.column - 1 - len(before), len(after.rstrip("\r\n")) > room


Encoder = Callable[[str], "bytes | None"]
"""Writes text in the quoting of one place of a file (XML attribute, shell quotes); None if it cannot stand there."""


def refuse(text: str) -> None:
    """The encoder of a place that can hold no other text than it does."""


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


class Text:
    """The characters of a source and the byte at which each stands."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.decode(source.bom, len(source.data))
        self.unit = len("\n".encode(source.encoding))
        self._uniform = (len(source.data) - source.bom) == self.unit * len(self.text)
        self._checkpoints = [source.bom]

    def read_as(self, text: str) -> Text:
        """The same source with other characters, each of as many bytes, in place of some."""
        other = Text.__new__(Text)
        other.__dict__.update(self.__dict__, text=text)
        return other

    def byte(self, at: int) -> int:
        """Byte offset of character `at`."""
        if self._uniform:
            return self.source.bom + at * self.unit
        while len(self._checkpoints) <= at // CHECKPOINT:
            low = (len(self._checkpoints) - 1) * CHECKPOINT
            self._checkpoints.append(self._checkpoints[-1] + self._size(low, low + CHECKPOINT))
        low = at // CHECKPOINT * CHECKPOINT
        return self._checkpoints[at // CHECKPOINT] + self._size(low, at)

    def span(self, low: int, high: int) -> Span:
        """Bytes of the characters from `low` to `high`."""
        return Span(self.byte(low), self.byte(high))

    def literal(self, low: int, high: int, at: int, encode: Encoder) -> Iterator[Piece]:
        """Pieces for the characters from `low` to `high`, standing for themselves, from character `at` of a Value."""
        start = self.byte(low)
        if self._uniform:
            yield Piece(at, high - low, start, start + (high - low) * self.unit, self.unit, encode)
            return
        for run in ASCII_RUN.finditer(self.text, low, high):
            unit = self.unit if run[0].isascii() else 0
            end = start + (unit * len(run[0]) or self._size(*run.span()))
            yield Piece(at, len(run[0]), start, end, unit, encode)
            at, start = at + len(run[0]), end

    def _size(self, low: int, high: int) -> int:
        return len(self.source.encode(self.text[low:high]))


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
        if encoded is None or _splits(parts[0], start, end) or _splits(parts[-1], start, end):
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


def _splits(piece: Piece, start: int, end: int) -> bool:
    """Whether a range takes only a part of a run that cannot be split."""
    return not piece.unit and piece.length > 0 and (piece.at < start or piece.at + piece.length > end)


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
