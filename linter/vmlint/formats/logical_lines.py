"""Lines that a backslash at their end continues, as many formats have them."""

from __future__ import annotations

import re
from collections.abc import Iterator

Ranges = list[tuple[int, int]]
"""Characters of the physical lines that make one logical line, without the last line's end."""
LINE = re.compile(r"[^\n]*(?:\n|\Z)")
COMMENT = re.compile(r"[ \t]*[#;]")
CONTINUES = re.compile(r"(?<!\\)(?:\\\\)*\\\r?\Z")


def logical_lines(
    text: str, comment: re.Pattern[str] | None = None, continues: re.Pattern[str] = CONTINUES
) -> Iterator[Ranges]:
    """The logical lines of a text; a line that `comment` matches is left out also where it stands inside another.

    Empty lines are left out. The backslashes and line ends between physical lines stay.
    """
    ranges: Ranges = []
    goes_on = False
    for match in LINE.finditer(text):
        line = match[0].removesuffix("\n")
        if comment is None or not comment.match(line):
            goes_on = continues.search(line) is not None
            ranges.append((match.start(), match.end() if goes_on else match.start() + len(line.removesuffix("\r"))))
        if not goes_on:
            if any(low < high for low, high in ranges):
                yield ranges
            ranges = []
    if ranges:
        yield ranges
