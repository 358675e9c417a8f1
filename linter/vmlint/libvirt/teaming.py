"""The two sides of a NIC teaming pair in a domain."""

from __future__ import annotations

from functools import lru_cache

from ..model import Node

VIRTIO_MODELS = ("virtio", "virtio-transitional", "virtio-non-transitional")
"""Models libvirt accepts on the persistent side (6.1 and later; measured on 7.0, 9.0 and 11.3)."""
RTL8139_ARCHITECTURES = ("x86_64", "i686")
"""Where libvirt fills in `rtl8139` for a missing model (measured on x86_64); on other machines it may be virtio."""


def persistent_side(domain: Node, transient: Node) -> Node | None:
    """The persistent interface that a transient one names, if it is beyond doubt: exactly one has that alias."""
    named = _persistent_by_alias(domain).get(known_text(transient, "teaming@persistent"), [])
    return named[0] if len(named) == 1 else None


@lru_cache(maxsize=1)  # a domain is asked once for each of its transient interfaces
def _persistent_by_alias(domain: Node) -> dict[str, list[Node]]:
    devices = domain.child("devices")
    found: dict[str, list[Node]] = {}
    for node in devices.children if devices else ():
        if node.name == "interface" and known_text(node, "teaming@type") == "persistent":
            alias = known_text(node, "alias@name")
            if alias:
                found.setdefault(alias, []).append(node)
    return found


def default_model_is_virtio(domain: Node) -> bool | None:
    """Whether libvirt makes an interface without a model a virtio one; None where that is not known."""
    return False if known_text(domain, "os/type@arch") in RTL8139_ARCHITECTURES else None


def known_text(node: Node, path: str) -> str:
    """The text at a path, or nothing where there is none or it is partly unknown."""
    value = node.get(path)
    return "" if value is None or value.opaque else value.text
