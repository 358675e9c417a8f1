"""One line a finding, for editors and for grep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from ..model import Diagnostic, Report, Rule
from .printing import escape, put
from .summary import summary
from .terminal import place


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write one line a diagnostic, `[*]` at its end where `--fix` helps; where there are any, a summary line."""
    for diagnostic in report.diagnostics:
        put(stream, _line(diagnostic))
    if report.diagnostics:
        put(stream, " ".join(summary(report)))


def _line(diagnostic: Diagnostic) -> str:
    where = place(diagnostic.source, diagnostic.span.start)
    mark = " [*]" if diagnostic.fix and diagnostic.fix.safety == "safe" else ""
    return f"{where}: {diagnostic.severity}[{escape(diagnostic.rule)}] {escape(diagnostic.message)}{mark}"
