"""Findings as values that JSON has: a contract, see json_v1."""

from __future__ import annotations

from ..model import Diagnostic, Fix, Note
from ..source import Edit, Source, Span


def diagnostic_values(diagnostic: Diagnostic) -> dict[str, object]:
    """A finding; lines and columns count from 1, offsets are bytes of the file."""
    source = diagnostic.source
    return {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        **place_values(source, diagnostic.span),
        "notes": [_note(source, note) for note in diagnostic.notes],
        "fix": _fix(source, diagnostic.fix) if diagnostic.fix else None,
    }


def place_values(source: Source, span: Span) -> dict[str, object]:
    """A place in a file, from its start to its end."""
    start, end = source.position(span.start)._asdict(), source.position(span.end)._asdict()
    return {"path": source.path, "start": start, "end": end}


def _note(source: Source, note: Note) -> dict[str, object]:
    return {"message": note.message, **place_values(source, note.span)}


def _fix(source: Source, fix: Fix) -> dict[str, object]:
    return {"title": fix.title, "safety": fix.safety, "edits": [_edit(source, edit) for edit in fix.edits]}


def _edit(source: Source, edit: Edit) -> dict[str, object]:
    return {"start": edit.start, "end": edit.end, "text": edit.text.decode(source.encoding, "replace")}
