"""Files of settings and commands, one a line: environment files, conf.d, Proxmox guests, CMake, batch files and more.

Most are read as a shell would read them; the others by what continues a line there and what parts its words.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from ..model import Document
from ..source import OPAQUE, Value
from .builder import as_it_is, closing, decode
from .hints import may_hold_qemu
from .host_file import HostFile
from .logical_lines import continuation, interesting_lines
from .names import is_named
from .shell_script import ScriptReader

CMAKE = "CMakeLists.txt"
CMAKE_COMMAND = re.compile(r"^[ \t]*\w+[ \t]*\(", re.MULTILINE)


class Dialect(NamedTuple):
    """How the lines of a kind of file are read: what a comment is, the `mark` that joins two lines, what else parts
    words (`blank`), what is a variable (`opaque`), and whether a backslash parts folders (`is_path`)."""

    names: tuple[str, ...]
    comment: re.Pattern[str] | None = None
    mark: str = "\\"
    blank: str = ""
    opaque: str = r"\$\{?\w+\}?"
    is_path: bool = False

    def unit(self) -> re.Pattern[str]:
        """What parts words, as its first group, a backslash that is none of a shell's, or a variable."""
        blanks = (continuation(self.mark) if self.mark else "", self.blank)
        backslash = r"\\|" if self.is_path else ""
        return re.compile(f"({'|'.join(filter(None, blanks))})|{backslash}{self.opaque}")


NO_MARK = ""
HASH = re.compile(r"[ \t]*#")
SETTINGS = ("*.env", ".env", "*.conf", "*.cfg", "*.ini", "*.config", "*.bb", "*.bbclass", "*.bbappend", "*.inc")
REST = r"(?<=\s)#[^\n]*"
BATCH = Dialect(
    ("*.bat", "*.cmd"),
    re.compile(r"[ \t]*(?:@?rem\b|::)", re.IGNORECASE),
    "^",
    opaque=r"%[^%\s]+%|%~?\w",
    is_path=True,
)
POWERSHELL = Dialect(
    ("*.ps1", "*.psm1"),
    HASH,
    "`",
    rf"[(),@]\s|(?<=['\"]),(?=['\"(])|{REST}",
    r"\$\{?[\w:]+\}?",
    is_path=True,
)
"""The lines of these scripts; powershell.py reads the lists in them as well."""
DIALECTS = (
    Dialect(("*.cmake", CMAKE), HASH, NO_MARK, rf"[();\n]|{REST}", r"\$\{\w+\}|@\w+@"),
    BATCH,
    Dialect(("*.fish", "*.exp", "*.tcl", "*.expect"), HASH, blank=REST),
)
NAMES = (*SETTINGS, *(name for dialect in DIALECTS for name in dialect.names))
FOLDERS = re.compile(r"(?:^|/)(?:conf\.d|default|sysconfig)/[^/.]+(?:\.\w+)?\Z")
"""Where environment files stand that have no suffix."""
ASSIGNED = re.compile(rb"(?:[ \t]*(?:#.*)?\r?\n)*[A-Za-z_]\w*=")
"""How a file of settings begins that has no suffix either: systemd's EnvironmentFile= may be called anything."""
PROXMOX = re.compile(r"(?:^|/)[1-9][0-9]{2,8}\.conf\Z")
ARGS = re.compile(r"args:[ \t]*")
UNQUOTED = re.compile(r"[ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*[:+?]?=[ \t]*(?=-)")


def claims(path: str, head: bytes) -> bool:
    """Whether a file is one of settings or commands, by its name."""
    named = (
        is_named(path, NAMES) or FOLDERS.search(path) or ("." not in os.path.basename(path) and ASSIGNED.match(head))
    )
    return bool(named) and may_hold_qemu(head)


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines of each line."""
    file = HostFile(path, data)
    dialect = next((dialect for dialect in DIALECTS if is_named(path, dialect.names)), None)
    if PROXMOX.search(path):
        _proxmox(file.reader, file.value)
    elif dialect is not None:
        read_lines(file.reader, file.value, dialect)
    elif not file.reader.script(file.value, strict=True):
        _settings(file.reader, file.value)
    return file.document("lines")


def _settings(reader: ScriptReader, file: Value) -> None:
    """Lines of which a shell could not read all."""
    for line in interesting_lines(file, HASH):
        options = UNQUOTED.match(line.text)
        if options:
            reader.line(line, options.end())
        else:
            reader.script(line)


def _proxmox(reader: ScriptReader, file: Value) -> None:
    """The `args:` of a guest's configuration; in its other lines, options are Proxmox's own."""
    for line in interesting_lines(file, HASH, NO_MARK):
        args = ARGS.match(line.text)
        if args:
            reader.line(line, args.end())


def read_lines(reader: ScriptReader, file: Value, dialect: Dialect) -> None:
    """The QEMU command lines among the lines of a file in some dialect."""

    def meaning(match: re.Match[str]) -> tuple[int, str]:
        return match.end(), " " if match[1] else {"\\": "\\\\"}.get(match[0], OPAQUE)

    unit, write = dialect.unit(), _among_paths if dialect.is_path else as_it_is
    lines = _cmake(file) if CMAKE in dialect.names else interesting_lines(file, dialect.comment, dialect.mark)
    for line in lines:
        reader.line(decode(line, unit, meaning, write))


def _among_paths(text: str) -> str | None:
    """Text for a place where a backslash means itself; two stand for one in what a shell would read."""
    parts = text.split("\\\\")
    return None if any("\\" in part for part in parts) else as_it_is("\\".join(parts))


def _cmake(file: Value) -> Iterator[Value]:
    """The commands of a CMake file, which may go over many lines."""
    text = file.text
    at = 0
    while command := CMAKE_COMMAND.search(text, at):
        at = closing(text, command.end(), len(text), "(")
        yield file.pick((command.start(), at))
