"""Rules on what distributions leave out of their QEMU, or have elsewhere, in domain XML and on command lines."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding, names_systems, only_if
from ..light_typing import TYPE_CHECKING, cast
from ..model import Node
from ..source import Value
from ..versions import titles

if TYPE_CHECKING:
    from ..qemu.commandline import CommandNode

COMMAND = "qemu"
"""The name of the node of a command line."""
PATH = "/usr/bin"
"""Where a shell finds programs."""
NAMED_AFTER = {"amd64": "x86_64", "i686": "i386", "armv7l": "arm", "armv6l": "arm", "ppc64le": "ppc64"}
"""Architectures whose emulator is called otherwise."""


@only_if(names_systems)
def left_out(node: Node, context: Context) -> Iterator[Finding]:
    """What a QEMU of the target is built without."""
    from ..qemu import left_out as facts

    for place, row, found in facts.left_out_of(context.target.systems).get(node.name, ()):
        value = row.fits(node)
        if value is not None and _place(node, context.root) == place:
            named = f"'{value.text}'" if row.values else node.name
            instead = f"; use {row.instead}" if row.instead else ""
            fields = {"systems": titles(found), "what": row.what, "name": named, "instead": instead}
            yield Finding(value if row.values else node, fields)


@only_if(names_systems)
def emulator_elsewhere(node: Node, context: Context) -> Iterator[Finding]:
    """An emulator whose path is that of another distribution."""
    from ..qemu import left_out as facts

    systems, value = context.target.systems, _emulator(node)
    path = "" if value is None or value.opaque else value.text.strip()
    for row in facts.emulators() if systems and path else ():
        found = row.scope.among(systems)
        if value is not None and found and row.paths.fullmatch(path if "/" in path else f"{PATH}/{path}"):
            instead = row.instead.format(arch=_arch(node, context.root))
            start = value.text.find(path)
            edits = value.replace(start, start + len(path), instead) if len(found) == len(systems) else ()
            yield Finding(value, {"systems": titles(found), "name": path, "instead": instead}, edits)


def _emulator(node: Node) -> Value | None:
    """What names the emulator: `<emulator>`, or the program of a command line."""
    return cast("CommandNode", node).program if node.name == COMMAND else node.text


def _arch(node: Node, root: Node) -> str:
    """The architecture by which an emulator is called."""
    if node.name == COMMAND:
        from ..qemu.machines import arch_of  # which no XML needs

        return arch_of(node) or "x86_64"
    given = root.get("os/type@arch")
    arch = "x86_64" if given is None or given.opaque else given.text
    return NAMED_AFTER.get(arch, arch)


def _place(node: Node, root: Node) -> str:
    """An option's name, or the path of an element."""
    if node.name.startswith("-"):
        return node.name
    return node.name if node == root or node.parent is None else f"{_place(node.parent, root)}/{node.name}"
