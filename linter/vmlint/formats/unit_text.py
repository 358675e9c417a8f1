"""The commands in the text of a systemd unit, which may be a file of its own or stand in a script's heredoc."""

from __future__ import annotations

import re

from ..light_typing import TYPE_CHECKING
from ..source import OPAQUE, Value
from .builder import decode
from .logical_lines import continuation, interesting_lines

if TYPE_CHECKING:
    from .shell_script import ScriptReader

COMMENT = re.compile(r"[ \t]*[#;]")
SETTING = re.compile(r"[ \t]*(?:Exec\w*|Environment|PodmanArgs)[ \t]*=[ \t]*[@:+!|-]*(?=\S)")
IS_UNIT = re.compile(r"\s*(?:[#;].*\s*)*\[(?:Unit|Service|Container|Install)\]")
UNIT = re.compile(
    continuation("\\") + r"|%%|%[a-zA-Z]|\$\$|\$\{\w+\}|\$[A-Za-z_]\w*|\\x([0-9a-fA-F]{2})|\\([nrts])", re.ASCII
)
NAMED = {"n": "\n", "r": "\r", "t": "\t", "s": " "}


def read_unit(reader: ScriptReader, value: Value) -> None:
    """The commands that a unit starts and the options it puts into their environment."""
    for line in interesting_lines(value, COMMENT):
        setting = SETTING.match(line.text)
        if setting:
            reader.line(decode(line, UNIT, _meaning, _for_systemd, setting.end()))


def _meaning(unit: re.Match[str]) -> tuple[int, str]:
    """A continuation, a specifier (`%i`), a variable or an escape; other escapes are as in a shell."""
    if unit[1]:
        return unit.end(), chr(int(unit[1], 16)) if 0 < int(unit[1], 16) < 0x80 else OPAQUE
    if unit[2]:
        return unit.end(), NAMED[unit[2]]
    if unit[0] in ("%%", "$$"):
        return unit.end(), unit[0][0]
    return unit.end(), " " if "\n" in unit[0] else OPAQUE


def _for_systemd(text: str) -> str | None:
    """Text for a place where systemd expands specifiers and variables."""
    return None if "\n" in text else text.replace("%", "%%").replace("$", "$$")
