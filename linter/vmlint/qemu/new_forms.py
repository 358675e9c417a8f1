"""Writes the new form that a row of facts/qemu-deprecations.toml gives, as words to show and as edits."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..source import OPAQUE, Edit
from .commandline import CommandNode, OptionNode
from .deprecations import Given, Match
from .machines import kind_of_command
from .optstring import IMPLIED, PAIR
from .rewrite import ARGUMENT, Words, split_options

VERBS = ("append", "move", "words", "value", "name", "pair", "drop")
"""What a row may do: take the option out and add a parameter to another one; take a parameter out and give it to the
device of the drive; put options in the place of the whole one; another value, another name or another parameter in the
place of a parameter; or take that out. Where there is nothing to add to, `words` follow `append`."""
REDIRECTION = re.compile(r"(tcp|udp):(\d+):([\w.]*):(\d+)")
HEX_SIZE = re.compile(r"0[xX]([0-9a-fA-F]+)([kKmMgGtTpPeE])")


Fields = dict[str, Any]


class NewForm(NamedTuple):
    """What to write instead; no edits where only a person can."""

    text: str
    edits: tuple[Edit, ...]
    is_sure: bool
    """Whether it means the same for what can be seen of the machine."""


def new_form(match: Match, node: OptionNode, words: Words) -> NewForm | None:
    """The new form of what an option matches; None where its row has none, or none for this value."""
    change = match.row.change
    verb = next((verb for verb in VERBS if verb in change), None)
    value = _converted(match)
    if verb is None or value is None:
        return None
    fields: Fields = {
        "value": value,
        "rest": match.rest,
        "fresh": _fresh(node, change.get("fresh", "new")),
        "argument": ARGUMENT,
        "given": {param.key: param.value for param in node.params},
    }
    text, edits = (
        WRITERS[verb](match, node, words, fields) if verb in WRITERS else _parameter(verb, match, node, words, fields)
    )
    if verb == "append" and not edits and "words" in change:
        text, edits = _words(match, node, words, fields)
    kind = kind_of_command(node.parent) if "machines" in change else ""
    if kind and kind not in change["machines"]:
        return None
    return NewForm(text, edits, bool(kind) or "machines" not in change)


def _words(match: Match, node: OptionNode, words: Words, fields: Fields) -> tuple[str, tuple[Edit, ...]]:
    template = match.row.change["words"]
    options = list(split_options([part.format(**fields) for part in shlex.split(template)]))
    argument = "" if node.argument is None else node.argument.text
    shown = template.format(**fields | {"argument": argument}).replace(OPAQUE, "…")
    is_written = not any(OPAQUE in word for option in options for word in option)
    is_kept = not any(ARGUMENT in word for option in options[:-1] for word in option)
    is_free = not any(_is_given(other, node) for other in match.row.change.get("unless", ()))
    return shown, words.replace(node, options) if is_written and is_kept and is_free else ()


def _append(match: Match, node: OptionNode, words: Words, fields: Fields) -> tuple[str, tuple[Edit, ...]]:
    """One parameter more for the only option of a kind; its row says for which kinds it is one."""
    name, parameter = match.row.change["append"]
    argument = "" if node.argument is None else node.argument.text
    text = parameter.format(**fields | {"argument": argument})
    shown = f"{name} …,{text}".replace(OPAQUE, "…")
    kinds = match.row.change.get("kinds", ())
    found = [other for other in _options(node.parent) if other.name == name and other.argument is not None]
    if len(found) != 1 or OPAQUE in text or "," in argument or not found[0].params:
        return shown, ()
    first = found[0].params[0]
    if first.kind != IMPLIED or first.value not in kinds:
        return shown, ()
    end = len(found[0].text.text)
    added, removed = found[0].text.replace(end, end, f",{text}"), words.remove(node)
    return shown, (*removed, *added) if added and removed else ()


def _move(match: Match, node: OptionNode, words: Words, fields: Fields) -> tuple[str, tuple[Edit, ...]]:
    """The parameter of a drive given to the only device that has the drive."""
    name, text = match.row.change["move"], fields["value"]
    param, drive = Given(node).param(match.name), node.value("id")
    devices = [other for other in _options(node.parent) if other.name == "-device" and drive is not None]
    users = [
        device
        for device in devices
        if drive is not None and (used := device.value("drive")) and used.text == drive.text
    ]
    shown = f"-device …,{name}={text}".replace(OPAQUE, "…")
    if param is None or len(users) != 1 or drive is None or OPAQUE in text + drive.text or "," in text:
        return shown, ()
    end = len(users[0].text.text)
    added, removed = users[0].text.replace(end, end, f",{name}={text}"), node.remove(param)
    return shown, (*removed, *added) if added and removed else ()


WRITERS: dict[str, Callable[..., tuple[str, tuple[Edit, ...]]]] = {"words": _words, "append": _append, "move": _move}


def _parameter(verb: str, match: Match, node: OptionNode, words: Words, fields: Fields) -> tuple[str, tuple[Edit, ...]]:
    """The parameter written anew, and options that have to stand before this one."""
    template = match.row.change[verb]
    text = "" if verb == "drop" else template.format(**fields)
    before = list(split_options([part.format(**fields) for part in shlex.split(match.row.change.get("before", ""))]))
    edits = _parameter_edits(verb, match, node, text)
    if before:
        inserted = words.insert(node, before)
        edits = (*inserted, *edits) if inserted and edits and OPAQUE not in fields["value"] else ()
    shown = f"{text}={fields['value']}" if verb == "name" else text
    if verb == "value" and not match.row.change.get("by-value"):
        shown = f"{match.name}={text}"
    options = " ".join(word for option in before for word in option)
    return " and ".join(part for part in (options, shown) if part).replace(OPAQUE, "…"), edits


def _parameter_edits(verb: str, match: Match, node: OptionNode, text: str) -> tuple[Edit, ...]:
    param = Given(node).param(match.name)
    if verb == "value" and match.value is not None:
        return match.value.replace(0, len(match.value.text), text)
    if param is None:
        return ()
    if verb == "drop":
        return node.remove(param)
    if verb == "name":
        end = param.start + len(param.key)
        return node.text.replace(param.start, end, text) if param.kind == PAIR else ()
    return () if OPAQUE in text else node.text.replace(param.start, param.end, text)


def _is_given(wanted: str, node: OptionNode) -> bool:
    """Whether another option of the command stands in the way: `-accel`, or `-rtc@base` for one with that parameter."""
    name, _, parameter = wanted.partition("@")
    return any(
        other is not node and other.name == name and (not parameter or other.value(parameter) is not None)
        for other in _options(node.parent)
    )


def _options(command: object) -> Iterator[OptionNode]:
    if isinstance(command, CommandNode):
        yield from (child for child in command.children if isinstance(child, OptionNode))


def _fresh(node: OptionNode, stem: str) -> str:
    """A name that nothing in the command has yet, nor gets when other options of its kind are written anew."""
    command = node.parent
    text = " ".join(word.text for word in command.words) if isinstance(command, CommandNode) else ""
    alike = [other for other in _options(command) if other.name == node.name]
    name = f"{stem}{next((at for at, other in enumerate(alike) if other is node), 0)}"
    while name in text:
        name += "x"
    return name


def _converted(match: Match) -> str | None:
    """The value in the terms of the new form; None where it has no such number."""
    text = "" if match.value is None else match.value.text
    convert = match.row.change.get("convert")
    return text if convert is None else CONVERSIONS[convert](text)


def _milliseconds(text: str) -> str | None:
    return str(int(text) * 1000) if text.isdecimal() and len(text) < 8 else None


def _without_admin_queue(text: str) -> str | None:
    return str(int(text) - 1) if text.isdecimal() and int(text[:8]) > 1 else None


def _host_forward(text: str) -> str | None:
    """`tcp:HOSTPORT:GUEST:PORT`, as -redir has it, as hostfwd= has it."""
    found = REDIRECTION.fullmatch(text)
    return f"{found[1]}::{found[2]}-{found[3]}:{found[4]}" if found else None


def _mebibytes(text: str) -> str | None:
    """What -numa takes for MiB unless it has a unit, as a size that elsewhere is in bytes."""
    return f"{text}M" if text.isdecimal() else text if text[:-1].isdecimal() and text[-1] in "kKmMgGtT" else None


def _decimal(text: str) -> str | None:
    found = HEX_SIZE.fullmatch(text)
    return f"{int(found[1][:16], 16)}{found[2]}" if found else None


CONVERSIONS: dict[str, Callable[[str], str | None]] = {
    "milliseconds": _milliseconds,
    "without-admin-queue": _without_admin_queue,
    "mebibytes": _mebibytes,
    "host-forward": _host_forward,
    "decimal": _decimal,
}
