"""Writes a fixed file in place of the old one: all of it or nothing, with the mode it had."""

from __future__ import annotations

import os
import shutil
import tempfile

from .discover import Unreadable, reason


def write(path: str, before: bytes, after: bytes) -> None:
    """Put `after` in place of the file's bytes, which must still be `before`.

    Raises Unreadable; the file is then as it was. A link is followed, so that it stays a link. The new bytes are on
    disk before the old file goes.
    """
    real = os.path.realpath(path)
    try:
        with open(real, "rb") as stream:
            if stream.read() != before:
                raise Unreadable("changed by someone else since it was read; not fixed")
        if not os.access(real, os.W_OK):
            raise Unreadable("is read-only; not fixed")
        _replace(real, after)
    except OSError as error:
        raise Unreadable(reason(error)) from error


def _replace(path: str, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".vmlint-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        _copy_metadata(path, temporary)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


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
