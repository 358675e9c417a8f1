"""Baselines: what is known stays quiet however lines move, and what is new is told alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import vmlint

GUEST = """<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>guest{number}</name>
  <memory>1048576</memory>
  <devices>
    <disk type='file' device='disk'>
      <source file='/images/{number}.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-serial'/>
    <qemu:arg value='tcp::{number},server,nowait'/>
  </qemu:commandline>
</domain>
"""
LINE = "qemu-system-x86_64 -serial tcp::{number},server,nowait -qmp unix:{number}.sock,server\n"


def check(folder: Path, *arguments: str) -> tuple[int, dict[str, Any], list[str]]:
    """Exit code, summary, and `PATH:LINE RULE` of each finding."""
    done = vmlint("check", "--output-format", "json", *arguments, cwd=folder)
    report = json.loads(done.stdout)
    return (
        done.returncode,
        report["summary"],
        [f"{d['path']}:{d['start']['line']} {d['rule']}" for d in report["diagnostics"]],
    )


def known(folder: Path, name: str = "known.json") -> dict[str, list[dict[str, Any]]]:
    files: dict[str, list[dict[str, Any]]] = json.loads((folder / name).read_text())["files"]
    return files


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A repository with 5,000 findings in XML, scripts and YAML."""
    for number in range(400):
        (tmp_path / f"guest{number}.xml").write_text(GUEST.format(number=number))
    script = "#!/bin/sh\n" + "".join(LINE.format(number=number) for number in range(1000))
    (tmp_path / "start.sh").write_text(script)
    items = "".join(f"  - {json.dumps(LINE.format(number=number).strip())}\n" for number in range(268))
    (tmp_path / "jobs.yaml").write_text(f"jobs:\n{items}")
    return tmp_path


def test_a_large_repository_is_adopted_and_stays_quiet(large: Path) -> None:
    code, summary, found = check(large)
    assert (code, len(found)) == (1, 5004)
    code, summary, found = check(large, "--write-baseline", "known.json")
    assert (code, found, summary["known"]) == (0, [], 5004)
    assert check(large, "--baseline", "known.json")[::2] == (0, [])

    # one mistake more, in the middle of others like it
    script = (large / "start.sh").read_text().splitlines(keepends=True)
    script.insert(500, "qemu-system-x86_64 -serial tcp::9999,server=on,nowait\n")
    (large / "start.sh").write_text("".join(script))
    code, summary, found = check(large, "--baseline", "known.json")
    assert (code, found, summary["known"], summary["gone"]) == (1, ["start.sh:501 short-boolean"], 5004, 0)
    del script[500]

    # lines moved and all laid out anew
    (large / "start.sh").write_text(
        "#!/bin/sh\n\n# moved\n" + "".join(reversed(script[1:])).replace(" -", " \\\n    -")
    )
    for path in large.glob("*.xml"):
        text = re.sub("'(.*?)'", r'"\1"', path.read_text().replace("  ", "\t"))
        path.write_text(text.replace("><", ">\n\n<").replace("\n", "\r\n"))
    code, summary, found = check(large, "--baseline", "known.json")
    assert (code, found, summary["known"], summary["gone"]) == (0, [], 5004, 0)


