"""Copies of /proc/PID/cmdline: the words of a QEMU process, each ended by a NUL."""

from __future__ import annotations

import re

from ..model import Document
from ..qemu.commandline import CommandNode
from ..source import Source, Text
from .spans import whole

NAMES = ("cmdline", "*.cmdline")
START = re.compile(rb"(?:[^\0\n]{0,4096}/)?(?:qemu-system-[\w-]+|qemu-kvm|kvm)\0-")
WORD = re.compile(r"([^\0]*)\0|[^\0]+")


def claims(path: str, head: bytes) -> bool:
    """Whether a file begins with QEMU's name, a NUL and an option."""
    return START.match(head) is not None


def parse(path: str, data: bytes) -> Document:
    """The one command line."""
    source = Source(path, data)
    file = whole(Text(source))
    words = [file.pick(match.span(1) if match[1] is not None else match.span()) for match in WORD.finditer(file.text)]
    return Document(source, "cmdline", [CommandNode(words[1:], words[0])] if words else [])
