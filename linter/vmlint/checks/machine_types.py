"""Rules on machine types that QEMU names after its releases, in domain XML and on command lines."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding, names_systems, only_if
from ..model import Node
from ..qemu.machine_kinds import kind_of_machine
from ..qemu.machine_types import MachineType, current_types, is_of_distribution, is_versioned, machine_type
from ..qemu.standings import FADES, LACKS, UNKNOWN
from ..source import Value
from ..versions import System, Target, Version, titles

OPTIONS = ("-machine", "-M")
NEWEST = {"i440fx": "pc", "q35": "q35", "virt": "virt", "pseries": "pseries", "s390x": "s390-ccw-virtio"}
"""Names by which all distributions know their newest type of a kind."""


def _has_release(node: Node, _: Context) -> bool:
    """Whether a machine type is given that is named after a release, of QEMU or of a distribution."""
    name = node.plain("type" if node.name in OPTIONS else "machine")
    return name is not None and is_versioned(name)


@only_if(_has_release)
def removed(node: Node, context: Context) -> Iterator[Finding]:
    """A type that an admitted release no longer has."""
    for value, found in _types(node):
        if context.target.admits_from("qemu", found.removed):
            yield _finding(value, found, context)


@only_if(_has_release)
def deprecated(node: Node, context: Context) -> Iterator[Finding]:
    """A type that all admitted releases still have, and one of them warns about."""
    for value, found in _types(node):
        since = found.deprecated
        if (
            since is not None
            and context.target.admits_from("qemu", since)
            and not context.target.admits_from("qemu", found.removed)
        ):
            yield _finding(value, found, context)


@only_if(_has_release)
def too_new(node: Node, context: Context) -> Iterator[Finding]:
    """A type that came after an admitted release."""
    for value, found in _types(node):
        if context.target.admits_before("qemu", found.came):
            yield Finding(value, _fields(value, found, context))


@only_if(_has_release)
def unknown(node: Node, context: Context) -> Iterator[Finding]:
    """A type that is named like QEMU's own and is none of them, where no target is known to have it or to lack it."""
    value, arch = _given(node)
    if value is None or value.opaque:
        return
    name = value.text
    if _systems_with(UNKNOWN, name, arch, context) if context.target.systems else is_of_distribution(name, arch):
        yield Finding(value, {"name": name})


@only_if(names_systems)
def left_out(node: Node, context: Context) -> Iterator[Finding]:
    """A type that the QEMU of a distribution does not have, whatever the release of QEMU has on which it is built."""
    yield from _of_systems(node, LACKS, context)


@only_if(names_systems)
def fading(node: Node, context: Context) -> Iterator[Finding]:
    """A type of its own that a distribution marks as deprecated."""
    yield from _of_systems(node, FADES, context)


def _of_systems(node: Node, wanted: str, context: Context) -> Iterator[Finding]:
    """A type with which some distributions do something. The fix is the name that means the newest of its family."""
    value, arch = _given(node)
    if value is None or value.opaque:
        return
    if found := _systems_with(wanted, value.text, arch, context):
        newest = NEWEST[kind] if (kind := kind_of_machine(value.text, arch)) in NEWEST else ""
        edits = value.replace(0, len(value.text), newest) if newest not in ("", value.text) else ()
        fields = {"name": value.text, "systems": titles(found), "newest": newest}
        yield Finding(value, fields, edits)


def _systems_with(wanted: str, name: str, arch: str, context: Context) -> list[System]:
    """The distributions of the target with which a type has a certain standing."""
    from ..qemu.vendors import standing  # which only a target that names one needs

    return [system for system in context.target.systems if standing(system, name, arch) == wanted]


def _finding(value: Value, found: MachineType, context: Context) -> Finding:
    name, newer = _newer(found, context.target) or ("", None)
    fields = _fields(value, found, context)
    if newer is None:
        return Finding(value, fields)
    return Finding(value, fields | {"newer": name, "since": _text(newer.came)}, value.replace(0, len(value.text), name))


def _newer(found: MachineType, target: Target) -> tuple[str, MachineType] | None:
    """A newer type that all admitted releases have, with its name: the newest of those that none of them deprecates, or
    for what is removed of those that none of them removed. Where nobody named releases it is the oldest of them, which
    the most hosts have."""
    oldest, newest = target.of("qemu")[0], target.of("qemu")[-1]
    known = [named for named in current_types(found.family) if found.came < named[1].came <= oldest]
    lasting = [named for named in known if newest < (named[1].deprecated or named[1].removed)]
    fits = lasting or [named for named in known if found.removed <= newest < named[1].removed]
    return fits[-1 if target.names_qemu else 0] if fits else None


def _fields(value: Value, found: MachineType, context: Context) -> dict[str, str]:
    return {
        "name": value.text,
        "came": _text(found.came),
        "deprecated": _text(found.deprecated or found.removed),
        "removed": _text(found.removed),
        "oldest": _text(context.target.of("qemu")[0]),
    }


def _types(node: Node) -> Iterator[tuple[Value, MachineType]]:
    """The machine type that an element or option names, if it is one of QEMU's versioned ones."""
    value, arch = _given(node)
    found = machine_type(value.text, arch) if value is not None else None
    if value is not None and found is not None:
        yield value, found


def _given(node: Node) -> tuple[Value | None, str]:
    """The machine type that a `<type>`, -M or -machine gives, and the architecture, '' where it is not told."""
    if node.name in OPTIONS:
        from ..qemu.machines import arch_of  # which no XML needs

        return node.value("type"), arch_of(node.parent)
    arch = node.value("arch")
    return node.value("machine"), "" if arch is None or arch.opaque else arch.text


def _text(version: Version) -> str:
    return ".".join(map(str, version))
