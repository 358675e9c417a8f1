"""What fixes would change, as a unified diff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import unified_diff
from typing import TextIO

from ..model import Change, Report
from ..source import Source
from .printing import escape, put

LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""Lines as `patch` counts them: str.splitlines() also ends one at a form feed."""


def write(report: Report, stream: TextIO) -> None:
    """The diff of every file that fixes change. Paths are as named, so that `git apply -p0` and `patch -p0` take it."""
    for change in report.changes:
        for line in _lines(change):
            put(stream, line)


def _lines(change: Change) -> Iterator[str]:
    source = change.source
    before = LINE.findall(source.decode(source.bom, len(source.data)))
    after = LINE.findall(Source(source.path, change.after, source.encoding).decode(source.bom, len(change.after)))
    name = escape(source.path)
    for line in unified_diff(before, after, name, name):
        yield line[:-1] if line.endswith("\n") else f"{line}\n\\ No newline at end of file"
