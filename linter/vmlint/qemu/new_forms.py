"""Writes the new form that a row of facts/qemu-deprecations.toml gives, as words to show and as edits."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ..source import OPAQUE, Edit
from .commandline import CommandNode, OptionNode
from .conversions import CONVERSIONS, PARAMETERS
from .deprecation_words import NewForm
from .deprecations import Match
from .machines import arch_of, is_other_machine, kind_of_command
from .old_forms import Given
from .optstring import IMPLIED, PAIR, Param
from .paramvalues import doubled
from .rewrite import ARGUMENT, Words, split_options

VERBS = ("append", "move", "words", "value", "name", "pair", "json", "drop")
"""What a row may do: take the option out and add a parameter to another one (where there is none, put `words` in its
place); take a parameter out and give it to the device of the drive; put options in the place of the whole one; another
value, name or parameter in the place of a parameter, or another value of one in JSON; or take that out."""
NAME_END = re.compile(r"[,=:]")


Fields = dict[str, Any]


def new_form(match: Match, node: OptionNode, words: Words) -> NewForm | None:
    """The new form of what an option matches; None where its row has none, or none for this value."""
    change = match.row.change
    verb = next((verb for verb in VERBS if verb in change), None)
    value = _converted(match)
    if verb is None or value is None:
        return None
    fields: Fields = {
        "value": value if verb == "value" or change.get("convert") in PARAMETERS else doubled(value),
        "rest": match.rest,
        "fresh": _fresh(node, change.get("fresh", "new")),
        "argument": ARGUMENT,
        "given": {param.key: doubled(param.value) for param in node.params},
        "netdev": _only_netdev(node),
    }
    text, edits = (
        WRITERS[verb](match, node, words, fields) if verb in WRITERS else _parameter(verb, match, node, words, fields)
    )
    if verb == "append" and not edits and "words" in change:
        text, edits = _words(match, node, words, fields)
    if "machines" not in change:
        return NewForm(text, edits, True)
    kind = kind_of_command(node.parent)
    if kind not in change["machines"] and (kind or is_other_machine(node.parent)):
        return None
    return NewForm(text, edits, bool(kind))


def _words(match: Match, node: OptionNode, words: Words, fields: Fields) -> tuple[str, tuple[Edit, ...]]:
    template = match.row.change["words"]
    options = list(split_options([part.format(**fields) for part in shlex.split(template)]))
    argument = "" if node.argument is None else node.argument.text
    shown = template.format(**fields | {"argument": argument}).replace(OPAQUE, "…")
    is_written = not any(OPAQUE in word for option in options for word in option)
    is_kept = not any(ARGUMENT in word for option in options[:-1] for word in option)
    is_free = not any(_is_given(other, node) for other in match.row.change.get("unless", ()))
    edits = words.replace(node, options) if is_written and is_kept and is_free else ()
    return (shown, edits) if "with" not in match.row.change else _with_another(match, node, words, fields, shown, edits)


def _with_another(
    match: Match, node: OptionNode, words: Words, fields: Fields, shown: str, edits: tuple[Edit, ...]
) -> tuple[str, tuple[Edit, ...]]:
    """The same, with the only other option of a name written anew too."""
    name, template = match.row.change["with"]
    found = _named(node, name)
    file = found[0].text.text if len(found) == 1 and found[0].argument is not None else OPAQUE
    fields = fields | {"file": doubled(file)}
    (option,) = split_options([part.format(**fields) for part in shlex.split(template)])
    another = words.replace(found[0], [option]) if OPAQUE not in file else ()
    shown = f"{' '.join(option)} {shown}".replace(OPAQUE, "…")
    return shown, (*another, *edits) if another and edits else ()


def _append(match: Match, node: OptionNode, words: Words, fields: Fields) -> tuple[str, tuple[Edit, ...]]:
    """One parameter more for the only option of a kind; its row says for which kinds it is one."""
    name, parameter = match.row.change["append"]
    argument = "" if node.argument is None else node.argument.text
    text = parameter.format(**fields | {"argument": argument})
    shown = f"{name} …,{text}".replace(OPAQUE, "…")
    kinds = match.row.change.get("kinds", ())
    found = _named(node, name)
    if len(found) != 1 or found[0].argument is None or OPAQUE in text or "," in argument or not found[0].params:
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
    if "device" in match.row.change:
        return _own_device(match, node, words, fields)
    param, drive = Given(node).param(match.name), node.value("id")
    command = node.parent
    users = _users(command).get(drive.text, []) if drive is not None and isinstance(command, CommandNode) else []
    shown = f"-device …,{name}={text}".replace(OPAQUE, "…")
    if param is None or len(users) != 1 or drive is None or OPAQUE in text + drive.text or "," in text:
        return shown, ()
    end = len(users[0].text.text)
    added, removed = users[0].text.replace(end, end, f",{name}={text}"), node.remove(param)
    return shown, (*removed, *added) if added and removed else ()


def _own_device(match: Match, node: OptionNode, words: Words, fields: Fields) -> tuple[str, tuple[Edit, ...]]:
    """The device that a drive makes by itself made by an option, and the parameter given to it."""
    param, kind, drive = Given(node).param(match.name), node.value("if"), node.value("id")
    id_ = fields["fresh"] if drive is None else doubled(drive.text)
    device = ["-device", f"{match.row.change['device']},drive={id_},{match.row.change['move']}={fields['value']}"]
    if param is None or OPAQUE in node.text.text:
        return " ".join(device).replace(OPAQUE, "…"), ()
    added = [part for part, is_missing in (("if=none", kind is None), (f"id={id_}", drive is None)) if is_missing]
    end = len(node.text.text)
    inserted, removed = words.insert(node, [device]), node.remove(param)
    other = () if kind is None else kind.replace(0, len(kind.text), "none")
    ended = node.text.replace(end, end, "".join(f",{part}" for part in added)) if added else ()
    shown = f"-drive …,if=none,id={id_} {' '.join(device)}"
    is_done = inserted and removed and (kind is None or other) and (not added or ended)
    return shown, (*inserted, *removed, *other, *ended) if is_done else ()


@lru_cache(maxsize=1)
def _users(command: CommandNode) -> dict[str, list[OptionNode]]:
    """The devices of a command by the drives that they have."""
    found: dict[str, list[OptionNode]] = {}
    for device in command.named("-device"):
        drive = device.value("drive")
        if drive is not None:
            found.setdefault(drive.text, []).append(device)
    return found


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
    return "' and '".join(part for part in (options, shown) if part).replace(OPAQUE, "…"), edits


def _parameter_edits(verb: str, match: Match, node: OptionNode, text: str) -> tuple[Edit, ...]:
    param = Given(node).param(match.name)
    if verb == "json":
        found = re.search(rf'"{re.escape(match.name)}"\s*:\s*("")', node.text.text)
        return node.text.replace(*found.span(1), text) if found else ()
    if verb == "value" and match.value is not None:
        return match.value.replace(0, len(match.value.text), text)
    if param is None or verb == "drop":
        return node.remove(param) if param else ()
    if verb == "name":
        end = param.start + len(param.key)
        return node.text.replace(param.start, end, text) if param.kind == PAIR else ()
    return _pair_edits(match, node, param, text)


def _pair_edits(match: Match, node: OptionNode, param: Param, text: str) -> tuple[Edit, ...]:
    """Another parameter in the place of one; a value that stays keeps its bytes."""
    change = match.row.change
    before = change["pair"].removesuffix("{value}")
    if param.value_ranges and before != change["pair"] and "convert" not in change:
        return node.text.replace(param.start, param.value_ranges[0][0], before)
    return () if OPAQUE in text else node.text.replace(param.start, param.end, text)


def _only_netdev(node: OptionNode) -> str:
    """The name of the only -netdev of a command; opaque where that is not known."""
    found = _named(node, "-netdev")
    value = found[0].value("id") if len(found) == 1 else None
    return OPAQUE if value is None else doubled(value.text)


def _is_given(wanted: str, node: OptionNode) -> bool:
    """Whether another option of the command may stand in the way: `-accel`, or `-rtc@base` for one with that parameter.

    Only the program `qemu-system-ARCH` has TCG where no accelerator is given: `qemu-kvm` has KVM, and to options alone
    whoever starts QEMU adds one.
    """
    command = node.parent
    if (isinstance(command, CommandNode) and command.takes_more) or (wanted == "-accel" and not arch_of(command)):
        return True
    name, _, parameter = wanted.partition("@")
    others = (other for other in _named(node, name) if other is not node)
    return any(not parameter or other.value(parameter) is not None for other in others)


def _named(node: OptionNode, name: str) -> list[OptionNode]:
    return node.parent.named(name) if isinstance(node.parent, CommandNode) else []


def _fresh(node: OptionNode, stem: str) -> str:
    """A name that nothing in the command has yet, nor gets when other options of its kind are written anew."""
    command = node.parent
    if not isinstance(command, CommandNode):
        return stem
    name, used = f"{stem}{command.ranks[node]}", _names(command)
    while name in used:
        name += "x"
    return name


@lru_cache(maxsize=1)
def _names(command: CommandNode) -> frozenset[str]:
    """All that may be a name in a command line."""
    return frozenset(part for word in command.words for part in NAME_END.split(word.text))


def _converted(match: Match) -> str | None:
    """The value in the terms of the new form; None where it has no such number."""
    text = "" if match.value is None else match.value.text
    convert = match.row.change.get("convert")
    return text if convert is None else (CONVERSIONS | PARAMETERS)[convert](text)
