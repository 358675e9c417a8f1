"""What fixes would change, as a unified diff."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from typing import TextIO

from ..model import Change, Report


def write(report: Report, stream: TextIO) -> None:
    """The diff of every file that fixes change. Paths are as named, so that `git apply -p0` and `patch -p0` take it."""
    for change in report.changes:
        stream.writelines(_lines(change))


def _lines(change: Change) -> Iterator[str]:
    source = change.source
    before = source.decode(source.bom, len(source.data)).splitlines(keepends=True)
    after = change.after[source.bom :].decode(source.encoding, "replace").splitlines(keepends=True)
    for line in unified_diff(before, after, source.path, source.path):
        ended = line.endswith("\n")
        yield (line if ended else f"{line}\n\\ No newline at end of file\n").encode("utf-8", "replace").decode()
