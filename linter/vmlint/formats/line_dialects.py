"""Scripts whose lines are commands, by what continues a line there and what parts its words: CMake, batch files, …"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..light_typing import NamedTuple
from ..source import OPAQUE, Value
from .builder import as_it_is, closing, decode
from .logical_lines import continuation, interesting_lines
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
