"""A line on the terminal that tells of long runs how far they are."""

from __future__ import annotations

import sys
import time

from ..light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeVar

    T = TypeVar("T")

PATIENCE = 1.0
"""Seconds before anything is shown: most runs are over by then."""
PAUSE = 0.1
CLEAR = "\r\x1b[K"


def shown_progress(items: Iterable[T]) -> Iterator[T]:
    """Hand on the items; if standard error is a terminal, count there those that are done. The line goes at the end."""
    if not sys.stderr.isatty():
        yield from items
        return
    due = time.monotonic() + PATIENCE
    try:
        for done, item in enumerate(items):
            if time.monotonic() >= due:
                LINE.show(f"vmlint: files checked: {done}")
                due = time.monotonic() + PAUSE
            yield item
    finally:
        LINE.clear()


class _Line:
    """A line on the terminal that comes and goes."""

    def __init__(self) -> None:
        self._is_shown = False

    def show(self, text: str) -> None:
        """Write it anew."""
        sys.stderr.write(f"{CLEAR}{text}")
        sys.stderr.flush()
        self._is_shown = True

    def clear(self) -> None:
        """Take it away, if it is there, for something else to be written."""
        if self._is_shown:
            sys.stderr.write(CLEAR)
            sys.stderr.flush()
            self._is_shown = False


LINE = _Line()
"""The one line of progress."""
