"""What a bare token of an option string is: a boolean in short form, or one of the mistakes that look like one."""

from __future__ import annotations

import re

from ..source import OPAQUE
from .commandline import OptionNode
from .optstring import FLAG, IMPLIED, Param
from .parameters import ON_ONLY

BOOLEAN, VALUE, EATEN, TEXT, UNKNOWN, HELP = "boolean", "value", "eaten", "text", "unknown", "help"

NAME = re.compile(r"[a-z][a-z0-9_.-]*")
FILE_NAME_END = re.compile(r"\.(?:sock|socket|img|qcow2|raw|iso|bin|rom|fd|txt|log|pid|conf|key|pem)")


def flags(option: OptionNode) -> list[tuple[Param, str]]:
    """The bare tokens of an option's argument, each with what it is."""
    found = []
    before = ""  # the parameter whose value stands before, which a comma may have cut off
    for param in option.params:
        if param.kind == FLAG:
            token = option.text.text[param.start : param.end]
            kind = _kind(option, token, param, before)
            is_rest = kind == TEXT and OPAQUE not in token  # `a,b.c,d.e`: what follows a rest may be more of it
            before = before if is_rest else ""
            found.append((param, kind))
        else:
            known = option.known.get(param.key)
            is_whole = param.value in ("on", "off") or (known is not None and known.is_boolean)
            if param.kind == IMPLIED and option.option.keyval is not None:  # it ends at a comma, doubled or not
                is_whole = True
            before = "" if is_whole else param.key or "?"
    return found


def _kind(option: OptionNode, token: str, param: Param, before: str) -> str:
    if token in ("help", "?"):
        return HELP
    if option.option.reader == "set":
        return VALUE
    known = option.known.get(param.key)
    if known is not None:
        return BOOLEAN if known.is_boolean or (known.takes == ON_ONLY and param.value == "on") else VALUE
    if token != param.key and option.known.get(token) is not None:
        return EATEN  # the name itself begins with "no", which QEMU cuts off
    is_rest = _continues_text(token) or (before in option.option.texts and not _resembles_a_name(option, token))
    return TEXT if before and token and is_rest else UNKNOWN


def _resembles_a_name(option: OptionNode, token: str) -> bool:
    """Whether a token begins as one of the parameters does, so that it may be that with a slip in it."""
    return any(name.startswith(token[:3]) for name in option.option.parameters)


def _continues_text(token: str) -> bool:
    """Whether a token looks like the rest of a value, cut off by a comma that should have been doubled."""
    return NAME.fullmatch(token) is None or FILE_NAME_END.search(token) is not None
