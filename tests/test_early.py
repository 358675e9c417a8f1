"""Findings are written as they are found, where the report allows it; and the report is the same as if they were not."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.helpers import vmlint

BAD = "qemu-system-x86_64 -serial tcp::4444,server,nowait\n"
NETWORK = "<network><name>lan</name><forward mode='nat'/></network>\n"
USES_NETWORK = """<domain type='kvm'><name>g</name><memory>1048576</memory><os><type>hvm</type></os><devices>
<interface type='network'><source network='lan'/><mac address='52:54:00:00:00:01'/><model type='virtio'/>
<teaming type='persistent'/><alias name='ua-a'/></interface>
<interface type='network'><source network='lan'/><mac address='52:54:00:00:00:01'/><model type='virtio'/>
<teaming type='transient' persistent='ua-a'/></interface></devices></domain>
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("a.sh", "b.sh", "z.sh"):
        (tmp_path / name).write_text(BAD)
    return tmp_path


def written_before(path: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """What stands on standard output when vmlint begins to look at a file."""
    from vmlint import look
    from vmlint.cli import main

    real, stream, seen = look.Looker.at_file, io.StringIO(), []

    def at_file(self: look.Looker, file: str, *given: object) -> look.Outcome:
        if file == path:
            seen.append(stream.getvalue())
        return real(self, file, *given)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.chdir(folder)
    monkeypatch.setattr(look.Looker, "at_file", at_file)
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["check", "--no-config", *arguments]) in (0, 1)
    (before,) = seen
    assert stream.getvalue().startswith(before)
    return before


@pytest.mark.parametrize("style", ["text", "concise"])
def test_a_finding_is_written_before_the_next_file_is_looked_at(
    style: str, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written_before("z.sh", files, monkeypatch, "--output-format", style)
    assert before.count("a.sh:1:") == before.count("b.sh:1:") == 2
    assert "z.sh" not in before


@pytest.mark.parametrize(
    "arguments",
    [["--output-format", "json"], ["--diff"], ["--fix"], ["--statistics"], ["--write-baseline", "known.json"]],
)
def test_what_changes_later_or_is_one_document_waits(
    arguments: list[str], files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert written_before("z.sh", files, monkeypatch, *arguments) == ""


def test_a_file_that_waits_for_a_network_keeps_its_place(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (files / "b.xml").write_text(USES_NETWORK)
    (files / "y.xml").write_text(NETWORK)
    before = written_before("z.sh", files, monkeypatch, "--output-format", "concise")
    assert {line.partition(":")[0] for line in before.splitlines()} == {"a.sh", "b.sh"}
    done = vmlint("check", "--no-config", "--output-format", "concise", cwd=files)
    order = [line.partition(":")[0] for line in done.stdout.decode().splitlines()[:-1]]
    assert order == sorted(order)
    assert "b.xml" in order


def test_a_report_in_a_file_has_all_findings(files: Path) -> None:
    done = vmlint("check", "--no-config", "--output", f"text:{files / 'report.txt'}", cwd=files)
    assert (files / "report.txt").read_bytes() == done.stdout
    assert done.stdout.count(b"short-boolean") == 6
