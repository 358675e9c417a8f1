"""Rules on names that QEMU no longer knows or will forget: of machines, CPU models and their features, emulators.

They stand in domain XML as on command lines; what only these need is loaded for them alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding, only_if
from ..libvirt.values import known_text
from ..light_typing import TYPE_CHECKING, NamedTuple, cast
from ..model import Node
from ..qemu.deprecation_words import NewForm, fields_of, safety_of
from ..qemu.deprecations import Match, is_named, named
from ..source import Value

if TYPE_CHECKING:
    from ..qemu.commandline import CommandNode, OptionNode

REMOVED, DEPRECATED = "removed", "deprecated"
COMMAND = "qemu"
"""The name of the node of a command line."""


def _may_be_machine(node: Node, _: Context) -> bool:
    """Whether rows name the machine type that an element or option gives, on some architecture."""
    name = node.plain("type" if _is_option(node) else "machine")
    return name is not None and is_named("machine", name)


@only_if(_may_be_machine)
def removed_machine(node: Node, context: Context) -> Iterator[Finding]:
    """A machine type without a release in its name that an admitted release no longer has."""
    yield from _names("machine", REMOVED, _machine(node), context)


@only_if(_may_be_machine)
def deprecated_machine(node: Node, context: Context) -> Iterator[Finding]:
    """A machine type without a release in its name that goes."""
    yield from _names("machine", DEPRECATED, _machine(node), context)


def removed_cpu(node: Node, context: Context) -> Iterator[Finding]:
    """A CPU model that an admitted release no longer has."""
    yield from _names("cpu", REMOVED, _cpu(node, context), context)


def deprecated_cpu(node: Node, context: Context) -> Iterator[Finding]:
    """A CPU model that goes."""
    yield from _names("cpu", DEPRECATED, _cpu(node, context), context)


def removed_cpu_feature(node: Node, context: Context) -> Iterator[Finding]:
    """A feature of a CPU that an admitted release refuses."""
    for given in _features(node, context):
        yield from _names("cpu-feature", REMOVED, given, context)


def deprecated_cpu_feature(node: Node, context: Context) -> Iterator[Finding]:
    """A feature of a CPU that goes."""
    for given in _features(node, context):
        yield from _names("cpu-feature", DEPRECATED, given, context)


def removed_emulator(node: Node, context: Context) -> Iterator[Finding]:
    """An emulator that an admitted release does not come with."""
    yield from _names("emulator", REMOVED, _emulator(node), context)


class Given(NamedTuple):
    """A name that rows may be about, the text in which it stands, and the architecture, '' where that is not told."""

    node: Node
    value: Value | None
    name: str
    arch: str


def _machine(node: Node) -> Given:
    if _is_option(node):
        value, arch = node.value("type"), _arch(node)
    else:
        given = node.value("arch")
        value, arch = node.value("machine"), "" if given is None else given.text
    return Given(node, value, value.text if value is not None else "", arch)


def _cpu(node: Node, context: Context) -> Given:
    if not _is_option(node):
        return Given(node, node.text, node.text.text.strip(), known_text(context.root, "os/type@arch"))
    value = next(iter(_cpu_parts(node)), None)
    return Given(node, value, value.text if value is not None else "", _arch(node))


def _features(node: Node, context: Context) -> Iterator[Given]:
    if _is_option(node):
        yield from (Given(node, value, value.text, _arch(node)) for value in _cpu_parts(node)[1:])
    elif (name := node.value("name")) is not None:
        yield Given(node, name, name.text, known_text(context.root, "os/type@arch"))


def _emulator(node: Node) -> Given:
    """What names an emulator: a command's program, an `<emulator>`, or the architecture of a domain."""
    if node.name == COMMAND:
        value = cast("CommandNode", node).program
    else:
        value = node.text if node.name == "emulator" else node.value("arch")
    return Given(node, value, value.text.rpartition("qemu-system-")[2] if value is not None else "", "")


def _names(kind: str, state: str, given: Given, context: Context) -> Iterator[Finding]:
    """A name that a row is about; where it is written anew it is replaced as a whole."""
    match = named(kind, given.name, given.arch) if given.value is not None and given.name else None
    if match is None or given.value is None or match.row.state(context.target) != state:
        return
    form = _new_name(match, given.value, given, context)
    edits = () if form is None else form.edits
    fields = fields_of(match.row, given.name, "", form, context.target)
    variant = "board" if kind == "machine" else ""
    yield Finding(given.value, fields, edits, variant, safety=safety_of(match.row, form, context.target))


def _new_name(match: Match, value: Value, given: Given, context: Context) -> NewForm | None:
    """What to write for a name: another one, or for a feature of a CPU nothing, and perhaps an option before."""
    change = match.row.change
    rest = _converted(change["convert"], match.rest) if "convert" in change else match.rest
    if rest is None or not ("value" in change or "drop" in change):
        return None
    if "drop" in change:
        return _dropped(change.get("before", "").format(rest=rest), given, context)
    new, start = change["value"].format(rest=rest), value.text.find(given.name)
    fits = _is_option(given.node) or "," not in new
    return NewForm(new, value.replace(start, start + len(given.name), new) if fits else ())


def _dropped(before: str, given: Given, context: Context) -> NewForm:
    """A feature of a CPU taken out, and an option put before, if any."""
    if not _is_option(given.node):
        return NewForm("", ())
    from ..qemu.cpu import without_feature
    from ..qemu.rewrite import words_of

    edits = without_feature(given.node.text, given.name)
    if before and edits:
        words = words_of(context.source, cast("CommandNode", given.node.parent))
        inserted = words.insert(cast("OptionNode", given.node), [before.split()])
        edits = (*inserted, *edits) if inserted else ()
    return NewForm(before, edits)


def _is_option(node: Node) -> bool:
    return node.name.startswith("-")


def _arch(option: Node) -> str:
    from ..qemu.machines import arch_of

    return arch_of(option.parent)


def _cpu_parts(option: Node) -> list[Value]:
    from ..qemu.cpu import cpu_parts

    return cpu_parts(option.text) if cast("OptionNode", option).argument is not None else []


def _converted(convert: str, text: str) -> str | None:
    from ..qemu.conversions import CONVERSIONS

    return CONVERSIONS[convert](text)
