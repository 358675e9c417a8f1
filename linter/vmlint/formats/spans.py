"""What formats share to tie a text to the bytes it was written as."""

from __future__ import annotations

import re

from ..source import OPAQUE, Piece, Text, Value
from .builder import utf8


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

    return type(value)(pattern.sub(OPAQUE, value.text), pieces)


def unknown(value: Value) -> Value:
    """The same value, of which nothing is known."""
    return with_opaque(value, re.compile(r"(?s:.+)"))
