"""What a bare token of an option string is: a boolean in short form, or one of the mistakes that look like one."""

from __future__ import annotations

import re

from .commandline import OptionNode
from .optstring import FLAG, Param
from .parameters import ON_ONLY

BOOLEAN, VALUE, EATEN, TEXT, UNKNOWN, HELP = "boolean", "value", "eaten", "text", "unknown", "help"

NAME = re.compile(r"[a-z][a-z0-9_.-]*")
FILE_NAME_END = re.compile(r"\.(?:sock|socket|img|qcow2|raw|iso|bin|rom|fd|txt|log|pid|conf|key|pem)")


def flags(option: OptionNode) -> list[tuple[Param, str]]:
    """The bare tokens of an option's argument, each with what it is."""
    found = []
    follows_text = False
    for param in option.params:
        if param.kind == FLAG:
            token = option.text.text[param.start : param.end]
            kind = _kind(option, token, param, follows_text)
            follows_text = kind == TEXT  # `a,b.c,d.e`: what follows a rest may be more of it
            found.append((param, kind))
        else:
            follows_text = True
    return found


def _kind(option: OptionNode, token: str, param: Param, follows_text: bool) -> str:
    if token in ("help", "?"):
        return HELP
    known = option.known.get(param.key)
    if known is not None:
        return BOOLEAN if known.is_boolean or (known.takes == ON_ONLY and param.value == "on") else VALUE
    if token != param.key and option.known.get(token) is not None:
        return EATEN  # the name itself begins with "no", which QEMU cuts off
    return TEXT if follows_text and _continues_text(token) else UNKNOWN


def _continues_text(token: str) -> bool:
    """Whether a token looks like the rest of a value, cut off by a comma that should have been doubled."""
    return NAME.fullmatch(token) is None or FILE_NAME_END.search(token) is not None
