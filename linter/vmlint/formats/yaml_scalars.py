"""Decodes YAML scalars: what an application gets, tied to the characters it was written as."""

from __future__ import annotations

import re
from functools import lru_cache

from ..source import OPAQUE, Value, refuse
from .builder import Builder, InnerEncoder, as_it_is
from .literal_decode import PLACEHOLDER
from .literal_escapes import writer
from .spans import with_opaque
from .templates import OPAQUE_RUN

FOLD = r"[ \t]*(?P<fold>(?:\r?\n[ \t]*)+)"
NAMED = dict(zip("0abtnvfre_NLP", "\0\a\b\t\n\v\f\r\x1b\xa0\x85\u2028\u2029", strict=True))
QUOTED = {
    '"': re.compile(
        FOLD + r"|\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})"
        r"|(?P<join>\r?\n[ \t]*)|(?P<char>.))"
    ),
    "'": re.compile(FOLD + "|''"),
    None: re.compile(FOLD),
}
HEADER = re.compile(r"[|>](?P<how>[-+0-9]*)[^\n]*\n")
LINE = re.compile(r"[^\n]*\n|[^\n]+")
PLAIN = re.compile(r"[\w=.,:/+-]*")


def decode_scalar(script: Value, low: int, high: int, style: str | None, expected: str) -> Value | None:
    """The scalar from character `low` to `high`; None where it is not read as the YAML parser reads it (`expected`)."""
    if script.text[low + bool(style) : high - bool(style)] == expected:  # as most are: bytes can wait
        value = Value(expected, lambda: _decoded(script, low, high, style).pieces)
    else:
        value = _decoded(script, low, high, style)
    if value.text.rstrip("\n") != expected.rstrip("\n"):
        return None
    return with_opaque(with_opaque(value, OPAQUE_RUN), PLACEHOLDER)


def _decoded(script: Value, low: int, high: int, style: str | None) -> Value:
    out = Builder(script)
    if style in ("|", ">"):
        _block(out, low, high, style)
    else:
        _flow(out, low + bool(style), high - bool(style), style)
    return out.value(low + bool(style))


def _flow(out: Builder, low: int, high: int, style: str | None) -> None:
    """A plain or quoted scalar: lines are folded, quotes have escapes."""
    text, at, inner = out.script.text, low, _encoder(style)
    for match in QUOTED[style].finditer(text, low, high):
        out.literal(at, match.start(), inner)
        new = _unit(match)
        at = match.end()
        if new or match.end() > match.start():
            out.unit(match.start(), at, new, inner)
    out.literal(at, high, inner)
    if not out.pieces:
        out.unit(low, low, "", inner)


def _unit(match: re.Match[str]) -> str:
    found = {name: text for name, text in match.groupdict().items() if text is not None}
    if "fold" in found:
        lines = found["fold"].count("\n")
        return " " if lines == 1 else "\n" * (lines - 1)
    if "join" in found:
        return ""
    if "char" in found:
        return NAMED.get(found["char"], found["char"])
    number = next((found[name] for name in ("x", "u", "U") if name in found), None)
    if number is None:
        return "'"
    code = int(number, 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else OPAQUE


@lru_cache(maxsize=8)
def _encoder(style: str | None) -> InnerEncoder:
    if style is None:
        return _plain
    return writer("doubled" if style == "'" else "json", style, "")


def _plain(text: str) -> str | None:
    """Text for a scalar without quotes: nothing that could mean something else there."""
    return text if PLAIN.fullmatch(text) and not text.endswith(":") and "," not in text else None


def _block(out: Builder, low: int, high: int, style: str) -> None:
    """A literal or folded block: its indentation is no part of it."""
    header = HEADER.match(out.script.text, low, high)
    if header is None:
        return
    lines = list(LINE.finditer(out.script.text, header.end(), high))
    digits = re.sub(r"\D", "", header["how"])
    indent = _indent(lines) if not digits else min(_parent_indent(out.script.text, low) + int(digits), _indent(lines))
    starts = [line.start() + min(indent, len(line[0]) - len(line[0].lstrip(" "))) for line in lines]
    for at, (line, start, following) in enumerate(zip(lines, starts, [*starts[1:], high], strict=True)):
        end = line.start() + len(line[0].rstrip("\r\n"))
        out.literal(start, end, as_it_is)
        new = "\n" if style == "|" else _folded(lines, at, indent)
        if new and end < line.end():  # the next line's indentation goes with the line end, as neither stays alone
            out.unit(end, following, new, refuse)


def _indent(lines: list[re.Match[str]]) -> int:
    return next((len(line[0]) - len(line[0].lstrip(" ")) for line in lines if line[0].strip()), 0)


def _parent_indent(text: str, at: int) -> int:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return len(line) - len(line.lstrip(" -"))


def _folded(lines: list[re.Match[str]], at: int, indent: int) -> str:
    """What the end of a line of a folded block stands for."""
    this = lines[at][0][indent:].rstrip("\r\n")
    following = [line[0][indent:].rstrip("\r\n") for line in lines[at + 1 : at + 2]]
    if not following or this[:1] in (" ", "\t") or following[0][:1] in (" ", "\t"):
        return "\n"
    if not this.strip():
        return "\n"
    if following[0].strip():
        return " "
    return "\n" if _next_is_indented(lines, at + 1, indent) else ""


def _next_is_indented(lines: list[re.Match[str]], at: int, indent: int) -> bool:
    """Whether the next line with text is indented further, which keeps the line ends before it."""
    for line in lines[at:]:
        if line[0].strip():
            return line[0][indent : indent + 1] in (" ", "\t")
    return False
