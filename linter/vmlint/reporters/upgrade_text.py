"""`vmlint upgrade` for people at a terminal: who does not just start, why, and the totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from ..upgrade import REFUSED, UNKNOWN, VERDICTS, WARNS, UpgradeReport, VmReport
from .nothing import write_nothing
from .printing import escape, put
from .terminal import Pen, place, text_width
from .terminal import pen as make_pen
from .upgrade_words import SHORT, WORDS, by_gravity, doubt, fix_sentences, fix_words, grouped, headlines, label

STYLES = {REFUSED: "error", UNKNOWN: "note", WARNS: "warning"}


def write(report: UpgradeReport, stream: TextIO, color: str = "auto") -> None:
    """Write the VMs that do not just start, the matrix if there are several targets, and the totals."""
    if not report.vms:
        write_nothing(report.skipped, stream)
        return
    pen, affected = make_pen(stream, color), by_gravity(report)
    for each in affected:
        put(stream, "\n".join(_vm(report, each, pen)) + "\n")
    tables = [list(_totals(report))]
    if affected and len(report.targets) > 1:
        tables.insert(0, list(_matrix(report, affected)))
    for table in tables:
        for line in _aligned(table):
            put(stream, line)
        put(stream, "")
    for sentence in (*headlines(report), *fix_sentences(report)):
        put(stream, sentence)


def _vm(report: UpgradeReport, each: VmReport, pen: Pen) -> Iterator[str]:
    names = [target.name for target in report.targets]
    on = {
        word: [name for name, judged in zip(names, each.judged, strict=True) if judged.verdict == word]
        for word in VERDICTS[:-1]
    }
    verdicts = [
        f"{pen.paint(STYLES[word], WORDS[word])}{'' if len(names) == 1 else ' on ' + ', '.join(found)}"
        for word, found in on.items()
        if found
    ]
    already = f" (nor does it on {report.origin.name})" if report.origin and each.is_broken_already() else ""
    vm = each.vm
    yield f"{pen.paint('bold', f'{escape(vm.path)}:{vm.line}: {escape(label(vm))}')}: {', '.join(verdicts)}{already}"
    if doubt(each):
        yield f"  {escape(doubt(each))}"
    for reason, where in grouped(report, each):
        kind = pen.paint(reason.severity, f"{reason.severity}[{escape(reason.rule)}]")
        on_some = "" if len(where) == len(names) else f" [{', '.join(names[index] for index in where)}]"
        old = f" (on {report.origin.name} too)" if report.origin and not each.is_new(reason) else ""
        fix = f" ({escape(fix_words(reason))})" if fix_words(reason) else ""
        text = f"{escape(reason.message)}{fix}{on_some}{old}"
        yield f"  {place(reason.source, reason.span.start)}: {kind} {text}"


def _matrix(report: UpgradeReport, affected: Sequence[VmReport]) -> Iterator[Sequence[str]]:
    yield ("VM", *(target.name for target in report.targets))
    for each in affected:
        yield (escape(label(each.vm)), *(SHORT[judged.verdict] for judged in each.judged))


def _totals(report: UpgradeReport) -> Iterator[Sequence[str]]:
    yield ("", *(WORDS[word] for word in VERDICTS))
    for index, target in enumerate(report.targets):
        now = report.totals(index)
        yield (target.name, *(str(now[word]) for word in VERDICTS))
        for name, unsafe in (("  after --fix", False), ("  with --unsafe-fixes", True)):
            then = report.totals_fixed(index, unsafe)
            if then != now:
                yield (name, *(str(then[word]) for word in VERDICTS))


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows of a table as lines: the first column to the left, numbers and verdicts to the right."""
    widths = [max(map(text_width, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join([first + " " * (widths[0] - text_width(first)), *cells])
