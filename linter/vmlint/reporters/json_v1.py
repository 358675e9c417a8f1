"""JSON, version 1: a contract that other tools build on. Keys may be added to it, never renamed or removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from .. import __version__
from ..model import Report, Rule
from .json_stream import JsonText
from .json_values import diagnostic_values


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write all diagnostics and the counts as one JSON object."""
    document = {
        "version": 1,
        "tool": {"name": "vmlint", "version": __version__},
        "diagnostics": [diagnostic_values(diagnostic) for diagnostic in report.diagnostics],
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
