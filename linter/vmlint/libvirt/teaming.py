"""The two sides of a NIC teaming pair in a domain."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Node

VIRTIO_MODELS = ("virtio", "virtio-transitional", "virtio-non-transitional")
"""Models libvirt accepts on the persistent side (6.1 and later; measured on 7.0, 9.0 and 11.3)."""


def interfaces(domain: Node) -> Iterator[Node]:
    """The interfaces of a domain in the order of the file."""
    devices = domain.child("devices")
    return (node for node in devices.children if node.name == "interface") if devices else iter(())


def persistent_side(domain: Node, transient: Node) -> Node | None:
    """The persistent interface that a transient one names, if it is beyond doubt: exactly one has that alias."""
    wanted = known_text(transient, "teaming@persistent")
    named = [
        interface
        for interface in interfaces(domain)
        if known_text(interface, "teaming@type") == "persistent" and known_text(interface, "alias@name") == wanted
    ]
    return named[0] if wanted and len(named) == 1 else None


def known_text(node: Node, path: str) -> str:
    """The text at a path, or nothing where there is none or it is partly unknown."""
    value = node.get(path)
    return "" if value is None or value.opaque else value.text
