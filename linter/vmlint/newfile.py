"""New files that take the place of old ones, whole: made beside them, under a name that tells what they are."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from .discover import Unreadable
from .light_typing import NamedTuple
from .temporary import AROUND, is_temporary

try:
    import fcntl
except ImportError:  # Windows, where a file that is open can be neither replaced nor removed: no lock is needed
    fcntl = None  # type: ignore[assignment]  # asked for before each use

CANNOT_LOCK = (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS, errno.EBADF)
"""What file systems without locks answer; the last is NFS, of a file that is only read."""
OF_THE_CONTENT = frozenset(("security.ima", "security.evm"))
"""Extended attributes that the system makes of the content, so that a new content has new ones."""


class NewFile(NamedTuple):
    """A file that is not yet where it belongs; locked, by which other runs know that it is in use."""

    path: str
    stream: BinaryIO

    def finish(self, like: str | None) -> None:
        """Have it on disk, with the metadata of the file that it is to be like. Raises OSError and Unreadable."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        if like is not None:
            _copy_metadata(like, self.path)

    def take_place_of(self, path: str) -> None:
        """Become the file at a path. Raises OSError."""
        if fcntl is None:
            self.stream.close()
        os.replace(self.path, path)

    @contextmanager
    def dropped_on_error(self) -> Iterator[None]:
        """Remove the file if the block fails, whatever the reason is."""
        try:
            yield
        except BaseException:
            self.drop()
            raise
        self.stream.close()

    def drop(self) -> None:
        """Remove the file."""
        with suppress(OSError):  # a full disk, of which was told; a folder that is gone
            self.stream.close()
        with suppress(OSError):
            os.unlink(self.path)


def new_file(folder: str, mode: int) -> NewFile:
    """An empty file with a name of its own in a folder. Raises OSError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        path = os.path.join(folder, os.urandom(8).hex().join(AROUND))
        new = NewFile(path, os.fdopen(os.open(path, flags, mode), "w+b"))
        if lock(new.stream) is not False and os.path.exists(path):
            return new
        new.stream.close()  # another run just took it for left over


def lock(stream: BinaryIO) -> bool | None:
    """Keep other runs of vmlint away from a file while the stream is open; whether that worked, None where there are no
    locks. Raises OSError."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in CANNOT_LOCK:
            raise
        return None
    return True


def open_plain(path: str) -> BinaryIO:
    """A plain file, to read; never waits for the writer of a pipe. Raises OSError, and Unreadable for what is none."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Unreadable("is no longer a plain file")
    return os.fdopen(handle, "rb")


def clean(folders: Iterable[str]) -> None:
    """Remove what killed runs left in some folders: new files that never took their place, and that nobody holds."""
    for folder in dict.fromkeys(folders):
        with suppress(OSError):
            for name in filter(is_temporary, os.listdir(folder or ".")):
                _remove_if_left(os.path.join(folder, name))


def _remove_if_left(path: str) -> None:
    with suppress(OSError, Unreadable):
        if os.path.islink(path):
            return
        with open_plain(path) as stream:
            is_held = fcntl is not None and lock(stream) is not True
            if fcntl is None:
                stream.close()
            if not is_held:
                os.unlink(path)


def _copy_metadata(source: str, target: str) -> None:
    """Owner, mode and extended attributes, with them access lists and labels. Raises Unreadable where one cannot be."""
    status = os.stat(source)
    if hasattr(os, "chown"):
        try:
            os.chown(target, status.st_uid, status.st_gid)
        except PermissionError as error:
            raise Unreadable("belongs to another user or group") from error
    shutil.copystat(source, target)  # after the owner, whose change takes bits off the mode
    if stat.S_IMODE(os.stat(target).st_mode) != stat.S_IMODE(status.st_mode):
        raise Unreadable("has a mode that only another user can give")
    if _attributes(source) != _attributes(target):
        raise Unreadable("has extended attributes that cannot be kept")
    os.utime(target)  # the content is new, so its time is too


def _attributes(path: str) -> dict[str, bytes]:
    """The extended attributes of a file, where the system has such."""
    if not hasattr(os, "listxattr"):
        return {}
    try:
        return {name: os.getxattr(path, name) for name in os.listxattr(path) if name not in OF_THE_CONTENT}
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            return {}
        raise
