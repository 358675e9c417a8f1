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
    is_shown = False
    try:
        for done, item in enumerate(items):
            if time.monotonic() >= due:
                sys.stderr.write(f"{CLEAR}vmlint: files checked: {done}")
                sys.stderr.flush()
                due, is_shown = time.monotonic() + PAUSE, True
            yield item
    finally:
        if is_shown:
            clear_progress()


def clear_progress() -> None:
    """Take the line away, for something else to be written there."""
    if sys.stderr.isatty():
        sys.stderr.write(CLEAR)
        sys.stderr.flush()
