"""Divides Markdown, reStructuredText, AsciiDoc, Org and plain text into blocks of code and lines of prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..light_typing import NamedTuple

LINE = re.compile(r"([^\n]*)(?:\n|\Z)")
QUOTE = re.compile(r"(?:[ \t]{0,3}>)+[ \t]?")
FENCE = re.compile(
    r"[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(```+(?![^\n]*`)|~~~+|-{4,}$|\.{4,}$|#\+begin_(?:src|example))", re.IGNORECASE
)
LANGUAGE = re.compile(r"[ \t]*\{?\.?([\w+#-]*)")
DIRECTIVE = re.compile(
    r"[ \t]*(?:\.\.[ \t]+(?:code-block|code|sourcecode|highlight)::[ \t]*([\w+-]*)"
    r"|\[source(?:%\w+)?,[ \t]*\"?([\w+-]+))"
)
LISTING, BACKQUOTES = "-.", "```"
"""What delimits a listing in AsciiDoc, a rule or the line below a heading elsewhere; and what does so in Markdown."""
MAX_LISTING = 500
"""Lines of a listing: how far its other end is looked for."""
INDENTED = re.compile(r"(?: {2,}|\t)[ \t]*")


class Block(NamedTuple):
    """Lines of code: the characters of each without the quote marks and indentation all have, and the language named.

    `is_code`: marked as code rather than only indented.
    """

    lines: list[tuple[int, int]]
    language: str
    is_code: bool


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a text in order; prose comes as blocks of lines as well, with the language `text`."""
    lines = [match.span(1) for match in LINE.finditer(text) if match.end() > match.start()]
    at, language = 0, ""
    while at < len(lines):
        low, high = _unquoted(text, *lines[at])
        directive = DIRECTIVE.match(text, low, high)
        fence = FENCE.match(text, low, high)
        end = _fence_end(text, lines, at, fence) if fence and not directive else at
        if directive:
            language = directive[1] or directive[2] or ""
        elif fence and end > at:
            named = LANGUAGE.match(text, fence.end(), high)
            inside = [*lines[at + 1 : end], *_before_closing(text, lines, at, end, fence[1])]
            yield Block(_dedented(text, inside), (named[1] if named else "") or language, True)
            at, language = end, ""
        elif INDENTED.match(text, low, high) and text[low:high].strip():
            end = _indented_end(text, lines, at)
            yield Block(_dedented(text, lines[at:end]), language, False)
            at, language = end - 1, ""
        elif text[low:high].strip():
            end = _prose_end(text, lines, at)
            yield Block([_unquoted(text, *line) for line in lines[at:end]], "text", False)
            at, language = end - 1, ""
        at += 1


def _unquoted(text: str, low: int, high: int) -> tuple[int, int]:
    quote = QUOTE.match(text, low, high)
    return (quote.end() if quote else low), high


def _fence_end(text: str, lines: list[tuple[int, int]], at: int, opening: re.Match[str]) -> int:
    """Index of the line that closes a fence; that of the first line after all where none does.

    That of the fence itself where it is none: a line below the words of a heading, or one of dashes or dots that has
    no counterpart.
    """
    fence = opening[1]
    if _is_underline(text, lines, at, fence):
        return at
    closing = "#+end" if fence.startswith("#") else fence
    is_listing = fence[0] in LISTING
    for index in range(at + 1, min(len(lines), at + MAX_LISTING) if is_listing else len(lines)):
        line = text[slice(*_unquoted(text, *lines[index]))].strip().lower()
        if line == fence if is_listing else line.startswith(closing) and (not line.strip(fence[0]) or fence[0] == "#"):
            return index
        if is_listing and line.startswith(BACKQUOTES):
            return at
        if fence[0] == "`" and line.endswith(fence) and "`" not in line[: -len(fence)]:
            return index
    return at if is_listing else len(lines)


def _is_underline(text: str, lines: list[tuple[int, int]], at: int, fence: str) -> bool:
    """Whether a line of dashes or tildes only underlines the heading before it, as in reStructuredText."""
    line = text[slice(*_unquoted(text, *lines[at]))].rstrip()
    before = text[slice(*_unquoted(text, *lines[at - 1]))].strip() if at else ""
    return bool(before) and not line.strip(fence[0]) and len(line) >= max(len(before), 4) and before[0] not in ".["


def _before_closing(
    text: str, lines: list[tuple[int, int]], at: int, end: int, fence: str
) -> Iterator[tuple[int, int]]:
    """What stands before the marks that close a fence, on the same line."""
    if fence[0] == "`" and at < end < len(lines):
        low, high = lines[end]
        mark = text.rfind(fence, low, high)
        if text[low:mark].strip(" \t>"):
            yield low, mark


def _indented_end(text: str, lines: list[tuple[int, int]], at: int) -> int:
    """Index after the last indented line, over blank lines between them."""
    end = at
    for index in range(at, len(lines)):
        low, high = _unquoted(text, *lines[index])
        if FENCE.match(text, low, high):
            break
        if INDENTED.match(text, low, high) and text[low:high].strip():
            end = index
        elif text[low:high].strip():
            break
    return end + 1


def _prose_end(text: str, lines: list[tuple[int, int]], at: int) -> int:
    """Index after the last line of a paragraph, with the lines that a backslash or code in a sentence joins to it."""
    in_code = False
    for index in range(at + 1, len(lines)):
        low, high = _unquoted(text, *lines[index])
        before = text[slice(*lines[index - 1])].rstrip()
        in_code ^= before.count("`") % 2 == 1
        joined = before.endswith("\\") or (in_code and text[low:high].strip() != "")
        if not joined and (
            not text[low:high].strip()
            or INDENTED.match(text, low, high)
            or FENCE.match(text, low, high)
            or DIRECTIVE.match(text, low, high)
        ):
            return index
    return len(lines)


def _dedented(text: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lines without the indentation that all share."""
    shown = [_unquoted(text, *line) for line in lines]
    indents = [len(text[low:high]) - len(text[low:high].lstrip()) for low, high in shown if text[low:high].strip()]
    indent = min(indents, default=0)
    return [(min(low + indent, high), high) for low, high in shown]
