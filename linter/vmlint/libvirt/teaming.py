"""The two sides of a NIC teaming pair in a domain, and how libvirt and QEMU tie them together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..model import Node, Value

VIRTIO_MODELS = ("virtio", "virtio-transitional", "virtio-non-transitional")
"""Models libvirt accepts on the persistent side (6.1 and later; measured on 7.0, 9.0 and 11.3)."""


class Pair(NamedTuple):
    """A transient device and the one persistent interface whose alias it names."""

    persistent: Node
    transient: Node
    alias: str


def interfaces(domain: Node) -> Iterator[Node]:
    """The interfaces of a domain in the order of the file."""
    devices = domain.child("devices")
    return (node for node in devices.children if node.name == "interface") if devices else iter(())


def pairs(domain: Node) -> Iterator[Pair]:
    """Pairs of interfaces that belong together beyond doubt: the alias named is that of exactly one persistent one."""
    persistent: dict[str, list[Node]] = {}
    transient: list[tuple[str, Node]] = []
    for interface in interfaces(domain):
        role, alias, name = (
            _text(interface.get(path)) for path in ("teaming@type", "alias@name", "teaming@persistent")
        )
        if role == "persistent" and alias:
            persistent.setdefault(alias, []).append(interface)
        elif role == "transient" and name:
            transient.append((name, interface))
    for name, interface in transient:
        if len(persistent.get(name, ())) == 1:
            yield Pair(persistent[name][0], interface, name)


def _text(value: Value | None) -> str:
    return "" if value is None or value.opaque else value.text
