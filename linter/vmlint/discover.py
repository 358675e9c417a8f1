"""Which files to read: paths and folders as given, and a quick look whether a file speaks of VMs at all.

Imports next to nothing: a run that finds nothing to lint must cost little more than Python's own start.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator

from .repository import repository, run_git
from .temporary import is_temporary

HINTS = (
    *(b"qemu", b"QEMU", b"kvm", b"KVM", b"<domain", b"<network", b",nowait", b",server", b",readonly"),
    *(b",disable-ticketing", b"-chardev", b"-netdev"),
    *(b"args: -", b"machine: pc-", b"machine: type=", b"scsihw: ", b"smbios1: ", b"vmgenid: "),
    *(b'[chardev "', b'[device "', b"[drive]", b'[drive "', b'[netdev "'),
)
"""One of these is in every file with something to lint; plain texts, which git and Python find at memory's speed."""
UNSEARCHED = (".xml", ".args")
"""What git's search may miss: XML may be UTF-16, and `.args` may hold any option."""
NOTHING = "no libvirt XML and no QEMU command line in it"
EXCLUDED = "it is excluded"
UTF16 = "UTF-16, in which only XML is read; as UTF-8 it would be"
SNIFF = 1 << 20
MAX_SIZE = 64 << 20
MAX_SETTINGS = 1 << 20
"""Most bytes that are read of a file of settings or rules."""
SNIFF_PROGRAM = 4096
Candidate = tuple[str, bytes, bool]
"""Path and first bytes of a file that may hold a VM configuration, and whether the user named it."""
SKIPPED_FOLDERS = frozenset((".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv", ".tox"))


class Unreadable(Exception):
    """A path that cannot be worked on; the text says why."""


class UsageError(Exception):
    """A mistake in what the user asked for; the text says what is wrong."""


class Search:
    """Goes through paths once; what it does not hand out is told afterwards.

    `excludes`: whether a path, with `/` at its end if it is a folder, is to be left out. That does not concern what the
    user names, unless `force`.
    `number`: files in all, also those with nothing to lint.
    `skipped`: files named by the user with nothing to lint, and why. `failures`: paths that cannot be read, and why.
    `left`: folders in which a killed run of vmlint left a file behind, which is not handed out.
    """

    def __init__(
        self, paths: Iterable[str], excludes: Callable[[str], bool] = lambda path: False, force: bool = False
    ) -> None:
        self.paths = paths
        self._excludes = excludes
        self._force = force
        self._seen: dict[tuple[int, int], str] = {}
        """The first name of each file met."""
        self._links: dict[tuple[int, int], set[str]] = {}
        """All names, without links, of files met more than once."""
        self.number = 0
        self.skipped: list[tuple[str, str]] = []
        self.failures: list[tuple[str, str]] = []
        self.left: set[str] = set()

    def __iter__(self) -> Iterator[Candidate]:
        """Path and first bytes of each file that may hold a VM configuration, and whether the user named it."""
        for path in self.paths:
            files, is_found = self._files(path)
            is_spared = not self._force and (files == [path] or self._excludes(f"{path}/"))
            for file in files:
                named = file == path
                if not named and is_temporary(os.path.basename(file)):
                    self.left.add(os.path.dirname(file))
                    continue
                try:
                    head, inode = _head(file, is_found or named)
                    why = nothing_to_lint(head, file)
                except Unreadable as error:
                    if is_spared or not self._excludes(file):
                        self.failures.append((file, str(error)))
                    continue
                if not why and not is_spared and self._excludes(file):
                    why = EXCLUDED
                if not why:
                    if self._is_new(file, inode):
                        yield file, head, named
                elif named:
                    self.skipped.append((file, why))

    def _is_new(self, file: str, inode: tuple[int, int]) -> bool:
        """Whether a file comes up for the first time, under whatever name; hard links are files of their own."""
        if inode not in self._seen:
            self._seen[inode] = file
            return True
        seen = self._links.setdefault(inode, {os.path.realpath(self._seen[inode])})
        real = os.path.realpath(file)
        if real in seen:
            return False
        seen.add(real)
        return True

    def _files(self, path: str) -> tuple[list[str], bool]:
        """The files below a folder that git does not ignore, or all of them where git cannot tell; a file is itself.

        And whether git has already found hints in them.
        """
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            self.failures.append((path, reason(error)))
            return [], False
        if stat.S_ISREG(mode):
            self.number += 1
            return [path], False
        if not stat.S_ISDIR(mode):
            self.failures.append((path, "neither a file nor a folder"))
            return [], False
        found = _ask_git(path)
        files = sorted(self._walk(path) if found is None else found[0])
        self.number += len(files) if found is None else found[1]
        return files, found is not None

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
                if not self._excludes(f"{error.filename}/"):
                    self.failures.append((str(error.filename), reason(error)))


