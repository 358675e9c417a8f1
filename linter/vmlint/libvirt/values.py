"""Reading values that may be missing or partly unknown."""

from __future__ import annotations

from ..model import Node
from ..source import Value

OF_QEMU = ("kvm", "qemu", "hvf")
"""Types of domains that libvirt hands to its driver of QEMU."""


def known_text(node: Node, path: str) -> str:
    """The text at a path, or nothing where there is none or it is partly unknown."""
    value = node.get(path)
    return "" if value is None or value.opaque else value.text


def is_unknown(node: Node, path: str) -> bool:
    """Whether there is a value at a path that is partly unknown."""
    value = node.get(path)
    return value is not None and value.opaque


def is_for_qemu(domain: Node) -> bool:
    """Whether it is libvirt's driver of QEMU that a domain is for."""
    return known_text(domain, "@type") in OF_QEMU


def known_number(node: Node, path: str) -> int | None:
    """The number at a path, or None where there is none that is known."""
    return number_of(node.get(path))


def number_of(value: Value | None) -> int | None:
    """The number that a value is, or None where it is none, or none that is known."""
    text = "" if value is None else value.text.strip()
    return int(text) if text.isdecimal() and len(text) < 12 else None
