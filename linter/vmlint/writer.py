"""Writes a fixed file in place of the old one: all of it or nothing, with the mode it had."""

from __future__ import annotations

import os
from typing import BinaryIO

from .discover import Unreadable, reason
from .newfile import lock, new_file, open_plain

_State = tuple[int, int, int, int]

CHANGED = "changed by someone else since it was read"


def write(path: str, before: bytes, after: bytes) -> None:
    """Put `after` in place of the file's bytes, which must still be `before`.

    Raises Unreadable; the file is then as it was. A link is followed, so that it stays a link. The new bytes are on
    disk before the old file goes, and nobody sees a part of them: also a run that is killed leaves the old or the new
    file, whole.
    """
    real = os.path.realpath(path)
    try:
        if os.path.isfile(real) and not os.access(real, os.W_OK):
            raise Unreadable("is read-only")
        with open_plain(real) as stream:
            seen = _verified(stream, before)
            if os.name == "nt":  # where a file that is open cannot be replaced
                stream.close()
            _replace(real, after, seen)
    except OSError as error:
        raise Unreadable(f"{reason(error)}; not fixed") from error
    except Unreadable as error:
        raise Unreadable(f"{error}; not fixed") from error


def _verified(stream: BinaryIO, before: bytes) -> _State:
    """What tells the file, which may be replaced, from what others make of it. Raises Unreadable."""
    if lock(stream) is False:
        raise Unreadable("is locked by another program")
    status = os.fstat(stream.fileno())
    if stream.read() != before:
        raise Unreadable(CHANGED)
    if status.st_nlink > 1:
        raise Unreadable("has other names (hard links), which would keep the old content")
    return _state(status)


def _replace(path: str, data: bytes, seen: _State) -> None:
    """Raises Unreadable if the file is no longer as it was seen."""
    new = new_file(os.path.dirname(path), 0o600)
    with new.dropped_on_error():
        new.stream.write(data)
        new.finish(like=path)
        if _state(os.stat(path)) != seen:
            raise Unreadable(CHANGED)
        new.take_place_of(path)


def _state(status: os.stat_result) -> _State:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
