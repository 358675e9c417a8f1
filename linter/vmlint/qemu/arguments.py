"""How the argument of each option is read: by the option's own reader, and where its text says so by another's."""

from __future__ import annotations

import re

from ..light_typing import NamedTuple
from ..source import OPAQUE
from .options import RAW, Option, options
from .optstring import FLAG, PAIR, Param, lex_chardev_compat, lex_opts

RAW_GLOBAL = re.compile(r"[^.=]{1,63}\.[^=]{1,63}=")
"""`-global driver.property=text`: the text is taken as it stands (sscanf in qemu_global_option)."""
SET = re.compile(r"([^.=]{1,63})\.[^.=]{1,63}\.([^=]+)=")
"""`-set group.id.parameter=text` (sscanf in qemu_set_option); the text runs to the end, commas and all."""
JSON_START = re.compile(r"\{\s*[\"'}]")
MIGRATION_ADDRESS = re.compile(rf"[A-Za-z]*:|defer$|[^,=]*{OPAQUE}")
"""What -incoming takes for an address; 10.0 and later read all else as a channel, which 7.2 refuses."""
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
    return READERS[option.reader](name, option, text)


def _read_raw(name: str, option: Option, text: str) -> Argument:
    return Argument(option, "", [])


def _read_chardev(name: str, option: Option, text: str) -> Argument:
    return Argument(option, *lex_chardev_compat(text))


def _read_global(name: str, option: Option, text: str) -> Argument:
    return (_read_raw if RAW_GLOBAL.match(text) else _read_opts)(name, option, text)


def _read_opts(name: str, option: Option, text: str) -> Argument:
    """An option string, also that of the stricter parser; two options hand some texts to another's reader."""
    if name == "display" and text.startswith("vnc="):
        option = options().named["vnc"]
        return Argument(option, "", lex_opts(text, option.implied, len("vnc=")))
    params = lex_opts(text, option.implied, keyval=option.keyval is not None)
    kinds = [param.value for param in params if param.key == "type"]
    if name == "netdev" and kinds and kinds[-1] in STREAM_TYPES:
        option = options().named["netdev stream"]
    return Argument(option, "", params)


def _read_incoming(name: str, option: Option, text: str) -> Argument:
    """A migration address, of which only `tcp:` takes parameters, or a channel."""
    if not MIGRATION_ADDRESS.match(text):
        channel = options().named["incoming main"]
        return Argument(channel, "", lex_opts(text, channel.implied, keyval=True))
    return Argument(option, "", lex_chardev_compat(text).params if text.startswith("tcp:") else [])


def _read_set(name: str, option: Option, text: str) -> Argument:
    """One parameter of the group's option, whose text knows no doubled commas; without a `=` QEMU refuses it whole."""
    if text and "=" not in text:
        return Argument(option, "", [Param(FLAG, text, "on", 0, len(text))])
    found = SET.match(text)
    group = options().named.get(found[1], RAW) if found else RAW
    if found is None or group.reader != "opts" or group.keyval:
        return Argument(option, "", [])
    value = (found.end(), len(text))
    return Argument(group, "", [Param(PAIR, found[2], text[found.end() :], found.start(2), len(text), (value,))])


READERS = {
    "raw": _read_raw,
    "opts": _read_opts,
    "keyval": _read_opts,
    "chardev": _read_chardev,
    "global": _read_global,
    "incoming": _read_incoming,
    "set": _read_set,
}
"""What reads an argument, by the name that facts/qemu-options.toml gives it."""
