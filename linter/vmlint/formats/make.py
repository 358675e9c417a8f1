"""Makefiles: the shell commands of recipes, and variables that hold QEMU's options or its command line."""

from __future__ import annotations

from ..model import Document
from .hints import may_hold_qemu
from .host_file import HostFile
from .make_text import read_make
from .names import is_named

NAMES = ("Makefile", "makefile", "GNUmakefile", "Makefile.*", "*.mk", "*.mak", "*.make")


def claims(path: str, head: bytes) -> bool:
    """Whether a file is called as Makefiles are."""
    return is_named(path, NAMES) and may_hold_qemu(head)


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines in recipes and variables."""
    file = HostFile(path, data)
    read_make(file.reader, file.value)
    return file.document("make")
