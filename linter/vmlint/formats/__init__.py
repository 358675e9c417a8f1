"""Turns the bytes of a file into a Document: one module an input, chosen by the file's name and what it holds.

A format is a module with `NAMES` (what its files are called), `claims(path, head)` (is this file mine?) and
`parse(path, data)` (its Document; raises nothing on bad input), and its name in FORMATS. It may have `unread(path,
data, problem)`: the Document with that problem of a file too large, of which something can be said all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import ModuleType

from ..light_typing import Protocol, cast
from ..limits import DEFAULT, MIB, Limits
from ..model import Document, Problem
from ..source import Source, Span

FORMATS = (
    *("xml", "cmdline", "readconfig", "shell", "make", "systemd", "dockerfile", "justfile", "libvirt_log"),
    *("literals", "yaml", "powershell", "proxmox", "lines", "text"),
)
"""The first that claims a file gets it."""
MOST_A_BYTE = 2000
"""Bytes of memory: more than reading any byte of a file takes; see `cost`."""


class Format(Protocol):
    """What a module of this package offers."""

    NAMES: tuple[str, ...]
    """Patterns (as in a shell) of the names under which its files are found, without a template's suffix. The hooks see
    files with these names only; what is claimed by its content alone needs none."""

    def claims(self, path: str, head: bytes) -> bool:
        """Whether a file with this name and these first bytes is of this format."""

    def parse(self, path: str, data: bytes) -> Document:
        """What the file holds; bad input gives problems, not exceptions."""


@cache
def load(name: str) -> Format:
    """The module of a format."""
    return cast(Format, import_module(f".{name}", __package__))


def name_of(format_: Format) -> str:
    """The name by which a format is loaded."""
    return cast(ModuleType, format_).__name__.rpartition(".")[2]


def claim(path: str, head: bytes) -> Format | None:
    """The format of a file, or None where none knows it."""
    return next((module for module in map(load, FORMATS) if module.claims(path, head)), None)


def read(format_: Format, path: str, data: bytes, limits: Limits = DEFAULT) -> Document:
    """What a file of a format holds; one that would take more memory than it may is told, and not looked at."""
    most = limits.memory * MIB
    if len(data) * MOST_A_BYTE <= most:
        return format_.parse(path, data)
    from .cost import cost  # which few files need

    name = name_of(format_)
    needed = cost(name, path, data, most)
    if needed <= most:
        return format_.parse(path, data)
    fields = {"needed": str(-(-needed // MIB)), "memory": str(limits.memory), "looked": "no rule looked at it"}
    unread = cast("Callable[[str, bytes, Problem], Document] | None", getattr(format_, "unread", None))
    problem = Problem("file-too-large", Span(0, 0), fields)
    document = unread(path, data, problem) if unread else Document(Source(path, data), name, (), [problem])
    document.is_read = False
    return document