def test_a_finding_like_a_known_one_is_new(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text(LINE.format(number=1) * 2)
    check(tmp_path, "--write-baseline", "known.json")
    (tmp_path / "start.sh").write_text(LINE.format(number=1) * 3)
    assert check(tmp_path, "--baseline", "known.json")[2] == ["start.sh:3 short-boolean"] * 3


def test_a_file_has_findings_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(LINE.format(number=1))
    check(tmp_path, "--write-baseline", "known.json")
    (tmp_path / "b.sh").write_text(LINE.format(number=1))
    assert check(tmp_path, "--baseline", "known.json")[2] == ["b.sh:1 short-boolean"] * 3


def test_devices_of_one_kind_are_told_apart(tmp_path: Path) -> None:
    disk = "<disk type='file' device='disk'><source file='/i/{0}.qcow2'/><target dev='{0}' bus='virtio'/></disk>"

    def write(*names: str) -> None:
        disks = "".join(disk.format(name) for name in names)
        xml = f"<domain type='kvm'><name>a</name><memory>1048576</memory><devices>{disks}</devices></domain>"
        (tmp_path / "a.xml").write_text(xml)

    write("vda", "vdb")
    assert check(tmp_path, "--write-baseline", "known.json")[1]["known"] == 2
    write("vda", "vdc")
    _, summary, found = check(tmp_path, "--baseline", "known.json")
    assert (found, summary["known"], summary["gone"]) == (["a.xml:1 disk-format-missing"], 1, 1)


def test_what_is_gone_is_told_and_pruned_on_request(tmp_path: Path) -> None:
    for name in ("a.sh", "b.sh", "c.sh"):
        (tmp_path / name).write_text(LINE.format(number=1))
    check(tmp_path, "--write-baseline", "known.json")
    (tmp_path / "a.sh").write_text(LINE.format(number=1).replace("nowait", "wait=off"))
    (tmp_path / "b.sh").unlink()
    (tmp_path / "c.sh").write_text("echo nothing of VMs any more\n")
    assert check(tmp_path, "--baseline", "known.json", "a.sh")[1]["gone"] == 4, "c.sh was not looked at"
    done = vmlint("check", "--baseline", "known.json", cwd=tmp_path)
    assert (done.returncode, done.stdout.decode()) == (
        0,
        "No problems found in 1 file (2 in the baseline).\n"
        "7 findings of the baseline are gone; --prune-baseline takes them out.\n",
    )
    before = (tmp_path / "known.json").read_text()
    done = vmlint("check", "--baseline", "known.json", "--prune-baseline", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.endswith(b"\n7 findings of the baseline are gone and taken out.\n")
    assert list(known(tmp_path)) == ["a.sh"]
    assert check(tmp_path, "--baseline", "known.json")[1]["gone"] == 0
    assert '"count"' in before
    assert '"count"' not in (tmp_path / "known.json").read_text(), "one of two alike is left"


def test_rules_left_out_and_files_that_cannot_be_read_are_not_gone(tmp_path: Path) -> None:
    for name in ("a.sh", "b.sh"):
        (tmp_path / name).write_text(LINE.format(number=1))
    check(tmp_path, "--write-baseline", "known.json")
    assert check(tmp_path, "--baseline", "known.json", "--select", "teaming")[1]["gone"] == 0
    before = (tmp_path / "known.json").read_text()
    (tmp_path / "b.sh").write_bytes(LINE.format(number=1).encode() + b" " * (65 << 20))
    code, summary, _ = check(tmp_path, "--baseline", "known.json", "--prune-baseline")
    assert (code, summary["gone"], (tmp_path / "known.json").read_text()) == (2, 0, before)


def test_the_file_is_the_same_for_the_same_findings(tmp_path: Path) -> None:
    (tmp_path / "ä b.sh").write_text(LINE.format(number=1))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.xml").write_text(GUEST.format(number=1))
    check(tmp_path, "--write-baseline", "known.json")
    first = (tmp_path / "known.json").read_bytes()
    check(tmp_path / "sub", "--write-baseline", "../known.json", "a.xml", "..")
    assert (tmp_path / "known.json").read_bytes() == first
    assert list(known(tmp_path)) == ["sub/a.xml", "ä b.sh"]
    assert b"start.sh:" not in first
    assert check(tmp_path / "sub", "--baseline", "../known.json", "a.xml")[::2] == (0, [])


def test_a_baseline_in_the_configuration_counts_from_there(tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "a.sh").write_text(LINE.format(number=1))
    check(tmp_path, "--write-baseline", "ci/known.json")
    (tmp_path / "vmlint.toml").write_text("baseline = 'ci/known.json'\n")
    assert check(tmp_path)[::2] == (0, [])
    assert check(tmp_path / "ci", "../a.sh")[::2] == (0, [])
    (tmp_path / "a.sh").write_text("true\n")
    assert vmlint("check", "--prune-baseline", cwd=tmp_path).returncode == 0
    assert known(tmp_path / "ci") == {}


def test_a_baseline_is_not_itself_linted(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(LINE.format(number=1))
    check(tmp_path, "--write-baseline", "known.json")
    assert check(tmp_path, "--baseline", "known.json", ".", "./known.json")[1]["files"] == 1


def test_known_findings_are_still_fixed_on_request(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(LINE.format(number=1))
    check(tmp_path, "--write-baseline", "known.json")
    code, summary, found = check(tmp_path, "--baseline", "known.json", "--fix")
    assert (code, found, summary["fixed"], summary["gone"]) == (1, [], 3, 3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "known.json: no such file or directory"),
        ("", "known.json:1: expecting value"),
        ("[]", "known.json: not a baseline; --write-baseline writes one"),
        ("{}", "known.json: not a baseline; --write-baseline writes one"),
        ('{"version": 2, "files": {}}', "known.json: a baseline of version 2; this vmlint reads version 1"),
        ('{"version": 1, "files": {"a": [{"rule": 1}]}}', "known.json: not a baseline; --write-baseline writes one"),
        ("[" * 100_000, "known.json: not a baseline; --write-baseline writes one"),
    ],
)
def test_a_file_that_is_no_baseline(tmp_path: Path, content: str | None, message: str) -> None:
    (tmp_path / "a.sh").write_text(LINE.format(number=1))
    if content is not None:
        (tmp_path / "known.json").write_text(content)
    done = vmlint("check", "--baseline", "known.json", cwd=tmp_path)
    assert (done.returncode, done.stderr.decode()) == (2, f"vmlint: error: {message}\n")


def test_a_baseline_of_nothing_is_written_too(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("nothing")
    assert vmlint("check", "--write-baseline", "known.json", cwd=tmp_path).returncode == 0
    assert known(tmp_path) == {}


def test_a_diff_writes_no_baseline_and_takes_nothing_for_gone(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(LINE.format(number=1))
    for option in (["--write-baseline", "new.json"], ["--prune-baseline"]):
        assert vmlint("check", "--diff", *option, cwd=tmp_path).returncode == 2
    check(tmp_path, "--write-baseline", "known.json")
    done = vmlint("check", "--diff", "--baseline", "known.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, b"Would fix 3 findings in 1 file.\n")


def test_a_number_that_nobody_counted_takes_no_longer(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(LINE.format(number=1))
    check(tmp_path, "--write-baseline", "known.json")
    text = (tmp_path / "known.json").read_text()
    (tmp_path / "known.json").write_text(text.replace('"rule"', '"count": 1000000000000, "rule"'))
    (tmp_path / "a.sh").write_text(LINE.format(number=2))
    code, summary, _ = check(tmp_path, "--baseline", "known.json")
    assert (code, summary["files"]) == (0, 1)
