"""JUnit's XML, which CI services show as tests.

A finding is a failed test in the suite of its file; a note is a test that passes, as it makes no run fail. A path that
could not be checked is a test with an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TextIO

from ..light_typing import NamedTuple
from ..model import Diagnostic, Failure, Report, Rule
from .terminal import place
from .xml_text import HEADER, put_xml, tag, text


class Case(NamedTuple):
    """A test: its tag, what became of it (`failure`, `error` or nothing), and what is inside."""

    opening: str
    outcome: str
    inside: str


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write a suite for each file in which something was found; without any, one test that passes."""
    by_path = groupby(report.diagnostics, key=lambda diagnostic: diagnostic.source.path)
    suites = [(path, _cases(list(diagnostics))) for path, diagnostics in by_path]
    suites += [(failure.path, [_unchecked(failure)]) for failure in report.failures]
    suites = suites or [("vmlint", [Case(tag("testcase", classname="vmlint", name="vmlint"), "", "")])]
    put_xml(stream, HEADER)
    put_xml(stream, f"<{tag('testsuites', name='vmlint', **_counts([case for _, cases in suites for case in cases]))}>")
    for path, cases in suites:
        put_xml(stream, f"  <{tag('testsuite', name=path, **_counts(cases))}>")
        for case in cases:
            ending = f">{case.inside}</testcase>" if case.inside else "/>"
            put_xml(stream, f"    <{case.opening}{ending}")
        put_xml(stream, "  </testsuite>")
    put_xml(stream, "</testsuites>")


def _counts(cases: Sequence[Case]) -> dict[str, int]:
    outcomes = [case.outcome for case in cases]
    return {"tests": len(cases), "failures": outcomes.count("failure"), "errors": outcomes.count("error"), "skipped": 0}


def _cases(diagnostics: list[Diagnostic]) -> list[Case]:
    """The tests of one file. A test is called by the rule, with a number and not a line, so that it is known again."""
    seen: Counter[str] = Counter()
    cases = []
    for diagnostic in diagnostics:
        seen[diagnostic.rule] += 1
        number = seen[diagnostic.rule]
        name = diagnostic.rule if number == 1 else f"{diagnostic.rule} {number}"
        source, start = diagnostic.source, diagnostic.span.start
        line = source.position(start).line
        opening = tag("testcase", classname=source.path, name=name, file=source.path, line=line)
        words = text(f"{place(source, start)}: {diagnostic.message}")
        if diagnostic.severity == "note":
            cases.append(Case(opening, "", f"<system-out>{words}</system-out>"))
        else:
            failure = tag("failure", type=diagnostic.severity, message=diagnostic.message)
            cases.append(Case(opening, "failure", f"<{failure}>{words}</failure>"))
    return cases


def _unchecked(failure: Failure) -> Case:
    opening = tag("testcase", classname=failure.path, name="cannot-check", file=failure.path)
    error = tag("error", type="cannot-check", message=f"Could not be checked: {failure.reason}")
    return Case(opening, "error", f"<{error}/>")
