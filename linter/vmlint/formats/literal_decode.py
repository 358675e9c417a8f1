"""Decodes one string literal: what the program gets, tied to the characters it was written as."""

from __future__ import annotations

import re
from functools import lru_cache

from ..light_typing import NamedTuple
from ..source import OPAQUE, Value
from .builder import CLOSING, Builder, InnerEncoder
from .literal_escapes import FAMILIES, read_escape, writer
from .literal_languages import REFUSED, Style
from .spans import with_opaque

HOLE_TOKEN = re.compile(r"\"(?:[^\"\\\n]|\\.){0,999}\"|'(?:[^'\\\n]|\\.){0,999}'|[()\[\]{}]")
MAX_HOLE = 4000
PLACEHOLDER = re.compile(
    r"\{\{[^{}]{0,200}\}\}|\{%[^{}%]{0,200}%\}|<%[^%<>]{0,200}%>|\$\{[^{}\n]{0,200}\}|\$\([\w.-]{1,80}\)"
    r"|\$[A-Za-z_]\w*|@[A-Za-z]\w*@|%\(\w{1,80}\)[-#0 +]?\d*[diouxXrs]"
    r"|%[-#0 +]?\d{0,4}(?:\.\d{1,4})?l{0,2}[cdiosuvqxX](?![A-Za-z])"
    r"|\{[\w.:!?#>]{0,80}\}|<[^\W\d_][\w .-]{0,60}>"
)
"""Parts that something fills in before QEMU sees the text, in whatever program or template."""


SIGN = re.compile("[{%$@<]")


class Literal(NamedTuple):
    """A string literal and the offset after it."""

    value: Value
    end: int


class _Marks(NamedTuple):
    """What may come next inside a literal, and how text is written there."""

    pattern: re.Pattern[str]
    family: str
    quote: str


def decode_literal(script: Value, opened: re.Match[str], style: Style) -> Literal | int:
    """The literal whose opening quote was found in `script`; if it does not end, up to where that was looked for."""
    marks = _marks(style, opened)
    text, at = script.text, opened.end()
    found = marks.pattern.search(text, at)
    if found and found.lastgroup == "end" and found[0] != "\n":  # nothing but itself, as most are: bytes can wait
        value = Value(text[at : found.start()], lambda: _decode(script, at, marks, style)[0].pieces)
        return Literal(_filled(value), found.end())
    value, end = _decode(script, at, marks, style)
    return Literal(_filled(value), end) if end > 0 else -end


def _decode(script: Value, at: int, marks: _Marks, style: Style) -> tuple[Value, int]:
    """The text from a character on, and the offset after the closing quote; if there is none, the negative of where
    the search ended."""
    out, text = Builder(script), script.text
    inner = writer(marks.family, marks.quote, style.refused if style.hole or style.refused != REFUSED else "{}%")
    while found := marks.pattern.search(text, at):
        low, high = found.span()
        out.literal(at, low, inner)
        if found.lastgroup == "end":
            return _value(out, low, inner), -high if found[0] == "\n" else high
        if found.lastgroup == "hole":
            end = _hole_end(text, high) if found[0][-1] in CLOSING else high
            if end is None:
                return _value(out, low, inner), -min(high + MAX_HOLE, len(text))
            out.unit(low, end, OPAQUE, inner)
            high = end
        else:
            _escape(out, found, marks)
        at = high
    return _value(out, at, inner), -len(text)


def _value(out: Builder, at: int, inner: InnerEncoder) -> Value:
    """What was decoded; of an empty literal, the place for a text."""
    if not out.pieces:
        out.unit(at, at, "", inner)
    return out.value(at)


def _filled(value: Value) -> Value:
    return with_opaque(value, PLACEHOLDER) if SIGN.search(value.text) else value


def _escape(out: Builder, found: re.Match[str], marks: _Marks) -> None:
    if found[0] in ("{{", "}}"):
        out.unit(*found.span(), found[0][0], writer(marks.family, marks.quote, REFUSED))
        return
    text, is_open = read_escape(found, marks.family)
    encode = writer(marks.family, marks.quote, REFUSED)
    if text or found[0][-1] not in "\n":
        out.unit(*found.span(), text, encode)
    out.held = is_open or out.held


def _marks(style: Style, opened: re.Match[str]) -> _Marks:
    groups = opened.groupdict()
    quote = groups.get("tag") or groups.get("q") or ""
    family = "none" if groups.get("raw") == "'" else style.escapes
    return _compile(family, style.hole, style.closer, style.lines, quote)


@lru_cache(maxsize=512)
def _compile(family: str, hole: str, closer: str, lines: bool, quote: str) -> _Marks:
    end = _end(closer, quote)
    if family == "nix-indented":
        end = r"''(?![$'\\])"
    parts = []
    if hole == r"\{":  # f-strings write a brace as two
        parts.append(r"\{\{|\}\}")
    if family != "none":
        pattern = FAMILIES[family].pattern
        parts.append(pattern if family != "doubled" else re.escape(quote * 2))
    parts.append(f"(?P<hole>{hole})" if hole else r"(?!)")
    parts.append(f"(?P<end>{end}{'' if lines else chr(124) + chr(10)})")
    return _Marks(re.compile("|".join(parts), re.MULTILINE), family, quote)


def _end(closer: str, quote: str) -> str:
    if closer:
        return closer % re.escape(quote) if "%s" in closer else closer
    if quote.endswith('"') and quote.startswith("#"):
        return re.escape('"' + quote[:-1])
    return re.escape(CLOSING.get(quote, quote))


def _hole_end(text: str, at: int) -> int | None:
    """Offset after the bracket that closes the one before `at`, over strings and nested brackets."""
    depth, limit = 1, at + MAX_HOLE
    while found := HOLE_TOKEN.search(text, at, limit):
        at = found.end()
        if found[0] in CLOSING:
            depth += 1
        elif len(found[0]) == 1:
            depth -= 1
            if not depth:
                return at
    return None
