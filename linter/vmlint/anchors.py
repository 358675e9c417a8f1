"""Where findings stand in the tree of their file, so that they are known again when lines move or are laid out anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from .model import Anchor, Diagnostic, Document, Node
from .source import OPAQUE, Span

NAMES = ("@id", "@name", "target@dev", "alias@name")
"""Where a node may have a name that tells it from others of its kind."""


def anchored(document: Document, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings of a document, in the order of the file, each with its anchor."""
    spans = [(node.span, node) for root in document.roots for node in root.all()]
    coming = sorted(spans, key=lambda entry: (-entry[0].start, entry[0].end))
    around: list[tuple[Span, Node]] = []
    digests: dict[Span, str] = {}
    found = []
    for diagnostic in sorted(diagnostics, key=lambda diagnostic: diagnostic.span):
        at = diagnostic.span.start
        while coming and coming[-1][0].start <= at:
            entry = coming.pop()
            _leave(around, entry[0].start)
            around.append(entry)
        _leave(around, at)
        found.append(diagnostic._replace(anchor=_anchor(diagnostic, around, digests)))
    return found


def _leave(around: list[tuple[Span, Node]], at: int) -> None:
    """Forget the innermost nodes that end before a byte."""
    while around and around[-1][0].end <= at:
        around.pop()


def _anchor(diagnostic: Diagnostic, around: list[tuple[Span, Node]], digests: dict[Span, str]) -> Anchor:
    """The anchor of a finding; `digests` are those known of nodes and lines, of which one may have many findings."""
    source = diagnostic.source
    span = around[-1][0] if around else source.line_span(diagnostic.span.start)
    if span not in digests:
        digests[span] = _digest(source.decode(*span))
    return Anchor(_path(around[-1][1]) if around else "", digests[span])


def _path(node: Node) -> str:
    """The names of a node and those around it, from the root, with what tells each from others of its kind."""
    steps = []
    at: Node | None = node
    while at is not None:
        steps.append(at.name + (_own_name(at) if at.parent else ""))
        at = at.parent
    return "/".join(reversed(steps))


def _own_name(node: Node) -> str:
    for path in NAMES:
        value = node.get(path)
        if value and value.text and OPAQUE not in value.text:
            return f"[{value.text}]"
    return ""


def _digest(text: str) -> str:
    """A short hash of a text, however its words are spaced."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()[:12]
