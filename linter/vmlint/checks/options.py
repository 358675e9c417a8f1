"""Rules on the parameters of QEMU options."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..model import Node
from ..qemu.commandline import OptionNode
from ..qemu.optstring import FLAG, Param
from ..qemu.sockets import is_client, is_gdb_tcp
from ..source import Edit, Value


def short_boolean(node: Node, context: Context) -> Iterator[Finding]:
    """Bare `server`, `nowait` and the like where QEMU reads a boolean; nothing is said of tokens that are not known."""
    if not isinstance(node, OptionNode) or node.argument is None:
        return
    for param in node.params:
        if param.kind != FLAG or param.key not in node.option.booleans:
            continue
        variant = _variant(node, param)
        token, long = node.argument.text[param.start : param.end], f"{param.key}={param.value}"
        keeps = variant in ("", "silent")
        edits = node.argument.replace(param.start, param.end, long) if keeps else _removal(node.argument, param)
        fields = {"token": token, "long": long, "option": node.name}
        yield Finding(node.argument.pick((param.start, param.end)), fields, edits, variant)


def _variant(option: OptionNode, param: Param) -> str:
    """Which of the rule's messages fits: on two kinds of socket newer releases refuse the parameter in any form."""
    if param.key == "wait" and is_client(option):
        return "client"
    if param.key == "delay" and is_gdb_tcp(option):
        return "gdb"
    return "" if option.option.warns else "silent"


def _removal(argument: Value, param: Param) -> tuple[Edit, ...]:
    """Edits that take a parameter out together with the comma before it."""
    return argument.replace(max(param.start - 1, 0), param.end, "")
