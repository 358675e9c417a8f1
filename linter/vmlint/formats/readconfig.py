"""Files for QEMU's -readconfig: a section is an option, a line in it one of its parameters, as if on a command line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Document
from ..qemu.commandline import CommandNode
from ..qemu.options import options
from ..source import Piece, Source, Text, Value, refuse
from .builder import Builder
from .names import is_named
from .spans import whole

NAMES = ("*.cfg", "*.conf", "*.ini", "*.qemu")
OTHER_NAMES = {"boot-opts": "boot", "memory": "m", "smp-opts": "smp"}
"""Sections that are not called as their option is (qemu_find_opts() in util/qemu-config.c)."""
SECTION = re.compile(r'^[ \t]*\[[ \t]*([\w-]+)(?:[ \t]+"([^"\n]*)")?[ \t]*\]', re.MULTILINE)
SETTING = re.compile(r'^[ \t]*([\w.-]+)[ \t]*=[ \t]*"([^"\n]*)"', re.MULTILINE)
CLAIM = re.compile(
    rb'^[ \t]*\[(?:chardev|device|drive|netdev|machine|mon|object|spice|fsdev|memory)(?: "[^"\n]*")?\][ \t\r]*\n'
    rb'(?:[ \t]*(?:#.*)?\r?\n)*[ \t]*[\w.-]+[ \t]*=[ \t]*"',
    re.MULTILINE,
)


def claims(path: str, head: bytes) -> bool:
    """Whether a file has a section that QEMU knows, with a value in quotes, which other programs' settings have not."""
    return is_named(path, NAMES) and CLAIM.search(head) is not None


def parse(path: str, data: bytes) -> Document:
    """One command line of all the sections."""
    source = Source(path, data)
    words = list(_words(whole(Text(source))))
    return Document(source, "readconfig", [CommandNode(words)] if words else [])


def _words(file: Value) -> Iterator[Value]:
    sections = list(SECTION.finditer(file.text))
    ends = [section.start() for section in sections[1:]] + [len(file.text)]
    for section, end in zip(sections, ends, strict=True):
        name = OTHER_NAMES.get(section[1], section[1])
        if name in options().named:
            at = file.span(*section.span(1))
            yield Value(f"-{name}", (Piece(0, len(name) + 1, *at, 0, refuse),))
            yield _argument(file, section, end)


def _argument(file: Value, section: re.Match[str], end: int) -> Value:
    """What the section would be as an argument: its name as `id=`, commas in values doubled."""
    out = Builder(file)
    if section[2] is not None:
        out.unit(section.start(2), section.start(2), "id=", refuse)
        _add_value(out, section, 2)
    for setting in SETTING.finditer(file.text, section.end(), end):
        if out.pieces:
            out.unit(setting.start(1), setting.start(1), ",", refuse)
        out.literal(*setting.span(1), _refuse_text)
        out.unit(setting.start(2), setting.start(2), "=", refuse)
        _add_value(out, setting, 2)
    return out.value(section.end())


def _add_value(out: Builder, match: re.Match[str], group: int) -> None:
    low, high = match.span(group)
    for comma in re.finditer(",", match[group]):
        at = match.start(group) + comma.start()
        out.literal(low, at, _in_quotes)
        out.unit(at, at + 1, ",,", refuse)
        low = at + 1
    out.literal(low, high, _in_quotes)


def _in_quotes(text: str) -> str | None:
    """Text for a place between the quotes, which have no escapes."""
    return None if any(char in text for char in '",\r\n') else text


def _refuse_text(text: str) -> str | None:
    """A parameter's name is not written anew."""
    return None
