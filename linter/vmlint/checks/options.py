"""Rules on the parameters of QEMU options."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..model import Node
from ..qemu.commandline import OptionNode
from ..qemu.flags import BOOLEAN, EATEN, TEXT, UNKNOWN, VALUE, flags
from ..qemu.optstring import Param
from ..qemu.sockets import is_client, is_gdb_tcp
from ..source import OPAQUE, Edit, Value
from ..versions import parse

DEPRECATED = parse("6.0")
"""Since when the short form is documented as deprecated (docs/about/deprecated.rst)."""


def short_boolean(node: Node, context: Context) -> Iterator[Finding]:
    """Bare `server`, `nowait` and the like where QEMU reads a boolean."""
    for option, argument, param, token in _bare(node, BOOLEAN):
        if _reaction(option, context) != "refused" and not context.target.admits_from("qemu", DEPRECATED):
            continue
        variant = _unwanted(option, param)
        edits = option.remove(param) if variant else _write_out(argument, param)
        fields = {"token": token, "long": f"{param.key}={param.value}", "option": option.name}
        yield Finding(_place(argument, param), fields, edits, variant or _reaction(option, context))


def parameter_without_value(node: Node, context: Context) -> Iterator[Finding]:
    """A bare token that names a parameter which takes a text or a number."""
    for option, argument, param, token in _bare(node, VALUE):
        fields = {"token": token, "name": param.key, "value": param.value, "option": option.name}
        yield Finding(_place(argument, param), fields, variant=_reaction(option, context))


def comma_not_doubled(node: Node, context: Context) -> Iterator[Finding]:
    """A bare token that looks like the rest of the value before it."""
    for option, argument, param, token in _bare(node, TEXT):
        edits = argument.replace(param.start, param.start, ",")
        fields = {"token": token, "option": option.name}
        yield Finding(_place(argument, param), fields, edits, _reaction(option, context))


def no_cut_off(node: Node, context: Context) -> Iterator[Finding]:
    """A bare token whose own name begins with `no`, which QEMU cuts off."""
    for option, argument, param, token in _bare(node, EATEN):
        fields = {"token": token, "read": f"{param.key}={param.value}", "option": option.name}
        yield Finding(_place(argument, param), fields, variant=_reaction(option, context))


def unknown_flag(node: Node, context: Context) -> Iterator[Finding]:
    """A bare token that names no parameter known here."""
    for option, argument, param, token in _bare(node, UNKNOWN):
        fields = {"token": token, "read": f"{param.key}={param.value}", "option": option.name}
        yield Finding(_place(argument, param), fields, variant=_reaction(option, context))


def _bare(node: Node, kind: str) -> Iterator[tuple[OptionNode, Value, Param, str]]:
    """The bare tokens of one kind in an option's argument; none that is a variable, even in part."""
    if not isinstance(node, OptionNode) or node.argument is None:
        return
    for param, found in flags(node):
        token = node.argument.text[param.start : param.end]
        if found == kind and OPAQUE not in token:
            yield node, node.argument, param, token


def _place(argument: Value, param: Param) -> Value:
    return argument.pick((param.start, param.end))


def _write_out(argument: Value, param: Param) -> tuple[Edit, ...]:
    return argument.replace(param.start, param.end, f"{param.key}={param.value}")


def _unwanted(option: OptionNode, param: Param) -> str:
    """The message where newer releases refuse the parameter in any form, as they do on two kinds of socket."""
    if param.key == "wait" and is_client(option):
        return "client"
    return "gdb" if param.key == "delay" and is_gdb_tcp(option) else ""


def _reaction(option: OptionNode, context: Context) -> str:
    """What QEMU does with a bare token: refuses it, warns, or takes it without a word. Names the message."""
    known = option.option
    if known.keyval is not None and context.target.admits_from("qemu", known.keyval):
        return "refused"
    return "" if known.warns or known.keyval else "silent"
