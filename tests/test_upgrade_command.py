"""`vmlint upgrade` as people run it: its reports, its exit codes, and what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import vmlint
from tests.test_upgrade import GOOD, PAIR, PLAIN, SILENT, WARNED
from vmlint.upgrade import REFUSED, STARTS, UNKNOWN, WARNS


def run(tmp_path: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    done = vmlint("upgrade", *arguments, cwd=tmp_path, stdin=stdin)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_text(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(GOOD + SILENT)
    (tmp_path / "b.xml").write_text(PLAIN)
    code, out, _ = run(tmp_path, "--to", "debian-13", "--from", "debian-11")
    assert code == 1
    assert out == (
        "a.sh:2: old: will not start\n"
        "  a.sh:2:45: error[short-boolean] 'nodelay' on '-gdb tcp:': QEMU 6.0 and later refuse it, because they add "
        "nodelay=on themselves (safe fix: Remove 'nodelay')\n"
        "\n"
        "                       will not start  unknown  starts with warnings  starts\n"
        "debian-13                           1        0                     0       2\n"
        "  after --fix                       0        0                     0       3\n"
        "  with --unsafe-fixes               0        0                     0       3\n"
        "\n"
        "1 of 3 VMs will not start on Debian 13 trixie (QEMU 10.0, libvirt 11.3); 0 of them did not start on Debian 11 bullseye either.\n"
        "'vmlint check --target debian-13 --fix' settles 1 finding; 0 VMs will not start then.\n"
    )


def test_text_for_several_releases_shows_who_fails_where(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(GOOD + SILENT)
    code, out, _ = run(tmp_path, "--to", "debian-11,debian-12", "--to", "debian-13")
    assert code == 1
    assert out.startswith("a.sh:2: old: will not start on debian-12, debian-13\n")
    assert "(safe fix: Remove 'nodelay') [debian-12, debian-13]\n" in out
    assert "VM   debian-11  debian-12  debian-13\nold     starts      fails      fails\n" in out


@pytest.mark.parametrize("setting", ["", "scsihw: virtio-scsi-pci\n", "name: old\n"])
def test_an_old_proxmox_guest_is_found_that_has_no_more_than_a_machine_type(tmp_path: Path, setting: str) -> None:
    """Guests made by old releases have no `smbios1:` and `vmgenid:`, and their machine types are the ones that go."""
    (tmp_path / "101.conf").write_text(f"cores: 4\nmachine: pc-i440fx-2.3\n{setting}")
    (tmp_path / "102.conf").write_text("arch: amd64\nhostname: container\nostype: debian\n")
    code, out, _ = run(tmp_path, "--to", "proxmox-9")
    assert (code, "removed-machine-type" in out, "1 of 1 VM will not start" in out) == (1, True, True)


def test_exit_codes(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(SILENT)
    (tmp_path / "warned.sh").write_text(WARNED)
    assert run(tmp_path, "--to", "debian-11")[0] == 0
    assert run(tmp_path, "--to", "debian-13")[0] == 1
    assert run(tmp_path, "--to", "debian-13", "--exit-zero")[0] == 0
    assert run(tmp_path, "--to", "debian-13", "--ignore", "short-boolean")[0] == 0
    assert run(tmp_path, "--to", "debian-13", "warned.sh")[0] == 0, "a warning does not stop a VM"
    assert run(tmp_path, "--to", "debian-13", "nowhere")[0] == 2
    assert run(tmp_path)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "debain-13"], "no target is called 'debain-13'; did you mean 'debian-13'?"),
        (["--to", "debian-13", "--from", "solaris"], "no target is called 'solaris'; 'vmlint targets' lists them all"),
        (
            ["--to", "debian-13", "--select", "nonsense"],
            "no rule or topic is called 'nonsense'; 'vmlint rule' lists them all",
        ),
        (["--to", "debian-13", "-", "a.sh"], "standard input (-) cannot be looked at together with files"),
        (["--to", "debian-13", "--output", "html:no/such/folder"], "no/such/folder: no such file or directory"),
    ],
)
def test_what_cannot_be_done_is_exit_code_two(tmp_path: Path, arguments: list[str], message: str) -> None:
    assert run(tmp_path, *arguments) == (2, "", f"vmlint: error: {message}\n")


def test_standard_input(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, "--to", "debian-13", "-", stdin=PAIR.format(model="e1000").encode())
    assert (code, out.splitlines()[0]) == (1, "<stdin>:1: paired: will not start")


def test_nothing_to_judge(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Nothing.\n")
    assert run(tmp_path, "--to", "debian-13") == (0, "No VM configuration found.\n", "")
    for name in ("json", "markdown", "html"):
        assert run(tmp_path, "--to", "debian-13", "--output-format", name)[0] == 0


def test_json_has_its_documented_shape(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(SILENT)
    _, out, _ = run(
        tmp_path, "--to", "debian-11", "--to", "debian-13", "--from", "debian-11", "--output-format", "json"
    )
    document: dict[str, Any] = json.loads(out)
    assert list(document) == ["version", "tool", "from", "targets", "vms", "skipped", "failures"]
    assert (document["version"], document["tool"]["name"]) == (1, "vmlint")
    assert document["from"] == {"name": "debian-11", "title": "Debian 11 bullseye", "qemu": "5.2", "libvirt": "7.0"}
    target = document["targets"][1]
    assert target["totals"] == {REFUSED: 1, UNKNOWN: 0, WARNS: 0, STARTS: 0}
    assert target["after_safe_fixes"] == target["after_all_fixes"] == {REFUSED: 0, UNKNOWN: 0, WARNS: 0, STARTS: 1}
    assert target["fixable"] == {"safe": 1, "unsafe": 0}
    (vm,) = document["vms"]
    assert list(vm) == ["name", "path", "line", "kind", "doubt", "from", "on"]
    assert (vm["name"], vm["path"], vm["line"], vm["kind"], vm["doubt"]) == ("old", "a.sh", 1, "command-line", None)
    assert (vm["from"], list(vm["on"])) == (STARTS, ["debian-11", "debian-13"])
    on = vm["on"]["debian-13"]
    assert (on["verdict"], on["after_safe_fixes"], on["after_all_fixes"]) == (REFUSED, STARTS, STARTS)
    (reason,) = on["reasons"]
    assert list(reason) == ["rule", "severity", "effect", "message", "path", "start", "end", "new", "fix"]
    assert (reason["rule"], reason["severity"], reason["effect"], reason["new"]) == (
        "short-boolean",
        "error",
        "refused",
        True,
    )
    assert reason["start"] == {"line": 1, "column": 45, "offset": 44}
    assert reason["fix"] == {"title": "Remove 'nodelay'", "safety": "safe"}
    assert vm["on"]["debian-11"] == {
        "verdict": STARTS,
        "after_safe_fixes": STARTS,
        "after_all_fixes": STARTS,
        "reasons": [],
    }


def test_markdown_fits_into_a_comment_and_cannot_be_broken_by_names(tmp_path: Path) -> None:
    bad = SILENT.replace("old", "'a|b`c<img>'")
    (tmp_path / "a.sh").write_text(bad * 2000)
    code, out, _ = run(tmp_path, "--to", "debian-13", "--output-format", "markdown")
    assert code == 1
    assert len(out) < 65_536
    assert "more are left out, to fit into a comment" in out
    assert "| `` a\\|b`c<img> `` | `a.sh:1` | ✗ will not start |" in out
    rows = [line for line in out.splitlines() if line.startswith("| `` a")]
    assert len(rows) > 100
    few = run(
        tmp_path, "--to", "debian-13", "--output-format", "markdown", "-", stdin=PAIR.format(model="e1000").encode()
    )
    assert "left out" not in few[1]
    assert "- `paired` (`<stdin>:1`)" in few[1]


def test_reports_in_several_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(SILENT)
    code, out, _ = run(
        tmp_path, "--to", "debian-13", "-q", "--output", "json:a.json", "--output", "markdown:a.md", "a.sh"
    )
    assert (code, out) == (1, "")
    assert json.loads((tmp_path / "a.json").read_text())["vms"][0]["name"] == "old"
    assert (tmp_path / "a.md").read_text().startswith("## Upgrade to Debian 13 trixie\n")
