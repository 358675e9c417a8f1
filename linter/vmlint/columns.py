"""Counts characters in bytes; imports nothing of ours."""

from __future__ import annotations

import codecs

CHECKPOINT = 4096
"""Bytes or characters from one place to the next at which a count is kept."""


class Counter:
    """Counts the code points before any byte of a text, in time that does not depend on how many there are."""

    def __init__(self, data: bytes, start: int, encoding: str, errors: str) -> None:
        """Of the bytes from `start` on; `errors`: what becomes of those that are not text, as codecs call it."""
        self._data = data
        self._start = start
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._known = [(self._decoder.getstate(), 0)]
        """At each checkpoint: the decoder's state, as a character may go on there, and the code points so far."""

    def before(self, offset: int) -> int:
        """Code points before a byte."""
        while self._start + len(self._known) * CHECKPOINT <= offset:
            count = self._known[-1][1] + self._decoded(len(self._known) - 1, CHECKPOINT, False)
            self._known.append((self._decoder.getstate(), count))
        at, rest = divmod(max(offset - self._start, 0), CHECKPOINT)
        return self._known[at][1] + self._decoded(at, rest, True)

    def _decoded(self, at: int, length: int, is_end: bool) -> int:
        """Code points in so many bytes from a checkpoint on."""
        low = self._start + at * CHECKPOINT
        self._decoder.setstate(self._known[at][0])
        return len(self._decoder.decode(self._data[low : low + length], is_end))
