"""Writes a fixed file in place of the old one: all of it or nothing, with the mode it had."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from .discover import Unreadable, reason

_State = tuple[int, int, int, int]

CANNOT_LOCK = (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL)
"""What file systems without locks answer."""
CHANGED = "changed by someone else since it was read; not fixed"
TEMPORARY = ".vmlint-"
"""How the name of the new file begins until it takes the old one's place; a killed run may leave one behind."""


def write(path: str, before: bytes, after: bytes) -> None:
    """Put `after` in place of the file's bytes, which must still be `before`.

    Raises Unreadable; the file is then as it was. A link is followed, so that it stays a link. The new bytes are on
    disk before the old file goes, and nobody sees a part of them: also a run that is killed leaves the old or the new
    file, whole.
    """
    real = os.path.realpath(path)
    try:
        with _locked(real):
            _replace(real, after, _verified(real, before))
    except OSError as error:
        raise Unreadable(f"{reason(error)}; not fixed") from error


@contextmanager
def _locked(path: str) -> Iterator[None]:
    """Keeps other runs of vmlint away from a file; where the system cannot lock, only what has changed is noticed.

    Raises Unreadable where another run is at it.
    """
    try:
        import fcntl
    except ImportError:  # Windows, where an open file could not be replaced
        yield
        return
    with open(path, "rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unreadable("is locked by another program; not fixed") from error
        except OSError as error:
            if error.errno not in CANNOT_LOCK:
                raise
        yield


def _verified(path: str, before: bytes) -> _State:
    """What tells the file, which may be replaced, from what others make of it. Raises Unreadable."""
    with open(path, "rb") as stream:
        status = os.fstat(stream.fileno())
        if stream.read() != before:
            raise Unreadable(CHANGED)
    if not os.access(path, os.W_OK):
        raise Unreadable("is read-only; not fixed")
    if status.st_nlink > 1:
        raise Unreadable("has other names (hard links), which would keep the old content; not fixed")
    return _state(status)


def _replace(path: str, data: bytes, seen: _State) -> None:
    """Raises Unreadable if the file is no longer as it was seen."""
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        _copy_metadata(path, temporary)
        if _state(os.stat(path)) != seen:
            raise Unreadable(CHANGED)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _state(status: os.stat_result) -> _State:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _copy_metadata(source: str, target: str) -> None:
    """Owner, mode and extended attributes. Raises Unreadable where only root could keep the owner."""
    status = os.stat(source)
    if hasattr(os, "chown"):
        try:
            os.chown(target, status.st_uid, status.st_gid)
        except PermissionError as error:
            raise Unreadable("belongs to another user or group; not fixed") from error
    shutil.copystat(source, target)
    os.utime(target)  # the content is new, so its time is too
