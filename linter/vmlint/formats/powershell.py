"""PowerShell scripts: commands, whose words need no quotes, and lists of strings that are the arguments of one."""

from __future__ import annotations

from ..model import Document
from ..source import Source, Text
from .hints import may_hold_qemu
from .line_dialects import POWERSHELL
from .names import is_named
from .powershell_text import read_powershell
from .spans import whole

NAMES = POWERSHELL.names


def claims(path: str, head: bytes) -> bool:
    """Whether a file is called as these scripts are."""
    return is_named(path, NAMES) and may_hold_qemu(head)


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines of a script."""
    source = Source(path, data)
    text = Text(source)
    return Document(source, "powershell", read_powershell(whole(text), text))
