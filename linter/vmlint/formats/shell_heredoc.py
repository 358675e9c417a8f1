"""Decodes heredocs: what the command reads, tied to the characters it was written as."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..source import OPAQUE, Value
from .builder import Builder, closing
from .shell_quoting import heredoc_text, heredoc_verbatim

HEREDOC_UNIT = re.compile(
    r"\\([\\$`\n])|[$](?:[a-zA-Z_][a-zA-Z0-9_]*|[0-9@*#?$!-]|([({[]))|`(?s:[^`\\]|\\.)*`|^\t+|[\\$]", re.MULTILINE
)


def decode_heredoc(script: Value, low: int, high: int, quoted: bool, tabs: bool = False) -> Value:
    """The body of a heredoc as the command reads it.

    `quoted`: its end word is, so that nothing is expanded; `tabs`: it is `<<-`, which drops tabs that begin a line.
    """
    out = Builder(script)
    inner = heredoc_verbatim if quoted else heredoc_text
    at = low
    for start, end, text in _heredoc_units(script.text, low, high, quoted, tabs):
        out.literal(at, start, inner)
        if text is None:
            out.hold(start)
        elif text:
            out.unit(start, end, text, inner)
        at = end
    out.literal(at, high, inner)
    if not out.pieces:
        out.unit(low, low, "", inner)
    return Value("".join(out.text), tuple(out.pieces))


def _heredoc_units(text: str, low: int, high: int, quoted: bool, tabs: bool) -> Iterator[tuple[int, int, str | None]]:
    """Escapes and expansions of a heredoc: start, end, and what they stand for; None for `\\` and `$` that are none."""
    match = HEREDOC_UNIT.search(text, low, high)
    joined, bare = -1, low  # where a line is joined to the text of the one before; where one has no text yet
    while match is not None:
        start, end = match.span()
        if match[0][0] == "\t":
            if tabs and start != joined:
                bare = end
                yield start, end, ""
        elif quoted:
            end = start + 1
        elif match[1] == "\n":
            if start == bare or (text[start - 1] == "\n" and start != joined):
                bare = end
            else:
                joined = end
            yield start, end, ""
        elif match[1]:
            yield start, end, match[1]
        elif match[0] in ("\\", "$"):
            yield start, end, None
        else:
            end = closing(text, end, high, match[2]) if match[2] else end
            yield start, end, OPAQUE
        match = HEREDOC_UNIT.search(text, end, high)
