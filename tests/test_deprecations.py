"""What QEMU deprecated and removed: the rows of facts are sound, and none of the known things is forgotten."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests import deprecations as real
from tests.helpers import ROOT
from vmlint import catalog
from vmlint.data import parse_toml
from vmlint.libvirt.deprecations import facts as libvirt_facts
from vmlint.qemu.conversions import CONVERSIONS
from vmlint.qemu.deprecations import Row, kinds, rows
from vmlint.qemu.new_forms import VERBS

ACCOUNT = parse_toml(str(Path(__file__).parent / "deprecations_elsewhere.toml"))
KNOWN = ROOT.parent / "shared" / "facts" / "deprecations.jsonl"
ROWS = [pytest.param(kind, row, id=f"{kind}-{row.id}-{n}") for kind in kinds() for n, row in enumerate(rows(kind))]
EXTRAS = {
    "before", "by-value", "convert", "fresh", "instead", "kinds", "machines", "safety", "source", "unless", *VERBS,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "row"), ROWS)
def test_a_row_is_whole(kind: str, row: Row) -> None:
    del kind
    assert set(row.change) <= EXTRAS, "unknown key"
    assert row.change["source"]
    assert sum(verb in row.change for verb in VERBS if verb != "append") <= 1
    assert row.deprecated is not None or row.removed is not None
    assert row.removed is None or row.deprecated is None or row.deprecated < row.removed
    assert row.until is None or row.removed is None
    assert row.change.get("convert") in {None, *CONVERSIONS}
    assert row.change.get("safety") in {None, "unsafe"}


def test_every_known_thing_is_covered_or_left_out_with_a_reason() -> None:
    by_rows = {row.id for kind in kinds() for row in rows(kind)}
    by_rules, left_out = ACCOUNT["rule"], ACCOUNT["left-out"]
    assert set(by_rules.values()) <= set(catalog.rules())
    assert all(len(reason) > 20 for reason in left_out.values())
    assert not by_rows & set(left_out)
    assert not set(by_rules) & set(left_out)
    if KNOWN.exists():
        known = {item["id"] for item in map(json.loads, KNOWN.read_text().splitlines()) if item["in_config"]}
        assert by_rows | set(by_rules) | set(left_out) == known


def test_rules_look_where_the_rows_of_libvirt_are() -> None:
    for kind, name in (("removed", "removed-from-libvirt"), ("ignored", "ignored-by-libvirt")):
        selected = {match.select for match in catalog.rules()[name].matches}
        assert selected == {path for row in libvirt_facts()[kind] for path in row.paths}
        assert all((row.removed is not None) == (kind == "removed") for row in libvirt_facts()[kind])


@pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="qemu-system-x86_64 is not installed")
def test_the_qemu_installed_here_does_what_is_said_of_it() -> None:
    version = real.local_version()
    if version not in ("5.2", "7.2", "10.0", "11.1"):
        pytest.skip(f"what QEMU {version} lacks is not known")
    first = {case.id: case for case in reversed(real.cases()) if real.said(case.old, version)}
    assert len(first) > 50
    assert list(real.compare(list(first.values()), [version], real.ask_local)) == []


def test_disagreements_with_a_qemu_are_seen() -> None:
    case = real.Case("no-acpi", ["-no-acpi"], [], [], False, ["-machine", "acpi=off"], "5.2")
    assert list(real.disagreements(case, "10.0", lambda *_: real.Answer("", False)))
    assert list(
        real.disagreements(case, "10.0", lambda words, _: real.Answer("bad" if "-machine" in words else "", False))
    )
    assert list(real.disagreements(case, "8.2", lambda *_: real.Answer("", False)))  # no warning
    assert not list(real.disagreements(case, "8.2", lambda words, _: real.Answer("", "-no-acpi" in words)))


def test_more_than_120_things_have_been_asked_for() -> None:
    assert len({case.id for case in real.cases()} & {row.id for kind in kinds() for row in rows(kind)}) > 100
