"""Rules on what distributions leave out of their QEMU, or have elsewhere, in domain XML and on command lines."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..model import Node
from ..qemu import left_out as facts
from ..versions import titles

NAMED_AFTER = {"amd64": "x86_64", "i686": "i386", "armv7l": "arm", "armv6l": "arm", "ppc64le": "ppc64"}
"""Architectures whose emulator is called otherwise."""


def left_out(node: Node, context: Context) -> Iterator[Finding]:
    """What a QEMU of the target is built without."""
    systems = context.target.systems
    for row in facts.left_out().get(_place(node, context.root), ()) if systems else ():
        found = row.scope.among(systems)
        value = row.fits(node) if found else None
        if value is not None:
            named = f"'{value.text}'" if row.values else node.name
            instead = f"; use {row.instead}" if row.instead else ""
            fields = {"systems": titles(found), "what": row.what, "name": named, "instead": instead}
            yield Finding(value if row.values else node, fields)


def emulator_elsewhere(node: Node, context: Context) -> Iterator[Finding]:
    """An emulator whose path is that of another distribution."""
    systems, value = context.target.systems, node.text
    path = value.text.strip()
    for row in facts.emulators() if systems and not value.opaque else ():
        found = row.scope.among(systems)
        if found and row.paths.fullmatch(path):
            instead = row.instead.format(arch=_arch(context.root))
            start = value.text.find(path)
            edits = value.replace(start, start + len(path), instead) if len(found) == len(systems) else ()
            yield Finding(value, {"systems": titles(found), "name": path, "instead": instead}, edits)


def _arch(domain: Node) -> str:
    """The architecture by which an emulator is called."""
    given = domain.get("os/type@arch")
    arch = "x86_64" if given is None or given.opaque else given.text
    return NAMED_AFTER.get(arch, arch)


def _place(node: Node, root: Node) -> str:
    """An option's name, or the path of an element."""
    if node.name.startswith("-"):
        return node.name
    return node.name if node == root or node.parent is None else f"{_place(node.parent, root)}/{node.name}"
