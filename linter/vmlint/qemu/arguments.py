"""How the argument of each option is read: by the option's own reader, and where its text says so by another's."""

from __future__ import annotations

import re
from typing import NamedTuple

from .options import RAW, Option, options
from .optstring import Param, lex_chardev_compat, lex_opts

RAW_GLOBAL = re.compile(r"[^.=]{1,63}\.[^=]{1,63}=")
"""`-global driver.property=text`: the text is taken as it stands (sscanf in qemu_global_option)."""
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
    if option.json and text.startswith("{"):
        return Argument(option, "", [])
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
