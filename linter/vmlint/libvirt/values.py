"""Reading values that may be missing or partly unknown."""

from __future__ import annotations

from ..model import Node


def known_text(node: Node, path: str) -> str:
    """The text at a path, or nothing where there is none or it is partly unknown."""
    value = node.get(path)
    return "" if value is None or value.opaque else value.text


def is_unknown(node: Node, path: str) -> bool:
    """Whether there is a value at a path that is partly unknown."""
    value = node.get(path)
    return value is not None and value.opaque
