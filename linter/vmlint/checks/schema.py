"""Rules on what the schemas allow: libxml2 gives the verdict, and only a document that fails is explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..finding import Context, Finding, only_if
from ..libvirt.schema import DESCRIBED, judge
from ..libvirt.schema_fit import Fit
from ..light_typing import TYPE_CHECKING, cast
from ..model import Node

if TYPE_CHECKING:
    from ..libvirt.schema_guess import Mistake

STATUS = "domstatus"
FIT, MISTAKES = "schema fit", "schema mistakes"
"""What the rules leave for each other among the facts of a document."""
UNCERTAIN = ("doubled-element", "missing-element", "missing-attribute", "stray-text")
"""What a template may well have, whose branches stand one beside another, and which is valid once it is filled in."""
JUDGED = frozenset({("teaming", "type")})
"""Attributes that other rules judge as they are written, and say more of than the schema can."""
LISTED = 1000
"""So many mistakes of one document are listed."""


def _fit(root: Node, context: Context) -> Fit:
    """How a document fits its schema. In its own status files libvirt keeps more than the format has."""
    if FIT not in context.facts:
        around = root.element.getparent()
        in_status = around is not None and around.tag == STATUS
        context.facts[FIT] = Fit.RIGHT if in_status else judge(root, len(context.source.data))
    return cast("Fit", context.facts[FIT])


def _fails(root: Node, context: Context) -> bool:
    """Whether a document is not as its schema says."""
    return _fit(root, context) == Fit.WRONG


def _is_no_fit(root: Node, context: Context) -> bool:
    """Whether a document is not as its schema says, or lacks what libvirt wants besides."""
    return _fit(root, context) != Fit.RIGHT


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


@only_if(_is_no_fit)
def required_part_missing(node: Node, context: Context) -> Iterable[Finding]:
    """What the schema of libvirt does without, and libvirt does not."""
    return () if node.is_of_template else _of_kind(_mistakes(node, context), "required-part-missing")


@only_if(_fails)
def qemu_namespace_missing(node: Node, context: Context) -> Iterable[Finding]:
    """Arguments for QEMU that libvirt drops, because it knows them by their namespace."""
    return _findings(node, context, "qemu-namespace-missing")


def too_old(node: Node, context: Context) -> Iterable[Finding]:
    """What the oldest admitted libvirt does not have."""
    if not context.target.admits_before("libvirt", DESCRIBED):
        return
    oldest = context.target.libvirt[0]
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
    """What the schema has against a document, worked out once for the rules; one more than are listed, if there are.

    What follows from these mistakes is not reported by the rules that come after.
    """
    if MISTAKES not in context.facts:
        from ..libvirt.schema_explain import mistakes

        found = mistakes(root, LISTED + 1)
        context.facts[MISTAKES] = found
        _read_as_meant(root, found)
    return cast("list[Mistake]", context.facts[MISTAKES])


def _read_as_meant(root: Node, found: list[Mistake]) -> None:
    """Let other rules read misspelt names as those that were meant, and take values that are wrong as not known."""
    readings = [mistake.reading for mistake in found if mistake.reading is not None]
    if missing := {tag for reading in readings for tag in reading.belongs_in}:
        root.expect_more(missing)
    for reading in readings:
        if not reading.belongs_in and (reading.node.name, reading.meant or reading.attribute) not in JUDGED:
            reading.node.read_as(reading.attribute, reading.meant)
