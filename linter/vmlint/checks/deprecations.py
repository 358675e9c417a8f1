"""Rules on what QEMU deprecated and removed; facts/qemu-deprecations.toml says what that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from ..finding import Context, Finding
from ..model import Node
from ..qemu.commandline import CommandNode, OptionNode
from ..qemu.cpu import cpu_parts
from ..qemu.deprecations import Match, Row, matches, named
from ..qemu.machines import arch_of
from ..source import Value
from ..versions import Target, Version

if TYPE_CHECKING:
    from ..qemu.new_forms import NewForm
    from ..qemu.rewrite import Words

REMOVED, DEPRECATED = "removed", "deprecated"


def removed_option(node: Node, context: Context) -> Iterator[Finding]:
    """An option that an admitted release no longer has."""
    yield from _options("option", REMOVED, node, context)


def deprecated_option(node: Node, context: Context) -> Iterator[Finding]:
    """An option that goes."""
    yield from _options("option", DEPRECATED, node, context)


def removed_parameter(node: Node, context: Context) -> Iterator[Finding]:
    """A parameter that an admitted release refuses."""
    yield from _options("parameter", REMOVED, node, context)


def deprecated_parameter(node: Node, context: Context) -> Iterator[Finding]:
    """A parameter that goes."""
    yield from _options("parameter", DEPRECATED, node, context)


def removed_backend(node: Node, context: Context) -> Iterator[Finding]:
    """A backend or driver that an admitted release no longer has."""
    yield from _options("backend", REMOVED, node, context)


def deprecated_backend(node: Node, context: Context) -> Iterator[Finding]:
    """A backend or driver that goes."""
    yield from _options("backend", DEPRECATED, node, context)


def removed_device(node: Node, context: Context) -> Iterator[Finding]:
    """A device that an admitted release no longer has."""
    yield from _options("device", REMOVED, node, context)


def deprecated_device(node: Node, context: Context) -> Iterator[Finding]:
    """A device that goes."""
    yield from _options("device", DEPRECATED, node, context)


def removed_machine(node: Node, context: Context) -> Iterator[Finding]:
    """A machine type without a release in its name that an admitted release no longer has."""
    yield from _names("machine", REMOVED, *_machine(node), context)


def deprecated_machine(node: Node, context: Context) -> Iterator[Finding]:
    """A machine type without a release in its name that goes."""
    yield from _names("machine", DEPRECATED, *_machine(node), context)


def removed_cpu(node: Node, context: Context) -> Iterator[Finding]:
    """A CPU model that an admitted release no longer has."""
    yield from _names("cpu", REMOVED, *_cpu(node), context)


def deprecated_cpu(node: Node, context: Context) -> Iterator[Finding]:
    """A CPU model that goes."""
    yield from _names("cpu", DEPRECATED, *_cpu(node), context)


def removed_cpu_feature(node: Node, context: Context) -> Iterator[Finding]:
    """A feature of a CPU that an admitted release refuses."""
    for value, arch in _features(node):
        yield from _names("cpu-feature", REMOVED, value, value.text, arch, context)


def deprecated_cpu_feature(node: Node, context: Context) -> Iterator[Finding]:
    """A feature of a CPU that goes."""
    for value, arch in _features(node):
        yield from _names("cpu-feature", DEPRECATED, value, value.text, arch, context)


def removed_emulator(node: Node, context: Context) -> Iterator[Finding]:
    """An emulator that an admitted release does not come with."""
    value = _emulator(node)
    if value is not None:
        yield from _names("emulator", REMOVED, value, value.text.rpartition("qemu-system-")[2], "", context)


def _machine(node: Node) -> tuple[Value | None, str, str]:
    if isinstance(node, OptionNode):
        value, arch = node.value("type"), arch_of(node.parent)
    else:
        given = node.value("arch")
        value, arch = node.value("machine"), "" if given is None else given.text
    return value, value.text if value is not None else "", arch


def _cpu(node: Node) -> tuple[Value | None, str, str]:
    if isinstance(node, OptionNode):
        value = cpu_parts(node.text)[0] if node.argument is not None else None
        arch = arch_of(node.parent)
    else:
        value, arch = node.text, ""
    return value, value.text.strip() if value is not None else "", arch


def _features(node: Node) -> Iterator[tuple[Value, str]]:
    if isinstance(node, OptionNode) and node.argument is not None:
        yield from ((value, arch_of(node.parent)) for value in cpu_parts(node.argument)[1:])
    elif not isinstance(node, OptionNode) and (name := node.value("name")) is not None:
        yield name, ""


def _emulator(node: Node) -> Value | None:
    """The text that names an emulator: a command's program, an `<emulator>`, or the architecture of a domain."""
    if isinstance(node, CommandNode):
        return node.program
    return node.text if node.name == "emulator" else node.value("arch")


