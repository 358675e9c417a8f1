"""Checkstyle's XML, which reviewdog, Jenkins and others read.

https://checkstyle.org/result_reports.html
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TextIO

from ..model import Diagnostic, Report, Rule
from .xml_text import HEADER, put_xml, tag

SEVERITIES = {"error": "error", "warning": "warning", "note": "info"}


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write the diagnostics of each file in a `file`; what could not be checked as an error of that file."""
    put_xml(stream, HEADER)
    put_xml(stream, '<checkstyle version="10.0">')
    for path, diagnostics in groupby(report.diagnostics, key=lambda diagnostic: diagnostic.source.path):
        put_xml(stream, f"  <{tag('file', name=path)}>")
        for diagnostic in diagnostics:
            put_xml(stream, f"    <{_error(diagnostic)}/>")
        put_xml(stream, "  </file>")
    for failure in report.failures:
        words = f"Could not be checked: {failure.reason}"
        error = tag("error", line=1, severity="error", message=words, source="vmlint.cannot-check")
        put_xml(stream, f"  <{tag('file', name=failure.path)}>\n    <{error}/>\n  </file>")
    put_xml(stream, "</checkstyle>")


def _error(diagnostic: Diagnostic) -> str:
    at = diagnostic.source.position(diagnostic.span.start)
    return tag(
        "error",
        line=at.line,
        column=at.column,
        severity=SEVERITIES[diagnostic.severity],
        message=diagnostic.message,
        source=f"vmlint.{diagnostic.rule}",
    )
