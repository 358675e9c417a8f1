"""How the argument of each option is read: by the option's own reader, and where its text says so by another's."""

from __future__ import annotations

import re
from typing import NamedTuple

from .options import RAW, Option, options
from .optstring import PAIR, Param, lex_chardev_compat, lex_opts

RAW_GLOBAL = re.compile(r"[^.=]{1,63}\.[^=]{1,63}=")
"""`-global driver.property=text`: the text is taken as it stands (sscanf in qemu_global_option)."""
SET = re.compile(r"([^.=]{1,63})\.[^.=]{1,63}\.([^=]+)=")
"""`-set group.id.parameter=text` (sscanf in qemu_set_option); the text runs to the end, commas and all."""
JSON_START = re.compile(r'\{\s*["}]')
MIGRATION_CHANNEL = re.compile(r"main(?:,|$)|channel-type=")
STREAM_TYPES = ("stream", "dgram")
"""Types of -netdev with which QEMU (7.2 and later) reads the whole string by its stricter parser."""


class Argument(NamedTuple):
    """What is known of the option, as its argument is read; the kind of its socket, if it names one; its parameters."""

    option: Option
    kind: str
    params: list[Param]


def read_argument(name: str, text: str) -> Argument:
    """The argument of `-name`; JSON has no parameters here."""
    option = options().named.get(name, RAW)
    if option.json and JSON_START.match(text):
        return Argument(option, "", [])
    if option.reader == "incoming":
        return _read_incoming(option, text)
    if option.reader == "set":
        return _read_set(option, text)
    if option.reader == "chardev":
        return Argument(option, *lex_chardev_compat(text))
    if name == "display" and text.startswith("vnc="):
        option = options().named["vnc"]
        return Argument(option, "", lex_opts(text, option.implied, len("vnc=")))
    if option.reader == "raw" or (option.reader == "global" and RAW_GLOBAL.match(text)):
        return Argument(option, "", [])
    params = lex_opts(text, option.implied)
    if name == "netdev" and any(param.key == "type" and param.value in STREAM_TYPES for param in params):
        option = options().named["netdev stream"]
    return Argument(option, "", params)


def _read_incoming(option: Option, text: str) -> Argument:
    """A migration address: only `tcp:` takes parameters; `main,…` is a channel, read by the stricter parser."""
    if MIGRATION_CHANNEL.match(text):
        channel = options().named["incoming main"]
        return Argument(channel, "", lex_opts(text, channel.implied))
    return Argument(option, "", lex_chardev_compat(text).params if text.startswith("tcp:") else [])


def _read_set(option: Option, text: str) -> Argument:
    """One parameter of the group's option, whose text knows no doubled commas."""
    found = SET.match(text)
    group = options().named.get(found[1], RAW) if found else RAW
    if found is None or group.reader != "opts":
        return Argument(option, "", [])
    value = (found.end(), len(text))
    return Argument(group, "", [Param(PAIR, found[2], text[found.end() :], found.start(2), len(text), (value,))])
