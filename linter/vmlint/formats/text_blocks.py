"""Divides Markdown, reStructuredText, AsciiDoc, Org and plain text into blocks of code and lines of prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LINE = re.compile(r"([^\n]*)(?:\n|\Z)")
QUOTE = re.compile(r"(?:[ \t]{0,3}>)+[ \t]?")
FENCE = re.compile(
    r"[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(```+|~~~+|-{4,}$|\.{4,}$|#\+begin_(?:src|example))", re.IGNORECASE
)
LANGUAGE = re.compile(r"[ \t]*\{?\.?([\w+#-]*)")
DIRECTIVE = re.compile(
    r"[ \t]*(?:\.\.[ \t]+(?:code-block|code|sourcecode|highlight)::[ \t]*([\w+-]*)"
    r"|\[source(?:%\w+)?,[ \t]*\"?([\w+-]+))"
)
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
        if directive:
            language = directive[1] or directive[2] or ""
        elif fence:
            end = _fence_end(text, lines, at, fence[1])
            named = LANGUAGE.match(text, fence.end(), high)
            yield Block(_dedented(text, lines[at + 1 : end]), (named[1] if named else "") or language, True)
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


def _fence_end(text: str, lines: list[tuple[int, int]], at: int, fence: str) -> int:
    """Index of the line that closes a fence; that of the first line after all where none does."""
    closing = "#+end" if fence.startswith("#") else fence
    for index in range(at + 1, len(lines)):
        line = text[slice(*_unquoted(text, *lines[index]))].strip().lower()
        if line.startswith(closing) and (not line.strip(fence[0]) or fence[0] == "#"):
            return index
    return len(lines)


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
    """Index after the last line of a paragraph, with the lines that a backslash joins to it."""
    for index in range(at + 1, len(lines)):
        low, high = _unquoted(text, *lines[index])
        joined = text[slice(*lines[index - 1])].rstrip().endswith("\\")
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
