"""Rules on what the schemas allow: libxml2 gives the verdict, and only a document that fails is explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..finding import Context, Finding, only_if
from ..libvirt.schema import DESCRIBED, is_valid
from ..light_typing import TYPE_CHECKING, cast
from ..model import Node

if TYPE_CHECKING:
    from ..libvirt.schema_guess import Mistake

STATUS = "domstatus"
FAILS, MISTAKES = "schema fails", "schema mistakes"
"""What the rules leave for each other among the facts of a document."""
UNCERTAIN = ("doubled-element", "missing-element", "missing-attribute", "stray-text")
"""What a template may well have, whose branches stand one beside another, and which is valid once it is filled in."""
LISTED = 1000
"""So many mistakes of one document are listed."""


def _fails(root: Node, context: Context) -> bool:
    """Whether a document is not as its schema says. In its own status files libvirt keeps more than the format has."""
    if FAILS not in context.facts:
        around = root.element.getparent()
        in_status = around is not None and around.tag == STATUS
        context.facts[FAILS] = not in_status and not is_valid(root, len(context.source.data))
    return bool(context.facts[FAILS])


@only_if(_fails)
def unknown_element(node: Node, context: Context) -> Iterable[Finding]:
    """Elements that libvirt does not know where they stand."""
    return _findings(node, context, "unknown-element")


@only_if(_fails)
def unknown_attribute(node: Node, context: Context) -> Iterable[Finding]:
    """Attributes that libvirt does not know where they stand."""
    return _findings(node, context, "unknown-attribute")


@only_if(_fails)
def wrong_value(node: Node, context: Context) -> Iterable[Finding]:
    """Values that an attribute or element cannot have."""
    return _findings(node, context, "wrong-value")


@only_if(_fails)
def missing_element(node: Node, context: Context) -> Iterable[Finding]:
    """Elements without a child that they must have."""
    return _findings(node, context, "missing-element")


@only_if(_fails)
def missing_attribute(node: Node, context: Context) -> Iterable[Finding]:
    """Elements without an attribute that they must have."""
    return _findings(node, context, "missing-attribute")


@only_if(_fails)
def doubled_element(node: Node, context: Context) -> Iterable[Finding]:
    """Elements that stand twice where libvirt reads one."""
    return _findings(node, context, "doubled-element")


@only_if(_fails)
def stray_text(node: Node, context: Context) -> Iterable[Finding]:
    """Text between elements."""
    return _findings(node, context, "stray-text")


@only_if(_fails)
def qemu_namespace_missing(node: Node, context: Context) -> Iterable[Finding]:
    """Arguments for QEMU that libvirt drops, because it knows them by their namespace."""
    return _findings(node, context, "qemu-namespace-missing")


def too_old(node: Node, context: Context) -> Iterable[Finding]:
    """What the oldest admitted libvirt does not have."""
    oldest = context.target.libvirt[0]
    if oldest >= DESCRIBED:
        return
    from ..libvirt.schema_age import newer

    for hit in newer(node, oldest):
        fields = {"what": hit.what, "release": ".".join(map(str, oldest)), "since": hit.age.since}
        yield Finding(hit.at, fields, variant="" if hit.age.since else "measured")


def _findings(root: Node, context: Context, kind: str) -> Iterable[Finding]:
    is_uncertain = kind in UNCERTAIN and root.is_of_template
    return () if is_uncertain else _of_kind(_mistakes(root, context), kind)


def _of_kind(found: list[Mistake], kind: str) -> Iterator[Finding]:
    for number, mistake in enumerate(found[:LISTED], start=1):
        if mistake.kind == kind:
            notes = [("first", mistake.first)] if mistake.first else []
            if number == LISTED < len(found):
                notes.append(("more", found[LISTED].at))
            yield Finding(mistake.at, mistake.fields, mistake.edits, mistake.variant, tuple(notes))


def _mistakes(root: Node, context: Context) -> list[Mistake]:
    """What the schema has against a document, worked out once for the rules; one more than are listed, if there are."""
    if MISTAKES not in context.facts:
        from ..libvirt.schema_explain import mistakes

        context.facts[MISTAKES] = mistakes(root, LISTED + 1)
    return cast("list[Mistake]", context.facts[MISTAKES])
