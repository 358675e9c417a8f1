"""Code frames: one line of a file, and which columns of the terminal a span takes in it."""

from __future__ import annotations

from ..light_typing import NamedTuple
from ..source import Source, Span
from .printing import escape_char
from .terminal import char_width

TAB = 4
CUT = "…"


class Frame(NamedTuple):
    """A line as it is printed, and where under it the marks go, in columns from 0."""

    number: int
    text: str
    indent: int
    length: int


def frame(source: Source, span: Span, room: int) -> Frame:
    """The line on which a span begins, at most `room` columns of it, with the span (up to the line's end) in view."""
    start, end = source.position(span.start), source.position(span.end)
    line, low, goes_on = source.around(start, 2 * room)  # more cannot be seen, and a line may be huge
    first = min(start.column - 1 - low, len(line))
    last = max(first, min(end.column - 1 - low, len(line)) if end.line == start.line else len(line))
    cells = _cells(line)
    widths = [width for _, width in cells]
    left, right = 0, len(cells)
    if low or goes_on or sum(widths) > room:
        left, right = _window(widths, first, last, room - 2 * len(CUT))
    before = CUT if low + left > 0 else ""
    after = CUT if goes_on or right < len(cells) else ""
    text = before + "".join(shown for shown, _ in cells[left:right]) + after
    length = sum(widths[first : min(last, right)])
    return Frame(start.line, text, len(before) + sum(widths[left:first]), max(1, length))


def _cells(text: str) -> list[tuple[str, int]]:
    """Each character as it is printed, and the columns it takes."""
    cells, column = [], 0
    for char in text:
        if char == "\t":
            width = TAB - column % TAB
            cells.append((" " * width, width))
        else:
            shown = escape_char(char)
            width = char_width(char) if shown == char else len(shown)
            cells.append((shown, width))
        column += width
    return cells


def _window(widths: list[int], first: int, last: int, room: int) -> tuple[int, int]:
    """The part of a line to show: as much of the span as fits, then as much on both sides of it as fits."""
    left = right = first
    while right < last and widths[right] <= room:
        room -= widths[right]
        right += 1
    growing = right == last
    while growing:
        growing = False
        if left > 0 and widths[left - 1] <= room:
            left, growing = left - 1, True
            room -= widths[left]
        if right < len(widths) and widths[right] <= room:
            room -= widths[right]
            right, growing = right + 1, True
    return left, right
