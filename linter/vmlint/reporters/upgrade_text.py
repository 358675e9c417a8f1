"""`vmlint upgrade` for people at a terminal: who does not just start, why, and the totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from ..upgrade import REFUSED, UNKNOWN, VERDICTS, WARNS, UpgradeReport, VmReport
from .nothing import write_nothing
from .printing import escape, put
from .terminal import Pen, place, stream_width, text_width
from .terminal import pen as make_pen
from .upgrade_words import (
    SHORT,
    WORDS,
    by_gravity,
    doubt,
    fix_sentences,
    fix_words,
    grouped,
    heading,
    headlines,
    label,
    names_of,
    not_judged,
    totals_table,
)

GAP, NAME_PART = 2, 3
"""Blanks between columns, and what part of a line the names of VMs may take."""
STYLES = {REFUSED: "error", UNKNOWN: "note", WARNS: "warning"}


def write(report: UpgradeReport, stream: TextIO, color: str = "auto") -> None:
    """Write the VMs that do not just start, the matrix if there are several targets, and the totals."""
    if not report.vms:
        write_nothing(report.skipped, stream)
        return
    pen, affected = make_pen(stream, color), by_gravity(report)
    width = stream_width(stream)
    for each in affected:
        put(stream, "\n".join(_vm(report, each, pen)) + "\n")
    tables = [list(totals_table(report))]
    if affected and len(report.targets) > 1:
        tables = [*_parted(list(_matrix(report, affected, width)), width), *tables]
    for table in tables:
        for line in _aligned(table):
            put(stream, line.rstrip())
        put(stream, "")
    for sentence in (*headlines(report), *fix_sentences(report)):
        put(stream, sentence)
    for sentence in not_judged(report, failures=False):  # these are told on standard error
        put(stream, escape(sentence))


def _vm(report: UpgradeReport, each: VmReport, pen: Pen) -> Iterator[str]:
    on = {word: [n for n, judged in enumerate(each.judged) if judged.verdict == word] for word in VERDICTS[:-1]}
    verdicts = [
        f"{pen.paint(STYLES[word], WORDS[word])}{'' if len(each.judged) == 1 else f' on {names_of(report, where)}'}"
        for word, where in on.items()
        if where
    ]
    already = f" (nor does it on {report.origin.name})" if report.origin and each.is_broken_already() else ""
    yield f"{pen.paint('bold', escape(heading(each.vm)))}: {', '.join(verdicts)}{already}"
    if doubt(each):
        yield f"  {escape(doubt(each))}"
    for reason, where in grouped(report, each):
        kind = pen.paint(reason.severity, f"{reason.severity}[{escape(reason.rule)}]")
        on_some = "" if len(where) == len(each.judged) else f" [{names_of(report, where)}]"
        old = f" (on {report.origin.name} too)" if report.origin and not each.is_new(reason) else ""
        fix = f" ({escape(fix_words(reason))})" if fix_words(reason) else ""
        text = f"{escape(reason.message)}{fix}{on_some}{old}"
        yield f"  {place(reason.source, reason.span.start)}: {kind} {text}"


def _matrix(report: UpgradeReport, affected: Sequence[VmReport], width: int) -> Iterator[Sequence[str]]:
    yield ("VM", *(target.name for target in report.targets))
    for each in affected:
        yield (_cut(escape(label(each.vm)), width // NAME_PART), *(SHORT[judged.verdict] for judged in each.judged))


def _cut(text: str, width: int) -> str:
    """A text that takes no more columns, its middle left out if it would."""
    if text_width(text) <= width:
        return text
    head, tail = text[: width // 2], text[-(width // 4) :]
    while text_width(head) + 1 + text_width(tail) > width:
        head, tail = head[:-1], tail[1:]
    return f"{head}…{tail}"


def _parted(table: list[Sequence[str]], width: int) -> Iterator[list[Sequence[str]]]:
    """A table as several, each with the first column and as many of the others as a line holds."""
    widths = [max(map(text_width, column)) for column in zip(*table, strict=True)]
    low = 1
    while low < len(widths):
        high, used = low + 1, widths[0] + GAP + widths[low]
        while high < len(widths) and used + GAP + widths[high] <= width:
            used += GAP + widths[high]
            high += 1
        yield [(row[0], *row[low:high]) for row in table]
        low = high


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows of a table as lines: the first column to the left, numbers and verdicts to the right."""
    widths = [max(map(text_width, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        yield (" " * GAP).join([first + " " * (widths[0] - text_width(first)), *cells])
