"""Findings as values that JSON has: a contract, see json_v1."""

from __future__ import annotations

from ..model import Diagnostic, Fix, Note
from ..source import Edit, Source


def diagnostic_values(diagnostic: Diagnostic) -> dict[str, object]:
    """A finding; lines and columns count from 1, offsets are bytes of the file."""
    source = diagnostic.source
    return {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "path": source.path,
        "start": _position(source, diagnostic.span.start),
        "end": _position(source, diagnostic.span.end),
        "notes": [_note(source, note) for note in diagnostic.notes],
        "fix": _fix(source, diagnostic.fix) if diagnostic.fix else None,
    }


def _position(source: Source, offset: int) -> dict[str, int]:
    return source.position(offset)._asdict()


def _note(source: Source, note: Note) -> dict[str, object]:
    start, end = _position(source, note.span.start), _position(source, note.span.end)
    return {"message": note.message, "path": source.path, "start": start, "end": end}


def _fix(source: Source, fix: Fix) -> dict[str, object]:
    return {"title": fix.title, "safety": fix.safety, "edits": [_edit(source, edit) for edit in fix.edits]}


def _edit(source: Source, edit: Edit) -> dict[str, object]:
    return {"start": edit.start, "end": edit.end, "text": edit.text.decode(source.encoding, "replace")}
