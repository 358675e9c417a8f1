"""Lines that a backslash at their end continues, as many formats have them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..source import Value
from .hints import may_hold_options

Ranges = list[tuple[int, int]]
"""Characters of the physical lines that make one logical line, without the last line's end."""


def continuation(mark: str) -> str:
    """The pattern of what joins a line to the next, with the blanks around it, for which one blank stands."""
    return rf"(?<![ \t])[ \t]*{re.escape(mark)}\r?\n[ \t]*"


def logical_lines(text: str, comment: re.Pattern[str] | None = None, mark: str = "\\") -> Iterator[Ranges]:
    """The logical lines of a text; a line that `comment` matches is left out also where it stands inside another.

    `mark`: what stands at the end of a line that goes on in the next. Empty lines are left out. Marks and line ends
    between physical lines stay.
    """
    ranges: Ranges = []
    goes_on = False
    low = 0
    while low < len(text):
        end = text.find("\n", low)
        high = len(text) if end < 0 else end
        last = high - 1 if high > low and text[high - 1] == "\r" else high
        if comment is None or not comment.match(text, low, last):
            goes_on = last > low and text[last - 1] == mark and _is_single(text, low, last, mark)
            ranges.append((low, high + 1 if goes_on and end >= 0 else last))
        if not goes_on:
            if ranges and ranges[0] != (low, low):
                yield ranges
            ranges = []
        low = high + 1
    if ranges:
        yield ranges


def _is_single(text: str, low: int, high: int, mark: str) -> bool:
    """Whether the mark before `high` is one by itself, not the second of two that stand for one."""
    first = high
    while first > low and text[first - 1] == mark:
        first -= 1
    return (high - first) % 2 == 1


def interesting_lines(value: Value, comment: re.Pattern[str] | None = None, mark: str = "\\") -> Iterator[Value]:
    """Those logical lines of a text that may hold QEMU's options."""
    for ranges in logical_lines(value.text, comment, mark):
        if may_hold_options(value.text[ranges[0][0] : ranges[-1][1]]):
            yield value.pick(*ranges)
