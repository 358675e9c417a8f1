"""Rules on what the schemas allow: libxml2 gives the verdict, and only a document that fails is explained."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ..finding import Context, Finding
from ..libvirt.schema import is_valid
from ..libvirt.schema_explain import Mistake, mistakes
from ..model import Node
from ..versions import parse


def unknown_element(node: Node, context: Context) -> Iterable[Finding]:
    """Elements that libvirt does not know where they stand."""
    return _findings(node, "unknown-element")


def unknown_attribute(node: Node, context: Context) -> Iterable[Finding]:
    """Attributes that libvirt does not know where they stand."""
    return _findings(node, "unknown-attribute")


def wrong_value(node: Node, context: Context) -> Iterable[Finding]:
    """Values that an attribute or element cannot have."""
    return _findings(node, "wrong-value")


def missing_element(node: Node, context: Context) -> Iterable[Finding]:
    """Elements without a child that they must have."""
    return _findings(node, "missing-element")


def missing_attribute(node: Node, context: Context) -> Iterable[Finding]:
    """Elements without an attribute that they must have."""
    return _findings(node, "missing-attribute")


def doubled_element(node: Node, context: Context) -> Iterable[Finding]:
    """Elements that stand twice where libvirt reads one."""
    return _findings(node, "doubled-element")


def stray_text(node: Node, context: Context) -> Iterable[Finding]:
    """Text between elements."""
    return _findings(node, "stray-text")


def too_old(node: Node, context: Context) -> Iterable[Finding]:
    """What the oldest admitted libvirt does not have."""
    oldest = context.target.libvirt[0]
    if oldest >= NEWEST_KNOWN:
        return []
    wanting = [m for m in mistakes(node) if m.kind == "too-old" and oldest <= parse(m.fields["after"])]
    return [Finding(m.at, m.fields) for m in wanting]


NEWEST_KNOWN = (12,)
"""From here on nothing in the schemas is too new for a libvirt."""


def _findings(node: Node, kind: str) -> list[Finding]:
    return [_finding(mistake) for mistake in _explained(node) if mistake.kind == kind]


@lru_cache(maxsize=1)
def _explained(root: Node) -> list[Mistake]:
    """What is wrong with a document; several rules ask for the same one."""
    return [] if is_valid(root) else mistakes(root)


def _finding(mistake: Mistake) -> Finding:
    notes = (("first", mistake.first),) if mistake.first else ()
    return Finding(mistake.at, mistake.fields, mistake.edits, mistake.variant, notes)
