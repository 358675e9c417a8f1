"""A quick look whether a text may hold a QEMU command line, so that what follows need not be quick."""

from __future__ import annotations

import re
from functools import cache

from ..qemu.options import options

COMMON = frozenset(("action", "append", "compat", "help", "msg", "name", "set", "trace", "version"))
"""Options whose names other programs have as well; QEMU's never stand alone with them."""
MIN_READ, MIN_OTHER = 3, 5
"""The fewest letters in the name of an option that is a hint: one whose argument is read in parts, any other."""
DOMAIN = b"<domain"
PROGRAMS = "[qQ](?:emu|EMU)|(?<![a-zA-Z0-9])(?:kvm|KVM)|(?:kvm|KVM)(?![a-zA-Z0-9])"
"""Names of programs; three letters in the midst of others are more often those of a checksum."""
BEGINNING = 1 << 20
"""Bytes of a file by which a format is chosen: what is as long may go on."""
LARGE, AROUND = 1 << 17, 1 << 13
"""Characters of a text that is read in parts, and on either side of a hint in it."""
QUOTE = re.compile(r'(?:(?<!\\)(?:\\\\)*)"')
BARE_VALUES = "(?:tcp|telnet|tn3270|websocket|unix):|socket,|file=|[=+-] ?['\"]?,[a-z]"
"""How the value of an option begins, or the rest of one in a variable (`ro=",readonly"`)."""
LIKELY_VALUES = (
    r"(?:tcp|telnet|tn3270|websocket|unix):[^\s]{0,300}?,[a-z]|socket,[a-z]|file=[^\s]{0,300}?,[a-z]|[=+-]['\"]?,[a-z]"
)
PROGRAM = "(?:[qQ](?:emu|EMU)|kvm|KVM)"
LIKELY_COMMANDS = (
    rf"{PROGRAM}(?:[^\n]{{0,200}}?[\s'\"=]|[^\s'\"]{{0,80}}[^a-zA-Z0-9]{{0,80}}?)(?<![\w-])--?[a-zA-Z]|QEMU_AUDIO_"
)
"""The same of whole files, most of which only speak of QEMU: a command has options on its line or the next."""


def may_hold_options(text: str) -> bool:
    """Whether a text names QEMU, one of its options, or holds what may be the value of one."""
    return _hints().search(text) is not None


def may_hold_qemu(data: bytes) -> bool:
    """Whether a file holds something like an option, or the value of one: only to name QEMU is not enough.

    It is where `data` is only the beginning of a large file.
    """
    return (byte_hints() if len(data) >= BEGINNING else _file_hints()).search(data) is not None


def may_hold_qemu_or_domain(data: bytes) -> bool:
    """The same, or a libvirt domain inside another file."""
    return may_hold_qemu(data) or DOMAIN in data


def parts_with_hints(text: str) -> list[tuple[int, int]]:
    """The parts of a large JSON text in which a hint stands, with what is around it; all of a small one.

    None begins or ends inside a string: no line does, and in a line quotes are counted.
    """
    if len(text) < LARGE:
        return [(0, len(text))]
    parts: list[tuple[int, int]] = []
    high = 0
    for hint in _hints().finditer(text):
        if hint.start() < high:
            continue
        low = _outside(text, high, max(high, hint.start() - AROUND))
        high = _outside(text, low, min(len(text), hint.end() + AROUND))
        parts.append((low, high))
    return parts


def _outside(text: str, known: int, at: int) -> int:
    """An offset from `at` on that stands outside strings, as `known` does."""
    known = max(known, text.rfind("\n", known, at) + 1)
    if len(QUOTE.findall(text, known, at)) % 2 == 0:
        return at
    closing = QUOTE.search(text, at)
    return closing.end() if closing else len(text)


@cache
def byte_hints() -> re.Pattern[bytes]:
    """What a part of a file must hold to be looked at closely."""
    return re.compile(_hints().pattern.encode())


@cache
def _hints() -> re.Pattern[str]:
    return re.compile(f"{PROGRAMS}|{_options()}|{BARE_VALUES}")


@cache
def _file_hints() -> re.Pattern[bytes]:
    return re.compile(f"{_options()}|{LIKELY_VALUES}|{LIKELY_COMMANDS}".encode())


@cache
def _options() -> str:
    """The pattern of an option by its name."""
    known = options()
    read = {name for name, option in known.named.items() if option.reader != "raw" and len(name) >= MIN_READ}
    others = {name for name in (*known.named, *known.switches) if len(name) >= MIN_OTHER}
    names = "|".join(sorted(re.escape(name) for name in (read | others) - COMMON if " " not in name))
    return rf"(?:(?<![a-zA-Z0-9_])|(?<=\\[nrt]))-(?:{names})(?![a-zA-Z0-9_-])"
