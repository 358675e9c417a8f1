"""A command line given as words: shown, and read again, as one line that a shell would split into the same words."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from ..model import Document
from ..qemu.commandline import CommandNode
from ..source import Source, Text
from .builder import utf8
from .recognise import split
from .spans import whole

NAMES: tuple[str, ...] = ()


def join(words: Sequence[str]) -> bytes:
    """The line for some words."""
    return b" ".join(utf8(shlex.quote(word)) or b"'?'" for word in words) + b"\n"


def claims(path: str, head: bytes) -> bool:
    """Never of itself: only `vmlint argv` and `check_argv` know that they hold a command line."""
    return False


def parse(path: str, data: bytes) -> Document:
    """The QEMU command on a line made by `join`; its first word is the program unless it is an option."""
    source = Source(path, data)
    words = split(whole(Text(source)))
    program = words.pop(0) if words and not words[0].text.startswith("-") else None
    return Document(source, "argv", [CommandNode(words, program)] if words or program else [])
