"""Builds Values whose text is a decoded form of another Value's: what every format with quotes or escapes needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from ..source import OPAQUE, Encoder, Piece, Value, refuse

InnerEncoder = Callable[[str], "str | None"]
"""Writes text in one layer of quoting, as text of the layer around it; None if it cannot stand there."""


def utf8(text: str) -> bytes | None:
    """Text as a script or a command line holds it; not what no word can hold, nor what is not in the file."""
    try:
        return None if "\0" in text or OPAQUE in text else text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None


def as_it_is(text: str) -> str | None:
    """Text for a place of one line without quoting."""
    return None if "\n" in text or "\r" in text else text


@lru_cache(maxsize=256)
def layered(inner: InnerEncoder, outer: Encoder) -> Encoder:
    """Writes text in the quoting `inner`, inside a place written by `outer`. One object for equal arguments."""

    def encode(text: str) -> bytes | None:
        quoted = inner(text)
        return None if quoted is None else outer(quoted)

    return encode


class Builder:
    """Collects the pieces of a Value made from characters of `script`.

    `held`: what comes next follows a character that means itself only because of that (`$` before a comma, `\\` before
    a letter inside "…"), so no other text may take its place.
    """

    def __init__(self, script: Value) -> None:
        self.script = script
        self.text: list[str] = []
        self.pieces: list[Piece] = []
        self.at = 0
        self.held = False

    def literal(self, low: int, high: int, inner: InnerEncoder) -> None:
        """Characters that stand for themselves."""
        if self.held and low < high:
            self.held = False
            self.literal(low, low + 1, refuse)
            low += 1
        for part in self.script.pick((low, high)).pieces if low < high else ():
            self.pieces.append(part._replace(at=self.at + part.at, encode=layered(inner, part.encode)))
        self.text.append(self.script.text[low:high])
        self.at += high - low

    def hold(self, at: int) -> None:
        """A character that would mean something else before another text."""
        self.held = False
        self.literal(at, at + 1, refuse)
        self.held = True

    def unit(self, low: int, high: int, text: str, inner: InnerEncoder) -> None:
        """Characters that together stand for `text`: an escape, an opaque part; none at all for an empty quote."""
        span = self.script.span(low, high)
        outer = self.script.pick((low, high)).pieces[0].encode
        encode = layered(refuse if self.held else inner, outer)
        self.pieces.append(Piece(self.at, len(text), span.start, span.end, 0, encode))
        self.text.append(text)
        self.at += len(text)
        self.held = False

    def value(self, at: int) -> Value:
        """What was collected; `at` is where it would stand if that is nothing."""
        if not self.pieces:
            self.unit(at, at, "", refuse)
        return Value("".join(self.text), tuple(self.pieces))


Meaning = Callable[["re.Match[str]"], "tuple[int, str]"]
"""Where a unit that was found ends, and what it stands for: a text, OPAQUE, or nothing."""


def decode(value: Value, unit: re.Pattern[str], meaning: Meaning, inner: InnerEncoder, low: int = 0) -> Value:
    """The text from character `low` in which each match of `unit` is one escape, variable or continuation."""
    out = Builder(value)
    at, high = low, len(value.text)
    match = unit.search(value.text, at)
    while match is not None:
        end, text = meaning(match)
        out.literal(at, match.start(), inner)
        if text:
            out.unit(match.start(), end, text, inner)
        at = end
        match = unit.search(value.text, at)
    out.literal(at, high, inner)
    return out.value(low)


CLOSING = {"(": ")", "{": "}", "[": "]"}


def closing(text: str, at: int, high: int, opening: str) -> int:
    """Offset after the bracket that closes one already open, or `high`."""
    depth = 1
    while at < high and depth:
        depth += {opening: 1, CLOSING[opening]: -1}.get(text[at], 0)
        at += 2 if text[at] == "\\" else 1
    return min(at, high)
