"""`vmlint upgrade` as one HTML page: whole without a network or a script, sorted and filtered with one."""

from __future__ import annotations

import base64
import hashlib
import html
import os
from collections.abc import Iterator
from string import Template
from typing import TextIO

from .. import __version__
from ..model import Diagnostic
from ..rulepage import HOME, page_url
from ..targets import Distribution
from ..upgrade import REFUSED, STARTS, UNKNOWN, VERDICTS, WARNS, Judged, UpgradeReport, VmReport
from .printing import escape
from .summary import plural
from .upgrade_words import (
    MANY,
    SHORT,
    WORDS,
    doubt,
    fix_sentences,
    fix_words,
    grouped,
    label,
    names_of,
    not_judged,
    subtitle,
    title,
)

CLASSES = {REFUSED: "r", UNKNOWN: "u", WARNS: "w", STARTS: "s"}
"""Of a cell, a bar and a reason; the script and the style know verdicts by them."""
EFFECTS = {"refused": "r", "unknown": "u", "starts": "w"}
ADVICE = (
    "<p>To apply the fixes: <code>vmlint check --target RELEASE --fix</code>; <code>--diff</code> only shows them. "
    "Unsafe ones change what the guest sees, or guess what was meant.</p>"
)


LEGEND = (
    "<p class=legend aria-hidden=true>"
    + " ".join(f"<span class={CLASSES[word]}>{WORDS[word]}</span>" for word in reversed(VERDICTS))
    + "</p>"
)
"""What the marks mean, where a column has no room for words."""


def write(report: UpgradeReport, stream: TextIO) -> None:
    """Write the page; on a stream that is not UTF-8, what is not ASCII as character references."""
    style, script = _part("page.css"), _part("page.js")
    page = Template(_part("page.html")).substitute(
        title=_text(title(report)),
        subtitle=_text(subtitle(report) + _origin(report)),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        releases="\n".join(_release(report, index) for index in range(len(report.targets))),
        advice=ADVICE if any(fix_sentences(report)) else "",
        not_judged="".join(f"<p class=left>{_text(sentence)}</p>" for sentence in not_judged(report)),
        options="\n".join(f"<option value={n}>{_text(each.name)}</option>" for n, each in enumerate(report.targets)),
        only_new='<label><input id="only-new" type="checkbox"> only what is new</label>' if report.origin else "",
        many=' class="many"' if _is_wide(report) else "",
        legend=LEGEND if _is_wide(report) else "",
        count=plural(len(report.vms), "VM"),
        columns="".join(_columns(report)),
        vms="\n".join(_vm(report, each) for each in _in_order(report)),
        home=HOME,
        version=__version__,
    )
    if (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "") != "utf8":
        page = page.encode("ascii", "xmlcharrefreplace").decode()
    stream.write(page)


def _part(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), "upgrade_page", name), encoding="utf-8") as stream:
        return stream.read()


def _hash(text: str) -> str:
    """By which the page's policy knows its own style and script, and lets no other run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _text(text: str) -> str:
    """Any text as what a reader is to see of it: no markup, and nothing that hides or turns what follows."""
    return html.escape(escape(text))


def _is_wide(report: UpgradeReport) -> bool:
    """Whether there are too many columns for words in each."""
    return len(report.targets) > MANY


def _origin(report: UpgradeReport) -> str:
    return f" They run on {report.origin.title} ({report.origin.versions}) now." if report.origin else ""


def _in_order(report: UpgradeReport) -> list[VmReport]:
    return sorted(report.vms, key=lambda each: VERDICTS.index(each.worst))


def _release(report: UpgradeReport, index: int) -> str:
    target, totals = report.targets[index], report.totals(index)
    counts = "".join(f"<td class=n data-verdict={CLASSES[word]}>{totals[word]}</td>" for word in VERDICTS)
    after = "".join(f"<td class=n>{report.totals_fixed(index, unsafe)[REFUSED]}</td>" for unsafe in (False, True))
    head = (
        f"<th scope=row>{_text(target.name)}<small>{_text(target.title)}</small></th><td>{_text(target.versions)}</td>"
    )
    return f"<tr data-release={index}>{head}<td class=bar>{_bar(totals)}</td>{counts}{after}</tr>"


def _bar(totals: dict[str, int]) -> str:
    """How the verdicts are shared out, at a glance; the numbers stand beside it."""
    at, parts = 0, []
    for word in VERDICTS:
        parts.append(f"<rect class={CLASSES[word]} x={at} width={totals[word]} height=1 />")
        at += totals[word]
    return f'<svg viewBox="0 0 {at or 1} 1" preserveAspectRatio=none aria-hidden=true>{"".join(parts)}</svg>'


def _columns(report: UpgradeReport) -> Iterator[str]:
    """The heads of the columns of verdicts; that of the release the VMs come from is numbered -1."""
    if report.origin:
        yield _column(report.origin, -1, "now on ")
    for index, target in enumerate(report.targets):
        yield _column(target, index)


def _column(target: Distribution, index: int, before: str = "") -> str:
    return f"<th scope=col data-release={index}>{before}{_text(target.name)}</th>"


def _vm(report: UpgradeReport, each: VmReport) -> str:
    vm = each.vm
    is_new = each.worst == REFUSED and not each.is_broken_already()
    badge = "<span class=new>new</span>" if report.origin and is_new else ""
    head = f"<th scope=row>{_text(label(vm))}{badge}</th><td class=file>{_text(f'{vm.path}:{vm.line}')}</td>"
    before = (
        f'<td class="{CLASSES[each.before.verdict]} before">{SHORT[each.before.verdict]}</td>' if each.before else ""
    )
    cells = "".join(map(_cell, each.judged))
    why = _why(report, each)
    marks = f"{'' if why else ' class=plain'}{' data-new' if _has_new(each) else ''}"
    return f"<tbody{marks}><tr>{head}{before}{cells}</tr>{why}</tbody>"


def _cell(judged: Judged, more: str = "") -> str:
    return f'<td class="{CLASSES[judged.verdict]}{more}">{SHORT[judged.verdict]}</td>'


def _has_new(each: VmReport) -> bool:
    return any(each.is_new(reason) for judged in each.judged for reason in judged.reasons)


def _why(report: UpgradeReport, each: VmReport) -> str:
    """The row of reasons; nothing where there is none."""
    items = [f"<li class=u>{_text(doubt(each))}</li>"] if doubt(each) else []
    items += [_reason(report, each, reason, where) for reason, where in grouped(report, each)]
    if not items:
        return ""
    span = 2 + len(report.targets) + bool(report.origin)
    return f"<tr class=why><td colspan={span}><ul>{''.join(items)}</ul></td></tr>"


def _reason(report: UpgradeReport, each: VmReport, reason: Diagnostic, where: list[int]) -> str:
    source = reason.source
    position = source.position(reason.span.start)
    facts = [
        f"{_text(source.path)}:{position.line}:{position.column}",
        f'<a href="{_text(page_url(reason.rule))}">{_text(reason.rule)}</a>',
        *([f"on {_text(names_of(report, where))}"] if len(where) < len(report.targets) else []),
        *([f"on {_text(report.origin.name)} too"] if report.origin and not each.is_new(reason) else []),
        *([_text(fix_words(reason))] if fix_words(reason) else []),
    ]
    return f"<li class={EFFECTS[reason.effect]}>{_text(reason.message)}<p>{' &middot; '.join(facts)}</p></li>"
