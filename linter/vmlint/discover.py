"""Which files to read: paths and folders as given, and a quick look whether a file speaks of VMs at all.

Imports next to nothing: a run that finds nothing to lint must cost little more than Python's own start.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator

HINTS = (b"qemu", b"QEMU", b"<domain", b"<network", b"kvm", b"KVM")
NOTHING = "no libvirt XML and no QEMU command line in it"
SNIFF = 1 << 20
MAX_SIZE = 64 << 20
SKIPPED_FOLDERS = frozenset((".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv", ".tox"))


class Unreadable(Exception):
    """A path that cannot be worked on; the text says why."""


class UsageError(Exception):
    """A mistake in what the user asked for; the text says what is wrong."""


class Search:
    """Goes through paths once; what it does not hand out is told afterwards.

    `skipped`: files named by the user with nothing to lint, and why. `failures`: paths that cannot be read, and why.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = paths
        self._seen: dict[tuple[int, int], list[str]] = {}
        self.skipped: list[tuple[str, str]] = []
        self.failures: list[tuple[str, str]] = []

    def __iter__(self) -> Iterator[tuple[str, bytes, bool]]:
        """Path and first bytes of each file that may hold a VM configuration, and whether the user named it."""
        for path in self._paths:
            for file in self._files(path):
                try:
                    head, inode = _head(file)
                except Unreadable as error:
                    self.failures.append((file, str(error)))
                    continue
                why, named = nothing_to_lint(head), file == path
                if not why:
                    if self._is_new(file, inode):
                        yield file, head, named
                elif named:
                    self.skipped.append((file, why))

    def _is_new(self, file: str, inode: tuple[int, int]) -> bool:
        """Whether a file comes up for the first time, under whatever name; hard links are files of their own."""
        names = self._seen.setdefault(inode, [])
        names.append(file)
        return len(names) == 1 or len({os.path.realpath(name) for name in names}) == len(names)

    def _files(self, path: str) -> list[str]:
        """The files below a folder that git does not ignore, or all of them where git cannot tell; a file is itself."""
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            self.failures.append((path, reason(error)))
            return []
        if stat.S_ISREG(mode):
            return [path]
        if not stat.S_ISDIR(mode):
            self.failures.append((path, "neither a file nor a folder"))
            return []
        found = _ask_git(path)
        return sorted(self._walk(path) if found is None else found)

    def _walk(self, folder: str) -> Iterator[str]:
        """All plain files below; links to folders are not followed, so a loop of them cannot catch us."""
        stack = [folder]
        while stack:  # os.walk would call itself for each level
            below = stack.pop()
            try:
                with os.scandir(below) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            stack.extend([entry.path] if entry.name not in SKIPPED_FOLDERS else ())
                        elif entry.is_file(follow_symlinks=False):
                            yield _short(entry.path)
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.failures.append((str(error.filename), reason(error)))


def reason(error: Exception) -> str:
    """Why a path cannot be used, in plain words."""
    words = getattr(error, "strerror", None) or str(error)
    return words[:1].lower() + words[1:]


def _ask_git(folder: str) -> list[str] | None:
    """Tracked and new files that are not ignored; None outside a repository, in an ignored folder, or without git."""
    if not _in_repository(folder):
        return None
    listed = _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    if listed is None or (not listed and _git(folder, "check-ignore", ".") is not None):
        return None  # who names an ignored folder wants it looked at
    names = (os.fsdecode(name) for name in listed.split(b"\0") if name)
    return [path for name in names if _is_plain_file(path := _short(os.path.join(folder, name)))]


def _git(folder: str, *arguments: str) -> bytes | None:
    """What git prints, or None where it fails or is not installed."""
    import subprocess

    command = ["git", "-c", "core.fsmonitor=false", "-C", folder, *arguments]  # a repository could name a program there
    try:
        return subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.CalledProcessError):
        return None


def _in_repository(folder: str) -> bool:
    above = os.path.abspath(folder)
    while not os.path.exists(os.path.join(above, ".git")):
        parent = os.path.dirname(above)
        if parent == above:
            return False
        above = parent
    return True


def _short(path: str) -> str:
    """A path without a leading `./`; `link/..` stays, as it is not the folder that the link stands in."""
    return path[2:] if path.startswith(f".{os.sep}") else path


def _is_plain_file(path: str) -> bool:
    """Whether a path found in a folder is a file of its own: not a link, device or pipe, and still there."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def whole(path: str, start: bytes) -> bytes:
    """All of a file whose head is known. Raises Unreadable, also for a file of more than MAX_SIZE bytes."""
    if len(start) < SNIFF:
        return start
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_SIZE + 1)
    except OSError as error:
        raise Unreadable(reason(error)) from error
    if len(data) > MAX_SIZE:
        raise Unreadable(f"larger than {MAX_SIZE >> 20} MiB, the most that is read of a file")
    return data


def read_files(paths: Iterable[str]) -> tuple[tuple[str, bytes], ...]:
    """Name and content of files that the user named for what they tell about others. Raises UsageError."""
    found = []
    for path in paths:
        try:
            found.append((path, whole(path, _head(path)[0])))
        except Unreadable as error:
            raise UsageError(f"{path}: {error}") from error
    return tuple(found)


def _head(path: str) -> tuple[bytes, tuple[int, int]]:
    """The first bytes of a file, and what tells it from all others. Raises Unreadable."""
    try:
        with open(path, "rb") as stream:
            status = os.fstat(stream.fileno())
            size = min(status.st_size or SNIFF, SNIFF)  # a buffer of SNIFF bytes for each small file would cost most
            return stream.read(size), (status.st_dev, status.st_ino)
    except OSError as error:
        raise Unreadable(reason(error)) from error


def nothing_to_lint(head: bytes) -> str:
    """Why a file with these first bytes holds no VM configuration; empty if it may hold one."""
    if not head.strip():
        return "the file is empty"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16: every other byte of a word is NUL
        head = head.replace(b"\0", b"")
    elif b"\0" in head:
        return "the file is binary"
    if any(hint in head for hint in HINTS) or head.lstrip()[:1] == b"-":
        return ""
    return NOTHING
