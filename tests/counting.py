"""How much work something is, counted and not timed: the same on every machine, however busy."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

CALLS_A_BYTE = 300
"""More than any format needs for a byte of its worst file; work out of proportion passes it in files of some size."""


class Calls:
    """Functions called so far, of Python and of C."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        self.count += event in ("call", "c_call")


@contextmanager
def counted_calls() -> Iterator[Calls]:
    """Count the calls in a block. A regular expression is one call, however long it takes: see to those by size."""
    calls, before = Calls(), sys.getprofile()
    sys.setprofile(calls)
    try:
        yield calls
    finally:
        sys.setprofile(before)


def calls_of(work: Callable[[], object]) -> int:
    """How many functions a piece of work calls."""
    with counted_calls() as calls:
        work()
    return calls.count
