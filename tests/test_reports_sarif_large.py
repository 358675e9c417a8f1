"""SARIF of large runs keeps to the limits of its reader, and takes work in proportion."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.counting import calls_of
from tests.reports import RULES, VALIDATOR, report, written
from vmlint.model import Diagnostic, Failure, Fix, Report
from vmlint.reporters import write_report
from vmlint.reporters.sarif_limits import MAX_RESULTS, MAX_SIZE
from vmlint.source import Edit, Source, Span

pytestmark = pytest.mark.usefixtures("repository")


def large_report(count: int) -> Report:
    """Findings of three severities with fixes, a hundred in each file."""
    found = []
    for number in range(count // 100):
        text = "".join(f"qemu-system-x86_64 -serial tcp::{number}{at},server -name g{at}\n" for at in range(100))
        source = Source(f"images/builder/vm{number}.sh", text.encode())
        for at, match in enumerate(re.finditer(",(server)", text)):
            span = Span(*match.span(1))
            fix = Fix("Write 'server=on'", "safe", (Edit(span.end, span.end, b"=on"),))
            rule, severity = [("short-boolean", "warning"), ("mac-mismatch", "error"), ("worth-knowing", "note")][
                at % 3
            ]
            words = f"'server' in line {at} is a short-form boolean, deprecated since QEMU 6.0: it prints a warning"
            found.append(Diagnostic(rule, severity, words, source, span, (), fix))
    return Report(found, count // 100, [], [])


def test_sarif_of_many_results_takes_work_in_proportion() -> None:
    """How long ten thousand take is measured in benchmarks/."""
    written("sarif", report())  # loads what is loaded once
    few = calls_of(lambda: written("sarif", large_report(500)))
    many = calls_of(lambda: written("sarif", large_report(2000)))
    assert many <= 4.2 * few
    (run,) = json.loads(written("sarif", large_report(10_000)))["runs"]
    assert len(run["results"]) == 10_000
    assert all("fixes" in result for result in run["results"])


def test_sarif_of_thirty_thousand_results_keeps_to_the_limits(tmp_path: Path) -> None:
    what = large_report(30_000)
    stream = io.StringIO()
    remark = write_report("sarif", what, RULES, stream)
    data = stream.getvalue().encode()
    assert len(data) <= MAX_SIZE
    assert len(gzip.compress(data)) <= 10_000_000
    (run,) = json.loads(data)["runs"]
    levels = [result["level"] for result in run["results"]]
    assert 20_000 < len(levels) <= MAX_RESULTS
    assert (levels.count("error"), levels.count("warning")) == (9_900, 10_200), "the least severe are left out"
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    left_out = 30_000 - len(levels)
    assert notification["message"]["text"].startswith(f"{left_out} findings are left out")
    assert remark is not None
    assert remark.startswith(f"{left_out} findings are left out")
    if VALIDATOR.exists():
        (tmp_path / "large.sarif").write_bytes(data)
        done = subprocess.run([VALIDATOR, tmp_path / "large.sarif"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_sarif_says_nothing_of_limits_that_are_not_met() -> None:
    stream = io.StringIO()
    assert write_report("sarif", Report([], 1, [], [Failure("a", "b")]), RULES, stream) is None
    (run,) = json.loads(stream.getvalue())["runs"]
    ids: list[Any] = [note["descriptor"]["id"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert ids == ["cannot-check"]
