"""Parses shell with tree-sitter-bash, but no text for longer than is in proportion to its size."""

from __future__ import annotations

import mmap
import time
from functools import cache

from ..light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tree_sitter

SMALL = 1 << 11
"""Bytes that cannot take long."""
READ_AT_ONCE = 1 << 16
"""Bytes handed to the parser at a time."""
SECONDS, SECONDS_A_BYTE = 0.1, 3e-6
"""CPU time that parsing may take, several times what it does take; but for texts made for that, for which tree-sitter
needs time and memory that grow with the square of their size."""
MEMORY, MEMORY_A_BYTE, MOST_MEMORY = 48 << 20, 256, 160 << 20
"""Bytes by which the process may grow meanwhile."""
LOOKS = 2
"""Each of so many times that the parser asks whether to go on, memory is looked at."""


def parsed(data: bytes) -> tree_sitter.Node | None:
    """The root of the syntax tree of a script; None where parsing it takes out of proportion long, or much memory."""
    if len(data) <= SMALL:
        return _parser().parse(data).root_node
    given: list[memoryview] = []

    def read(at: int, point: tree_sitter.Point) -> memoryview:
        given.append(view[at : at + READ_AT_ONCE])
        return given[-1]

    with memoryview(data) as view:
        try:
            return _parser().parse(read, progress_callback=_Budget(len(data))).root_node
        except ValueError:
            _parser().reset()
            return None
        finally:
            for part in given:  # py-tree-sitter 0.26 keeps what it was given for ever
                part.release()


class _Budget:
    """Tells the parser to stop when a text of some bytes has cost too much."""

    def __init__(self, size: int) -> None:
        self._end = time.thread_time() + SECONDS + SECONDS_A_BYTE * size
        self._most = resident() + min(MEMORY + MEMORY_A_BYTE * size, MOST_MEMORY)
        self._asked = 0

    def __call__(self, at: int, has_error: bool) -> bool:
        self._asked += 1
        if self._asked % LOOKS == 0 and resident() > self._most:
            return True
        return time.thread_time() > self._end


def resident() -> int:
    """Bytes of memory that this process has now; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as stream:
            return int(stream.read().split()[1]) * mmap.PAGESIZE
    except OSError:
        return 0


@cache
def _parser() -> tree_sitter.Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))
