"""The default output, for people: each finding with the place it is about, marked in its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TextIO

from ..model import Diagnostic, Fix, Report, Rule
from ..rulepage import rule_url
from ..source import Source, Span
from .frame import frame
from .nothing import write_nothing
from .printing import escape, put
from .summary import summary
from .terminal import Pen, file_url, pen, place, stream_width

FIX_LABELS = {"safe": "fix (safe)", "unsafe": "fix (unsafe, needs --unsafe-fixes)", "shown": "suggestion"}


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO, color: str = "auto") -> None:
    """Write each diagnostic with its code frame, notes and fix, then a summary; `color` as in `pen`."""
    if report.files == 0:
        write_nothing(report.skipped, stream, report.looked_at)
        return
    write_findings(report.diagnostics[report.told :], rules, stream, color)
    for sentence in summary(report):
        put(stream, sentence)


def write_findings(
    diagnostics: Iterable[Diagnostic], rules: Mapping[str, Rule], stream: TextIO, color: str = "auto"
) -> None:
    """Write some diagnostics, as part of a report."""
    width, ink = stream_width(stream), pen(stream, color)
    for diagnostic in diagnostics:
        put(stream, "\n".join(_lines(diagnostic, rules[diagnostic.rule], ink, width)) + "\n")


def _lines(diagnostic: Diagnostic, rule: Rule, ink: Pen, width: int) -> list[str]:
    source, span, severity = diagnostic.source, diagnostic.span, diagnostic.severity
    first = source.position(span.start).line
    note_lines = [source.position(note.span.start).line for note in diagnostic.notes]
    gutter = len(str(max(first, *note_lines, 0)))
    kind = ink.link(rule_url(rule), ink.paint(severity, f"{severity}[{escape(diagnostic.rule)}]"))
    where = ink.link(file_url(source.path) if ink.links else "", ink.paint("bold", place(source, span.start)))
    lines = [f"{where}: {kind} {ink.paint('bold', escape(diagnostic.message))}"]
    lines += _frame_lines(source, span, gutter, width, ink, severity)
    bullet = " " * gutter + ink.paint("gutter", " = ")
    for note, line in zip(diagnostic.notes, note_lines, strict=True):
        label = ink.paint("note", "note")
        lines.append(f"{bullet}{label}: {place(source, note.span.start)}: {escape(note.message)}")
        if line != first:
            lines += _frame_lines(source, note.span, gutter, width, ink, "note")
    if diagnostic.fix:
        lines.append(bullet + _fix_words(diagnostic.fix, ink))
    return lines


def _frame_lines(source: Source, span: Span, gutter: int, width: int, ink: Pen, style: str) -> list[str]:
    """The three lines of a code frame, `gutter` being the digits that line numbers take."""
    shown = frame(source, span, width - gutter - len(" | "))
    marks = " " * shown.indent + ink.paint(style, "^" * shown.length)
    number = ink.paint("gutter", f"{shown.number:>{gutter}} |")
    empty = ink.paint("gutter", " " * gutter + " |")
    return [empty, f"{number} {shown.text}".rstrip(), f"{empty} {marks}"]


def _fix_words(fix: Fix, ink: Pen) -> str:
    return f"{ink.paint('fix', FIX_LABELS[fix.safety])}: {escape(fix.title)}"
