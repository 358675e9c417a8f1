"""Lexes the argument of a QEMU option as QEMU does; offsets are characters of the argument.

Measured on QEMU 5.2, 7.2, 10.0 and 11.1; the code is get_opt_name_value() in util/qemu-option.c and
qemu_chr_parse_compat() in chardev/char.c.
"""

from __future__ import annotations

import re

from ..light_typing import NamedTuple
from ..source import OPAQUE

SOCKET_ADDRESS = re.compile(rf"(?:tcp|telnet|tn3270|websocket):(?:[^,]*{OPAQUE}[^,]*|[^:]*:[^,]+)|{OPAQUE}[^,]*")
"""`tcp:HOST:PORT`, where HOST may hold commas; a variable may hold the port, or all of it."""
STOP = re.compile("[=,]")
TRUE, FALSE = ("on", "yes", "true", "y"), ("off", "no", "false", "n")
"""What QEMU reads as on and as off, in small letters only; not `1`, `0` or `ON`."""
PAIR, FLAG, IMPLIED = "pair", "flag", "implied"


class Param(NamedTuple):
    """One parameter: `server=on` (pair), `nowait` (flag: key `wait`, value `off`), a first `socket` (implied key)."""

    kind: str
    key: str
    value: str
    start: int
    end: int
    value_ranges: tuple[tuple[int, int], ...] = ()
    """Where the characters of a pair's or implied value stand; several, because `,,` stands for one comma."""


class CharDevice(NamedTuple):
    """What the argument of -serial, -monitor, -qmp and their kind names; `kind` is '' where it takes no parameters."""

    kind: str
    params: list[Param]


def lex_opts(text: str, implied: str | None, at: int = 0, keyval: bool = False) -> list[Param]:
    """The parameters of a QemuOpts string from character `at`; `implied`: the key of a first bare token, if any.

    Strings for the stricter parser (`keyval`) split alike, but that a first bare token ends at a comma, doubled or not.
    What is a flag here is refused there.
    """
    params: list[Param] = []
    while at < len(text):
        found = STOP.search(text, at)
        stop = found.start() if found else len(text)
        if text[stop : stop + 1] == "=":
            end, value, ranges = _read_value(text, stop + 1)
            params.append(Param(PAIR, text[at:stop], value, at, end, ranges))
        elif implied is not None and not params:
            end, value, ranges = (stop, text[at:stop], ((at, stop),)) if keyval else _read_value(text, at)
            params.append(Param(IMPLIED, implied, value, at, end, ranges))
        else:  # a flag ends at the next comma, doubled or not; "no" is cut off whatever follows
            end, name = stop, text[at:stop]
            negated = name.startswith("no")
            params.append(Param(FLAG, name[2:] if negated else name, "off" if negated else "on", at, end))
        at = end + 1
    return params


def lex_chardev_compat(text: str) -> CharDevice:
    """The older syntax of a character device: `tcp:HOST:PORT,server,nowait`, `unix:PATH,server`, `mon:telnet:…`.

    Only sockets take parameters. In `file:`, `pipe:`, `chardev:`, `/dev/…` commas are data; after `udp:` and `vc:`
    QEMU ignores them; every other name must stand alone.
    """
    at = len("mon:") if text.startswith("mon:") else 0
    if text.startswith("unix:", at):
        return CharDevice("unix", lex_opts(text, "path", at + len("unix:")))
    address = SOCKET_ADDRESS.match(text, at)
    if address is None:
        return CharDevice("", [])
    kind = "socket" if address[0].startswith(OPAQUE) else address[0].partition(":")[0]
    return CharDevice(kind, lex_opts(text, None, address.end() + 1))


def _read_value(text: str, start: int) -> tuple[int, str, tuple[tuple[int, int], ...]]:
    """End, text and ranges of a value: it runs to the first comma that is not doubled."""
    ranges = []
    while True:
        comma = text.find(",", start)
        end = comma if comma >= 0 else len(text)
        if text[end : end + 2] != ",,":
            ranges.append((start, end))
            return end, "".join(text[low:high] for low, high in ranges), tuple(ranges)
        ranges.append((start, end + 1))
        start = end + 2
