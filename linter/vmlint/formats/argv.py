"""A command line given as words: shown, and read again, as one line that a shell would split into the same words."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from ..model import Document
from ..qemu.commandline import CommandNode
from ..qemu.options import options
from ..source import Source, Text, Value
from .builder import utf8
from .recognise import MIN_NAME, is_certain, names_program, program_at, runs_another, split, tokens
from .spans import whole

NAMES: tuple[str, ...] = ()


def join(words: Sequence[str]) -> bytes:
    """The line for some words."""
    return b" ".join(utf8(shlex.quote(word)) or b"'?'" for word in words) + b"\n"


def claims(path: str, head: bytes) -> bool:
    """Never of itself: only `vmlint argv` and `check_argv` know that they hold a command line."""
    return False


def parse(path: str, data: bytes) -> Document:
    """The QEMU command on a line made by `join`. Where no word names a QEMU, the first is the program unless it is an
    option."""
    source = Source(path, data)
    words = _words(source)
    at = _program(words)
    program = words[at] if at is not None else None
    options_ = words if at is None else words[at + 1 :]
    return Document(source, "argv", [CommandNode(options_, program)] if words else [])


def why_none(data: bytes) -> str:
    """Why the words on a line made by `join` are no QEMU command line; empty if they are, or may be one."""
    words = _words(Source("", data))
    if not words:
        return "it is empty"
    first = words[0].text
    if len(words) == 1 and len(inside := split(words[0])) > 1 and not why_none(join([word.text for word in inside])):
        return "it is one word: leave out the quotes around the whole"
    if _program(words) is None or any(map(names_program, tokens(words))):
        return ""
    if not runs_another(tokens(words)) and (is_certain(words) or any(map(_is_option, words))):
        return ""
    return f"'{first}' is no QEMU, and no option of QEMU's follows it"


def _words(source: Source) -> list[Value]:
    return split(whole(Text(source)))


def _program(words: Sequence[Value]) -> int | None:
    """Index of the program: what comes before it (`sudo -u vm`) runs it. None where the options come first."""
    if not words or words[0].text.startswith("-"):
        return None
    named = tokens(words)
    return 0 if names_program(named[0]) else program_at(named) or 0


def _is_option(word: Value) -> bool:
    """Whether a word is an option that other programs hardly have: spelled out, with one dash."""
    name = word.text[1:]
    return word.text.startswith("-") and len(name) >= MIN_NAME and options().takes_argument(name) is not None
