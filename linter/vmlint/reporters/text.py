"""The default output, for people: each finding with the place it is about, marked in its line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from ..model import Diagnostic, Fix, Report, Rule
from ..source import Source, Span
from .frame import frame
from .nothing import write_nothing
from .printing import escape, put
from .summary import summary
from .terminal import Pen, place, stream_width, use_color

FIX_LABELS = {"safe": "fix (safe)", "unsafe": "fix (unsafe, needs --unsafe-fixes)", "shown": "suggestion"}


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write each diagnostic with its code frame, notes and fix, then a summary."""
    if report.files == 0:
        write_nothing(report.skipped, stream)
        return
    pen, width = Pen(use_color(stream)), stream_width(stream)
    for diagnostic in report.diagnostics:
        put(stream, "\n".join(_lines(diagnostic, pen, width)) + "\n")
    for sentence in summary(report):
        put(stream, sentence)


def _lines(diagnostic: Diagnostic, pen: Pen, width: int) -> list[str]:
    source, span, severity = diagnostic.source, diagnostic.span, diagnostic.severity
    first = source.position(span.start).line
    note_lines = [source.position(note.span.start).line for note in diagnostic.notes]
    gutter = len(str(max(first, *note_lines, 0)))
    kind = pen.paint(severity, f"{severity}[{escape(diagnostic.rule)}]")
    lines = [f"{pen.paint('bold', place(source, span.start))}: {kind} {pen.paint('bold', escape(diagnostic.message))}"]
    lines += _frame_lines(source, span, gutter, width, pen, severity)
    bullet = " " * gutter + pen.paint("gutter", " = ")
    for note, line in zip(diagnostic.notes, note_lines, strict=True):
        label = pen.paint("note", "note")
        lines.append(f"{bullet}{label}: {place(source, note.span.start)}: {escape(note.message)}")
        if line != first:
            lines += _frame_lines(source, note.span, gutter, width, pen, "note")
    if diagnostic.fix:
        lines.append(bullet + _fix_words(diagnostic.fix, pen))
    return lines


def _frame_lines(source: Source, span: Span, gutter: int, width: int, pen: Pen, style: str) -> list[str]:
    """The three lines of a code frame, `gutter` being the digits that line numbers take."""
    shown = frame(source, span, width - gutter - len(" | "))
    marks = " " * shown.indent + pen.paint(style, "^" * shown.length)
    number = pen.paint("gutter", f"{shown.number:>{gutter}} |")
    empty = pen.paint("gutter", " " * gutter + " |")
    return [empty, f"{number} {shown.text}".rstrip(), f"{empty} {marks}"]


def _fix_words(fix: Fix, pen: Pen) -> str:
    return f"{pen.paint('fix', FIX_LABELS[fix.safety])}: {escape(fix.title)}"
