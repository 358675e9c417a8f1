"""What formats share to tie a text to the bytes it was written as."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..source import OPAQUE, Encoder, Piece, Source, Span, Value
from .builder import utf8

ASCII_RUN = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]")
CHECKPOINT = 4096


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
        errors = "surrogateescape" if self.source.encoding == "utf-8" else "replace"
        return len(self.text[low:high].encode(self.source.encoding, errors))


def whole(text: Text) -> Value:
    """All of a text as one Value; what is put into it is written as UTF-8."""
    return Value(text.text, lambda: tuple(text.literal(0, len(text.text), 0, utf8)))


def with_opaque(value: Value, pattern: re.Pattern[str]) -> Value:
    """The same value with each match of `pattern` (a template part) made one opaque character."""
    matches = list(pattern.finditer(value.text))
    if not matches:
        return value

    def pieces() -> tuple[Piece, ...]:
        made: list[Piece] = []
        at = low = 0
        for match in matches:
            if match.start() > low:
                made.extend(part._replace(at=at + part.at) for part in value.pick((low, match.start())).pieces)
            at += match.start() - low
            span, encode = value.span(*match.span()), value.pick(match.span()).pieces[0].encode
            made.append(Piece(at, 1, span.start, span.end, 0, encode))
            at, low = at + 1, match.end()
        made.extend(part._replace(at=at + part.at) for part in value.pick((low, len(value.text))).pieces)
        return tuple(made)

    return Value(pattern.sub(OPAQUE, value.text), pieces)