def _names(kind: str, state: str, value: Value | None, name: str, arch: str, context: Context) -> Iterator[Finding]:
    """A name that a row is about; where it is written anew it is replaced as a whole."""
    match = named(kind, name, arch) if value is not None and name else None
    if match is None or value is None or match.row.state(context.target) != state:
        return
    from ..qemu.new_forms import NewForm  # which only what is found needs

    template = match.row.change.get("value")
    new = None if template is None else template.format(rest=match.rest)
    start = value.text.find(name)
    edits = value.replace(start, start + len(name), new) if new else ()
    form = NewForm(new, edits, True) if new else None
    fields = _fields(match.row, name, "", form, context.target)
    yield Finding(value, fields, edits, "board" if kind == "machine" else "", safety=_safety(match.row, form, context))


def _options(kind: str, state: str, node: Node, context: Context) -> Iterator[Finding]:
    """What an option has of a kind that is in a state on the admitted releases."""
    if not isinstance(node, OptionNode):
        return
    for match in matches(kind, node):
        if match.row.state(context.target, node.parent) == state:
            from ..qemu.new_forms import new_form

            form = new_form(match, node, _words(node, context))
            fields = _fields(match.row, _written(match, node), node.name, form, context.target)
            edits = () if form is None else form.edits
            yield Finding(_place(match, node), fields, edits, safety=_safety(match.row, form, context))


def _words(node: OptionNode, context: Context) -> Words:
    from ..qemu.rewrite import Words

    found = context.memo.get("words")
    if not isinstance(found, Words):
        found = context.memo["words"] = Words(context.source, cast(CommandNode, node.parent))
    return found


def _written(match: Match, node: OptionNode) -> str:
    """What is objected to, as people write it."""
    if not match.name:
        shown = f"{node.name} {node.text.text}" if match.row.values is not None else node.name
        return shown if match.value is None or not match.value.opaque else node.name
    if match.row.values is None:
        return f"{match.name}="
    return match.value.text if match.value is not None and match.row.change.get("by-value") else _pair(match)


def _pair(match: Match) -> str:
    text = match.value.text if match.value is not None else ""
    return f"{match.name}={text}" if match.name else text


def _place(match: Match, node: OptionNode) -> Value:
    if match.name and match.value is not None:
        return match.value if match.value.text else node.text
    return node.word


def _safety(row: Row, form: NewForm | None, context: Context) -> str | None:
    if form is None:
        return None
    if context.target.admits_before("qemu", row.works):
        return "shown"
    return "unsafe" if not form.is_sure else row.change.get("safety")


def _fields(row: Row, old: str, option: str, form: NewForm | None, target: Target) -> dict[str, str]:
    """What the messages tell: what is old, in which option, its releases, and what to do."""
    return {
        "old": old,
        "option": option,
        "deprecated": _text(row.deprecated),
        "removed": _text(row.removed),
        "new": _new(form),
        "remedy": _remedy(row, form, target),
        "course": _course(row, target),
    }


def _course(row: Row, target: Target) -> str:
    """How a deprecation goes on."""
    if row.kept_by is not None and row.removed is not None and target.admits_from("qemu", row.removed):
        return f", and taken with machine types before {_text(row.kept_by)} only"
    gone = f" and goes in {_text(row.removed)}" if row.removed else f" until {_text(row.until)}" if row.until else ""
    return f"{gone}, without a warning from QEMU" if row.silent else gone


def _new(form: NewForm | None) -> str:
    if form is None:
        return ""
    return f"Write '{form.text}'" if form.text else "Leave it out"


def _remedy(row: Row, form: NewForm | None, target: Target) -> str:
    instead = row.change.get("instead")
    if form is None:
        return f"; {instead}" if instead else ""
    words = f"write '{form.text}'" if form.text else "leave it out"
    since = f", which QEMU {_text(row.works)} and later take" if target.admits_before("qemu", row.works) else ""
    return f"; {words}{since}"


def _text(version: Version | None) -> str:
    return "" if version is None else ".".join(map(str, version))
