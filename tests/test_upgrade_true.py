"""What `vmlint upgrade` says holds: its verdicts against `check`, and its figures after fixes against real fixes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vmlint
from vmlint.catalog import rules
from vmlint.model import Diagnostic
from vmlint.run import Run
from vmlint.settings import ALL_FIXES, SAFE_FIXES, Settings
from vmlint.targets import distributions, find
from vmlint.upgrade import REFUSED, STARTS, UNKNOWN, WARNS, UpgradeReport, VmReport
from vmlint.upgrade_run import UpgradeRun

TARGETS = ("debian-11", "debian-13", "rhel-9", "proxmox-9", "ubuntu-26.04")
EXAMPLES = {
    f"{rule.name}-{number}-{example.file}": example.bad
    for rule in rules().values()
    for number, example in enumerate(rule.examples)
}
"""Our own fixtures, one for each way in which a rule fires."""


def upgrade(paths: dict[str, bytes], *to: str, origin: str | None = None) -> UpgradeReport:
    run = UpgradeRun([find(name) for name in to], find(origin) if origin else None)
    for path, data in paths.items():
        run.at_bytes(path, data)
    return run.report()


def implied(found: list[Diagnostic], doubt: str) -> str:
    """The verdict that the findings of `check` mean, by the words of docs/upgrade.md."""
    if any(each.effect == "refused" for each in found):
        return REFUSED
    if doubt or any(each.effect == "unknown" for each in found):
        return UNKNOWN
    return WARNS if any(each.severity != "note" for each in found) else STARTS


@pytest.mark.parametrize("target", TARGETS)
def test_a_verdict_is_what_the_findings_of_check_mean(target: str) -> None:
    seen = set()
    for path, text in EXAMPLES.items():
        report = upgrade({path: text.encode()}, target)
        if len(report.vms) == 1 and b"vmlint:" not in text.encode():
            found = vmlint.check_text(text, path, targets=[target]).diagnostics
            assert report.vms[0].judged[0].verdict == implied(found, report.vms[0].vm.doubt), path
            seen.add(report.vms[0].judged[0].verdict)
    assert seen == {REFUSED, UNKNOWN, WARNS, STARTS}


@pytest.mark.parametrize("target", ["debian-13", "rhel-9"])
@pytest.mark.parametrize(("safeties", "field"), [(SAFE_FIXES, "after_safe"), (ALL_FIXES, "after_all")])
def test_what_fixes_would_settle_is_what_they_settle(
    target: str, safeties: tuple[str, ...], field: str, tmp_path: Path
) -> None:
    """Each file is really fixed, written, and judged again."""
    changed = 0
    for name, text in EXAMPLES.items():
        file = tmp_path / name
        file.write_bytes(text.encode())
        foretold = _by_line(_judge_file(file, target))
        run = Run(Settings(target=(target,), fixes=safeties))
        run.at_file(str(file), file.read_bytes(), True)
        run.write_changes()
        changed += file.read_bytes() != text.encode()
        told = [getattr(each.judged[0], field) for each in foretold]
        assert told == [each.judged[0].verdict for each in _by_line(_judge_file(file, target))], name
    assert changed > 20, "the fixtures are fixed at all"


def _judge_file(file: Path, target: str) -> list[VmReport]:
    run = UpgradeRun([find(target)])
    run.at_file(str(file), file.read_bytes(), True)
    return run.report().vms


def _by_line(found: list[VmReport]) -> list[VmReport]:
    return sorted(found, key=lambda each: each.vm.line)


def test_the_release_they_run_on_is_judged_as_a_target_is() -> None:
    """`--from A` says of A what `--to A` does, and is new what A does not say."""
    paths = {path: text.encode() for path, text in EXAMPLES.items()}
    there = upgrade(paths, "debian-11").vms
    for before, each in zip(there, upgrade(paths, "debian-13", origin="debian-11").vms, strict=True):
        assert each.before is not None
        assert each.before.verdict == before.judged[0].verdict
        known = {(reason.rule, reason.span, reason.effect) for reason in before.judged[0].reasons}
        for reason in each.judged[0].reasons:
            assert each.is_new(reason) == ((reason.rule, reason.span, reason.effect) not in known)
    same = upgrade(paths, "debian-13", origin="debian-13").vms
    assert not any(each.is_new(reason) for each in same for reason in each.judged[0].reasons)


def test_totals_count_each_vm_once() -> None:
    report = upgrade({path: text.encode() for path, text in EXAMPLES.items()}, *TARGETS)
    for index in range(len(TARGETS)):
        for totals in (report.totals(index), report.totals_fixed(index, False), report.totals_fixed(index, True)):
            assert sum(totals.values()) == len(report.vms)


SEEDS = st.sampled_from([(path, text.encode()) for path, text in EXAMPLES.items()])
NOISE = st.sampled_from(
    [b"", b"\0", b"{{ x }}", b"<", b"&", b"'", b'"', b"\xff\xfe", b"]]>", b"\\\n", b"$(", b"<domain>"]
)


@settings(max_examples=120, deadline=None)
@given(SEEDS, st.floats(0, 1), st.integers(0, 40), NOISE)
def test_broken_files_give_verdicts_and_no_errors(
    seed: tuple[str, bytes], at: float, length: int, noise: bytes
) -> None:
    path, data = seed
    cut = int(at * len(data))
    run = UpgradeRun([find("debian-13"), find("rhel-9")], find("debian-11"))
    run.at_file(path, data[:cut] + noise + data[cut + length :], True)
    assert run.report().failures == []


def test_all_targets_at_once_are_each_by_itself() -> None:
    """Also those of one QEMU and libvirt, which differ by what their distribution left out."""
    xml = b"<domain type='kvm'><name>x</name><os><type machine='pc-q35-9.1'>hvm</type></os></domain>"
    together = upgrade({"x.xml": xml}, *distributions()).vms[0].judged
    for name, judged in zip(distributions(), together, strict=True):
        assert upgrade({"x.xml": xml}, name).vms[0].judged[0].verdict == judged.verdict, name
    assert {judged.verdict for judged in together} == {REFUSED, STARTS}
