"""What a bare token of an option string is: a boolean in short form, or one of the mistakes that look like one."""

from __future__ import annotations

import re

from .commandline import OptionNode
from .optstring import FLAG, IMPLIED, Param

BOOLEAN, VALUE, EATEN, TEXT, UNKNOWN, HELP = "boolean", "value", "eaten", "text", "unknown", "help"

NAME = re.compile(r"[a-z][a-z0-9_.-]*")
FILE_NAME_END = re.compile(r"\.(?:sock|socket|img|qcow2|raw|iso|bin|rom|fd|txt|log|pid|conf|key|pem)")


def flags(option: OptionNode) -> list[tuple[Param, str]]:
    """The bare tokens of an option's argument, each with what it is; none where a variable is part of it."""
    found = []
    for index, param in enumerate(option.params):
        if param.kind == FLAG and option.argument is not None:
            token = option.argument.text[param.start : param.end]
            found.append((param, _kind(option, token, param, option.params[:index])))
    return found


def _kind(option: OptionNode, token: str, param: Param, before: list[Param]) -> str:
    known = option.option
    if token in ("help", "?"):
        return HELP
    if token != param.key and (token in known.booleans or token in known.values):
        return EATEN  # the name itself begins with "no", which QEMU cuts off
    if param.key in known.booleans or (param.key in known.on_only and param.value == "on"):
        return BOOLEAN
    if param.key in known.values or param.key in known.on_only:
        return VALUE
    return TEXT if _continues_text(token, before) else UNKNOWN


def _continues_text(token: str, before: list[Param]) -> bool:
    """Whether a token looks like the rest of the value before it, cut off by a comma that should have been doubled."""
    follows_value = bool(before) and before[-1].kind in ("pair", IMPLIED)
    return follows_value and (NAME.fullmatch(token) is None or FILE_NAME_END.search(token) is not None)