def reason(error: Exception) -> str:
    """Why a path cannot be used, in plain words."""
    words = getattr(error, "strerror", None) or str(error)
    return words[:1].lower() + words[1:]


def own_mistake(error: Exception) -> str:
    """What to say of an error that nobody foresaw."""
    return f"internal error, please report it with the file: {type(error).__name__}: {error}"


def _ask_git(folder: str) -> tuple[list[str], int] | None:
    """Tracked and new files that are not ignored and have a hint, and how many there are with or without one; None
    outside a repository, in an ignored folder, or without git."""
    if repository(folder) is None:
        return None
    listed = run_git(folder, "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate")
    if listed is None or (not listed and run_git(folder, "check-ignore", ".") is not None):
        return None  # who names an ignored folder wants it looked at
    hints = [word for hint in HINTS for word in ("-e", hint.decode())]
    options = ("--untracked", "--no-recurse-submodules", "--no-color", "--no-textconv", "-lF")
    hits = run_git(folder, "grep", *options, *hints)
    likely = listed if hits is None else [name for name in listed if name.endswith(UNSEARCHED)] + hits
    paths = {_short(os.path.join(folder, name)) for name in likely}
    return [path for path in paths if _is_plain_file(path)], len(listed)


def content(path: str, most: int = MAX_SETTINGS) -> bytes:
    """What is in a file of settings, of at most so many bytes. Raises UsageError."""
    try:
        with open(path, "rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise UsageError(f"{path}: {reason(error)}") from error
    if len(data) > most:
        raise UsageError(f"{path}: larger than {most >> 20} MiB, the most that is read of it")
    return data


def _short(path: str) -> str:
    """A path without a leading `./`, but for one that begins with `:` then: a line of a log that begins with `::` is a
    command to GitHub. `link/..` stays, as it is not the folder that the link stands in."""
    return path[2:] if path.startswith(f".{os.sep}") and path[2:3] != ":" else path


def _is_plain_file(path: str) -> bool:
    """Whether a path found in a folder is a file of its own: not a link, device or pipe, and still there."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def whole(path: str, start: bytes, most: int = MAX_SIZE) -> bytes:
    """All of a file whose head is known. Raises Unreadable, also for a file of more bytes than the most."""
    if len(start) < min(SNIFF, most + 1):
        return start
    try:
        with open(path, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if len(start) == size <= most:
                return start
            data = stream.read(most + 1) if size <= most else b""
    except OSError as error:
        raise Unreadable(reason(error)) from error
    if len(data) > most or size > most:
        raise Unreadable(f"larger than {most >> 20} MiB, the most that is read of a file (limits.size)")
    return data


def read_files(paths: Iterable[str]) -> tuple[tuple[str, bytes], ...]:
    """Name and content of files that the user named for what they tell about others. Raises UsageError."""
    found = []
    for path in paths:
        try:
            found.append((path, whole(path, _head(path, True)[0])))
        except Unreadable as error:
            raise UsageError(f"{path}: {error}") from error
    return tuple(found)


def _head(path: str, look_further: bool) -> tuple[bytes, tuple[int, int]]:
    """The first bytes of a file, and what tells it from all others; all of it if only that has a hint and
    `look_further`. Raises Unreadable."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))  # a file object costs as much as the reading
        try:
            status = os.fstat(handle)
            head = _read(handle, min(status.st_size or SNIFF, SNIFF))
            if look_further and len(head) == SNIFF and nothing_to_lint(head) == NOTHING:
                head += _read(handle, MAX_SIZE - SNIFF)
            return head, (status.st_dev, status.st_ino)
        finally:
            os.close(handle)
    except OSError as error:
        raise Unreadable(reason(error)) from error


def _read(handle: int, size: int) -> bytes:
    """So many bytes, or all that are left; each time the system may hand out fewer."""
    data = os.read(handle, size)
    while data and len(data) < size and (more := os.read(handle, size - len(data))):
        data += more
    return data


def unclaimed(head: bytes) -> str:
    """Why no format reads a file that may hold a VM configuration."""
    return UTF16 if head.startswith((b"\xff\xfe", b"\xfe\xff")) else NOTHING


def nothing_to_lint(head: bytes, path: str = "") -> str:
    """Why a file with these first bytes holds no VM configuration; empty if it may hold one."""
    if not head or head.isspace():
        return "the file is empty"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16: every other byte of a word is NUL
        head = head.replace(b"\0", b"")
    elif b"\0" in head and not _is_command_line(head):
        return "the file is binary"
    if any(hint in head for hint in HINTS) or (path.endswith(".args") and head.lstrip()[:1] == b"-"):
        return ""
    return NOTHING


def _is_command_line(head: bytes) -> bool:
    """Whether this is a copy of /proc/PID/cmdline: words that end with NUL, an option second."""
    program, _, rest = head[:SNIFF_PROGRAM].partition(b"\0")
    return rest[:1] == b"-" and program.isascii() and (b"qemu" in program or b"kvm" in program)
