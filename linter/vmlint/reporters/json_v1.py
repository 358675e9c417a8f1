"""JSON, version 1: a contract that other tools build on. Keys may be added to it, never renamed or removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from .. import __version__
from ..model import Diagnostic, Fix, Note, Report, Rule
from ..source import Edit, Source
from .json_stream import JsonText


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write all diagnostics and the counts as one JSON object."""
    document = {
        "version": 1,
        "tool": {"name": "vmlint", "version": __version__},
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in report.diagnostics],
        "summary": {
            "files": report.files,
            "errors": report.count("error"),
            "warnings": report.count("warning"),
            "notes": report.count("note"),
            "suppressed": report.suppressed,
            "fixed": report.fixed,
            "held_back": report.held_back,
            **(report.baseline._asdict() if report.baseline else {}),
        },
    }
    stream.write(JsonText(stream, indent=2).of(document) + "\n")


def _diagnostic(diagnostic: Diagnostic) -> dict[str, object]:
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
