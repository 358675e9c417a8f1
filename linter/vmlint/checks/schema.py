"""Rules on what the schemas allow: libxml2 gives the verdict, and only a document that fails is explained."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from ..finding import Context, Finding
from ..libvirt.schema import is_valid
from ..model import Node
from ..versions import parse

if TYPE_CHECKING:
    from ..libvirt.schema_explain import Mistake

MEMO, STATUS = "schema", "domstatus"
UNCERTAIN = ("doubled-element", "missing-element", "missing-attribute", "stray-text")
"""What a template may well have, whose branches stand one beside another, and which is valid once it is filled in."""
NEWEST_KNOWN = (12,)
"""From here on nothing in the schemas is too new for a libvirt."""


def unknown_element(node: Node, context: Context) -> Iterable[Finding]:
    """Elements that libvirt does not know where they stand."""
    return _findings(node, context, "unknown-element")


def unknown_attribute(node: Node, context: Context) -> Iterable[Finding]:
    """Attributes that libvirt does not know where they stand."""
    return _findings(node, context, "unknown-attribute")


def wrong_value(node: Node, context: Context) -> Iterable[Finding]:
    """Values that an attribute or element cannot have."""
    return _findings(node, context, "wrong-value")


def missing_element(node: Node, context: Context) -> Iterable[Finding]:
    """Elements without a child that they must have."""
    return _findings(node, context, "missing-element")


def missing_attribute(node: Node, context: Context) -> Iterable[Finding]:
    """Elements without an attribute that they must have."""
    return _findings(node, context, "missing-attribute")


def doubled_element(node: Node, context: Context) -> Iterable[Finding]:
    """Elements that stand twice where libvirt reads one."""
    return _findings(node, context, "doubled-element")


def stray_text(node: Node, context: Context) -> Iterable[Finding]:
    """Text between elements."""
    return _findings(node, context, "stray-text")


def qemu_namespace_missing(node: Node, context: Context) -> Iterable[Finding]:
    """Arguments for QEMU that libvirt drops, because it knows them by their namespace."""
    return _findings(node, context, "qemu-namespace-missing")


def too_old(node: Node, context: Context) -> Iterable[Finding]:
    """What the oldest admitted libvirt does not have."""
    oldest = context.target.libvirt[0]
    if oldest >= NEWEST_KNOWN:
        return []
    from ..libvirt.schema_explain import mistakes

    wanting = [m for m in mistakes(node) if m.kind == "too-old" and oldest <= parse(m.fields["after"])]
    return [Finding(m.at, m.fields) for m in wanting]


def _findings(root: Node, context: Context, kind: str) -> Iterable[Finding]:
    found = cast("list[Mistake] | None", context.memo.get(MEMO))
    if found is None:
        found = context.memo[MEMO] = _explained(root)
    return [_finding(mistake) for mistake in found if mistake.kind == kind] if found else ()


def _explained(root: Node) -> list[Mistake]:
    """What is wrong with a document. In its own status files libvirt keeps more than the format has."""
    around = root.element.getparent()
    if (around is not None and around.tag == STATUS) or is_valid(root):
        return []
    from ..libvirt.schema_explain import mistakes

    found = mistakes(root)
    return [mistake for mistake in found if mistake.kind not in UNCERTAIN] if root.is_of_template else found


def _finding(mistake: Mistake) -> Finding:
    notes = (("first", mistake.first),) if mistake.first else ()
    return Finding(mistake.at, mistake.fields, mistake.edits, mistake.variant, notes)
