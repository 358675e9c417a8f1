"""Measured domains: each bad one is reported, and each safe fix gives a domain that libvirt's schema takes. An extra."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import vmlint
from tests.helpers import ROOT, lint_and_fix

CASES = ROOT.parent / "shared" / "cases" / "teaming"
SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")
EXPECTED = (
    {row["name"]: row["expected"] for row in csv.DictReader((CASES / "cases.tsv").open(), delimiter="\t")}
    if CASES.exists()
    else {}
)
PATHS = sorted(CASES.glob("*.xml"))

pytestmark = pytest.mark.skipif(not PATHS, reason="the measured cases are not here")


@cache
def schema() -> Any:
    from lxml.etree import RelaxNG, parse

    return RelaxNG(parse(str(SCHEMA)))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_verdict(path: Path) -> None:
    report = vmlint.check_paths([path, CASES / "networks"], qemu=">=7.2", libvirt=">=9")
    found = [d.rule for d in report.diagnostics if d.severity != "note" and d.source.path == str(path)]
    expected = EXPECTED[path.stem]
    if expected == "BAD":
        assert found
    if expected == "GOOD":
        assert found == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_safe_fix_leaves_nothing_to_say_and_a_domain_that_libvirt_takes(path: Path) -> None:
    before = path.read_bytes()
    fixed = lint_and_fix(path.name, before)
    assert lint_and_fix(path.name, fixed.data).data == fixed.data
    if fixed.data == before:
        return
    assert [d.rule for d in fixed.diagnostics if d.severity != "note"] == []
    if SCHEMA.exists():
        from lxml.etree import fromstring

        assert schema().validate(fromstring(fixed.data)), schema().error_log
