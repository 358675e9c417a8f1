"""One line a finding, for editors and for grep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TextIO

from ..model import Diagnostic, Report, Rule
from .printing import escape, put
from .summary import summary
from .terminal import place


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write one line a diagnostic, `[*]` at its end where `--fix` helps; where there are any, a summary line."""
    write_findings(report.diagnostics[report.told :], rules, stream)
    if report.diagnostics:
        put(stream, " ".join(summary(report)))


def write_findings(
    diagnostics: Iterable[Diagnostic], rules: Mapping[str, Rule], stream: TextIO, color: str = "auto"
) -> None:
    """Write some diagnostics, as part of a report."""
    for diagnostic in diagnostics:
        put(stream, _line(diagnostic))


def _line(diagnostic: Diagnostic) -> str:
    where = place(diagnostic.source, diagnostic.span.start)
    mark = " [*]" if diagnostic.fix and diagnostic.fix.safety == "safe" else ""
    return f"{where}: {diagnostic.severity}[{escape(diagnostic.rule)}] {escape(diagnostic.message)}{mark}"
