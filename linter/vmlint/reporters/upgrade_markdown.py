"""`vmlint upgrade` as Markdown, short enough for a comment on GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from ..rulepage import code_span
from ..upgrade import VERDICTS, UpgradeReport, VmReport
from .printing import escape, put
from .upgrade_words import (
    FEW,
    MARKS,
    WORDS,
    by_gravity,
    doubt,
    fix_sentences,
    fix_words,
    grouped,
    headlines,
    label,
    names_of,
    not_judged,
    title,
    totals_table,
)

OPTION = re.compile(r"--[a-z-]+")
ROOM = 60_000
"""Characters that are written at most. A comment may have 65,536: some are left for a line of the sender's own."""
REASONS = 10
"""Reasons that are told of one VM."""


def write(report: UpgradeReport, stream: TextIO) -> None:
    """Write the totals, then the VMs that do not just start with their reasons, as many as fit."""
    lines = list(_head(report))
    room = ROOM - sum(len(line) + 1 for line in lines)
    affected = by_gravity(report)
    rows = list(_fitting((_row(report, each) for each in affected), room // 2))
    room -= sum(len(row) + 1 for row in rows)
    reasons = list(_fitting((_reasons(report, each) for each in affected), room))
    if rows:
        legend = [", ".join(f"{MARKS[word]} {WORDS[word]}" for word in VERDICTS), ""]
        lines += [*(legend if len(report.targets) > FEW else ()), *_matrix_head(report), *rows, ""]
    if reasons:
        lines += ["<details><summary>Reasons</summary>", "", *reasons, "", "</details>", ""]
    if len(rows) < len(affected) or len(reasons) < len(affected):
        told = min(len(rows), len(reasons))
        lines += [f"{len(affected) - told} more are left out, to fit into a comment; the other formats have all.", ""]
    for line in lines:
        put(stream, line)


def _fitting(texts: Iterable[str], room: int) -> Iterator[str]:
    """The first of some texts that fit into so many characters, each with its line end."""
    for text in texts:
        room -= len(text) + 1
        if room < 0:
            return
        yield text


def _head(report: UpgradeReport) -> Iterator[str]:
    yield f"## {title(report)}"
    yield ""
    yield from (f"- {sentence}" for sentence in headlines(report))
    yield from (f"- {sentence.replace(chr(39), '`', 2)}" for sentence in fix_sentences(report))
    yield from (f"- {code_span(escape(sentence))}" for sentence in not_judged(report))
    yield ""
    head, *rows = totals_table(report)
    yield _table_row([_options(cell) for cell in head])
    yield _table_row(["---", *["---:"] * (len(head) - 1)])
    yield from (_table_row([_options(cell.strip()) for cell in row]) for row in rows)
    yield ""


def _options(text: str) -> str:
    """A text with the options of vmlint in it as code."""
    return OPTION.sub(r"`\g<0>`", text)


def _matrix_head(report: UpgradeReport) -> Iterator[str]:
    yield _table_row(["VM", "file", *(target.name for target in report.targets)])
    yield _table_row(["---", "---", *["---"] * len(report.targets)])


def _row(report: UpgradeReport, each: VmReport) -> str:
    place = f"{each.vm.path}:{each.vm.line}"
    words = {word: f" {WORDS[word]}" if len(report.targets) <= FEW else "" for word in VERDICTS}
    verdicts = (f"{MARKS[judged.verdict]}{words[judged.verdict]}" for judged in each.judged)
    return _table_row([_cell(label(each.vm)), _cell(place), *verdicts])


def _reasons(report: UpgradeReport, each: VmReport) -> str:
    vm = each.vm
    lines = [f"- {code_span(escape(label(vm)))} ({code_span(escape(f'{vm.path}:{vm.line}'))})"]
    lines += [f"  - {code_span(escape(doubt(each)))}"] if doubt(each) else []
    reasons = grouped(report, each)
    for reason, where in reasons[:REASONS]:
        on = f" ({names_of(report, where)})" if len(where) < len(report.targets) else ""
        line = reason.source.position(reason.span.start).line
        new = " **new**" if each.before and each.is_new(reason) else ""
        fix = f"; {code_span(escape(fix_words(reason)))}" if fix_words(reason) else ""
        lines.append(f"  - line {line}{on}:{new} {code_span(escape(reason.message))} ({reason.rule}{fix})")
    if len(reasons) > REASONS:
        lines.append(f"  - and {len(reasons) - REASONS} more")
    return "\n".join(lines)


def _cell(text: str) -> str:
    """A text as code in a cell of a table, where a bar would end the cell even in code."""
    return code_span(escape(text)).replace("|", "\\|")


def _table_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
