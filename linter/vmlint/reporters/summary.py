"""The closing words of the reporters for people."""

from __future__ import annotations

from ..model import SEVERITIES, Report


def summary(report: Report) -> list[str]:
    """What was found in how many files; then, where something can be fixed, how; then, what is gone."""
    counts = [(report.count(severity), severity) for severity in SEVERITIES]
    found = ", ".join(plural(count, severity) for count, severity in counts if count)
    files = plural(report.files, "file")
    words = f"{found} in {files}" if found else f"No problems found in {files}{_unknown(report)}"
    if report.only_shown and report.fixed:
        left = f", and leave {found}" if found else ""
        words = f"Would fix {plural(report.fixed, 'finding')} in {files}{left}"
    return [f"{words}{_handled(report)}.", *filter(None, (_fixable(report), _gone(report)))]


def _unknown(report: Report) -> str:
    """What else could be wrong where nothing was found."""
    commands = plural(report.in_part, "command")
    return f"; what variables add to {commands} was not read" if report.in_part else ""


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _handled(report: Report) -> str:
    fixes = "fix" if report.held_back == 1 else "fixes"
    parts = [
        (0 if report.only_shown else report.fixed, "fixed"),
        (report.held_back, f"{fixes} held back"),
        (report.suppressed, "suppressed"),
        (report.baseline.known if report.baseline else 0, "in the baseline"),
    ]
    words = ", ".join(f"{count} {what}" for count, what in parts if count)
    return f" ({words})" if words else ""


def _fixable(report: Report) -> str:
    safeties = [diagnostic.fix.safety for diagnostic in report.diagnostics if diagnostic.fix]
    safe, unsafe = safeties.count("safe"), safeties.count("unsafe")
    if not safe:
        return f"{unsafe} fixable with --unsafe-fixes." if unsafe else ""
    more = f", {unsafe} more with --unsafe-fixes" if unsafe else ""
    return f"{safe} fixable with --fix{more}."


def _gone(report: Report) -> str:
    gone = report.baseline.gone if report.baseline else 0
    is_, it = ("is", "it") if gone == 1 else ("are", "them")
    then = " and taken out" if report.prunes else f"; --prune-baseline takes {it} out"
    return f"{plural(gone, 'finding')} of the baseline {is_} gone{then}." if gone else ""
