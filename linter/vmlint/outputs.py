"""Files that the user named to be written: reports and baselines. All of one or nothing."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TextIO

from .discover import Unreadable, UsageError
from .newfile import NewFile, new_file
from .repository import is_in_repository_of, repository

STAYS = (errno.EBUSY, errno.EPERM, errno.EACCES, errno.EXDEV, errno.EROFS)
"""What the system answers where a file can be written but not replaced: mounted by itself, or in another's folder."""
MOST_LINKS = 40
"""So many the system follows, one after the other."""


@contextmanager
def output(path: str) -> Iterator[TextIO]:
    """A stream for the text of a file: all of it is there once the block has ended.

    Until then, and if the block or the disk fails, the file is as it was, or not there. Devices, pipes, and files that
    can be written but not replaced are written where they are, without that promise. Raises OSError and UsageError.
    """
    new = _beside(path)
    try:
        if new is None:
            with open(path, "w", encoding="utf-8", newline="\n") as stream:
                yield stream
            return
        with new.dropped_on_error():
            text = TextIOWrapper(new.stream, encoding="utf-8", newline="\n")
            yield text
            text.detach()
            _put(new, os.path.realpath(path))
    except OSError as error:
        error.filename = path  # what the user knows
        raise


def check_output(path: str) -> None:
    """Raise what `output` would where the file cannot be written: to be known before any work is done."""
    new = _beside(path)
    if new is not None:
        new.drop()


def _beside(path: str) -> NewFile | None:
    """A new file beside the one to be written; None where that is written in place. Raises OSError and UsageError."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        status = None
    if status and stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if status and (not stat.S_ISREG(status.st_mode) or _is_open_file(path)):
        return None
    real = os.path.realpath(path)
    if (
        os.path.islink(path)
        and repository(os.path.dirname(path))
        and not is_in_repository_of(os.path.dirname(path), path)
    ):
        raise UsageError(f"{path}: links out of the repository; name the file itself")
    if status:
        os.close(os.open(path, os.O_WRONLY))  # raises where it cannot be written
    try:
        return None if status and status.st_nlink > 1 else new_file(os.path.dirname(real), 0o600 if status else 0o666)
    except OSError as error:
        if status and error.errno in STAYS:
            return None
        raise OSError(error.errno, error.strerror, path) from error


def _is_open_file(path: str) -> bool:
    """Whether this is another name of an open file, as /dev/stdout is: who opened it has to see what is written."""
    for _ in range(MOST_LINKS):
        folder = os.path.realpath(os.path.dirname(path))
        if folder == "/dev/fd" or (folder.startswith("/proc/") and folder.endswith("/fd")):
            return True
        if not os.path.islink(path):
            break
        path = os.path.join(folder, os.readlink(path))
    return False


def _put(new: NewFile, path: str) -> None:
    """Put a new file where it belongs; where that cannot be, what is in it. Raises OSError."""
    try:
        new.finish(like=path if os.path.exists(path) else None)
        new.take_place_of(path)
    except (OSError, Unreadable) as error:
        if isinstance(error, OSError) and error.errno not in STAYS:
            raise
        new.stream.seek(0)
        with open(os.open(path, os.O_WRONLY | os.O_TRUNC), "wb") as stream:
            shutil.copyfileobj(new.stream, stream)
        new.drop()
