"""Reports of parts of a tree become the report that one run over it would have written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import vmlint
from vmlint.reporters import REPORTERS

SCRIPT = 'qemu-system-x86_64 -serial "tcp::4444,server,nowait" -gdb tcp::1234,nodelay\n'
GUEST = """<?xml version='1.0' encoding='iso-8859-1'?>
<domain type='kvm'>
  <name>Gäste</name>
  <memory unit='GiB'>1</memory>
  <os><type>hvm</type></os>
  <devices>
    <interface type='user'><mac adress='52:54:00:00:00:01'/><model tpye='virtio'/></interface>
  </devices>
</domain>
"""
CLEAN = "<domain type='kvm'><name>guest</name><memory unit='GiB'>1</memory><os><type>hvm</type></os></domain>\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Some files, and the reports of two runs, each over a part of them."""
    for name, content in (
        ("a/start.sh", SCRIPT.encode()),
        ("a/guest.xml", GUEST.encode("iso-8859-1")),
        ("b/clean.xml", CLEAN.encode()),
        ("b/more.sh", SCRIPT.encode()),
        ("b/silent.sh", f"{SCRIPT[:-1]} # vmlint: ignore[options] so\n".encode()),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    for part in ("a", "b"):
        vmlint("check", "--quiet", "--output", f"json:{part}.json", part, cwd=tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", REPORTERS)
def test_the_report_is_that_of_one_run(tree: Path, name: str) -> None:
    one = vmlint("check", "a", "b", "--output-format", name, cwd=tree)
    merged = vmlint("merge", "b.json", "a.json", "--output-format", name, cwd=tree)
    assert one.returncode == 1
    assert one.stdout
    assert (merged.returncode, merged.stdout, merged.stderr) == (one.returncode, one.stdout, one.stderr)


def test_a_file_in_two_reports_is_told_of_once(tree: Path) -> None:
    vmlint("check", "--quiet", "--output", "json:more.json", "b/more.sh", cwd=tree)
    one = vmlint("merge", "b.json", "--output-format", "concise", cwd=tree).stdout.splitlines()[:-1]
    two = vmlint("merge", "b.json", "more.json", "--output-format", "concise", cwd=tree).stdout.splitlines()[:-1]
    assert two == one
    assert len(one) == 3


@pytest.mark.parametrize("name", REPORTERS)
def test_the_files_need_not_be_at_hand(tree: Path, tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """Then the places are those of the reports, and what only the files say is left out."""
    other = tmp_path_factory.mktemp("other")
    for part in ("a.json", "b.json"):
        (other / part).write_bytes((tree / part).read_bytes())
    merged = vmlint("merge", "a.json", "b.json", "--output-format", name, cwd=other)
    assert (merged.returncode, merged.stderr) == (1, b"")
    for place in (b"a/guest.xml", b"a/start.sh", b"b/more.sh"):
        assert place in merged.stdout
    if name in ("json", "concise", "checkstyle", "github"):
        assert merged.stdout == vmlint("check", "a", "b", "--output-format", name, cwd=tree).stdout


def test_a_file_that_has_changed_is_not_looked_at(tree: Path) -> None:
    (tree / "a" / "start.sh").write_text(f"# a line more\n# and one\n{SCRIPT}"[:60])
    before = json.loads((tree / "a.json").read_text())["diagnostics"]
    merged = json.loads(vmlint("merge", "a.json", "--output-format", "json", cwd=tree).stdout)["diagnostics"]
    assert merged == before


def test_severity_says_whether_it_fails(tree: Path) -> None:
    assert vmlint("merge", "b.json", "--quiet", cwd=tree).returncode == 1
    assert vmlint("merge", "b.json", "--quiet", "--exit-zero", cwd=tree).returncode == 0
    report = json.loads((tree / "b.json").read_text())
    for diagnostic in report["diagnostics"]:
        diagnostic["severity"] = "note"
    (tree / "notes.json").write_text(json.dumps(report))
    assert vmlint("merge", "notes.json", "--quiet", cwd=tree).returncode == 0
    assert vmlint("merge", "notes.json", "--quiet", "--min-severity", "note", cwd=tree).returncode == 1


def test_counts_and_baselines_are_added_up(tree: Path) -> None:
    reports = []
    for number in (1, 2):
        report = json.loads((tree / "b.json").read_text())
        report["summary"] |= {"fixed": number, "held_back": 1, "known": 2 * number, "gone": 3}
        (tree / f"{number}.json").write_text(json.dumps(report))
        reports.append(f"{number}.json")
    summary = json.loads(vmlint("merge", *reports, "--output-format", "json", cwd=tree).stdout)["summary"]
    assert summary == {
        **{"files": 6, "errors": 1, "warnings": 2, "notes": 0, "suppressed": 6},
        **{"fixed": 3, "held_back": 2, "known": 6, "gone": 6},
    }


def test_a_rule_that_only_another_run_knows_is_no_failure(tree: Path) -> None:
    report = json.loads((tree / "b.json").read_text())
    report["diagnostics"][0]["rule"] = "rule-of-theirs"
    (tree / "theirs.json").write_text(json.dumps(report))
    for name in REPORTERS:
        merged = vmlint("merge", "theirs.json", "--output-format", name, cwd=tree)
        assert (merged.returncode, merged.stderr) == (1, b"")
        assert b"rule-of-theirs" in merged.stdout
    assert b"rule-of-theirs" in vmlint("merge", "theirs.json", "--statistics", cwd=tree).stdout


def broken(**changes: Any) -> dict[str, Any]:
    place = {"line": 1, "column": 1, "offset": 0}
    diagnostic = {
        **{"rule": "a-rule", "severity": "error", "message": "Bad", "path": "a.xml", "start": place, "end": place},
        **{"notes": [], "fix": None},
    }
    summary = dict.fromkeys(("files", "errors", "warnings", "notes", "suppressed", "fixed", "held_back"), 0)
    return {"version": 1, "diagnostics": [diagnostic | changes], "summary": summary}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "none.json: no such file or directory"),
        ("", "bad.json:1: expecting value"),
        ("{\n  ]", "bad.json:2: expecting property name"),
        ("[1]", "bad.json: not a JSON report of vmlint"),
        ("{}", "bad.json: not a JSON report of vmlint: 'version' is missing"),
        ('{"version": 2}', "bad.json: a report of version 2; this vmlint reads version 1"),
        ('{"version": 1, "runs": []}', "bad.json: not a JSON report of vmlint: 'diagnostics' is missing"),
        (broken(severity="fatal"), "bad.json: not a JSON report of vmlint: 'fatal' is none of error, warning, note"),
        (broken(path=3), "bad.json: not a JSON report of vmlint: 3 is not a text"),
        (broken(start={}), "bad.json: not a JSON report of vmlint: 'line' is missing"),
        (broken(fix={"title": "x"}), "bad.json: not a JSON report of vmlint: 'edits' is missing"),
        (broken(fix=[1]), "bad.json: not a JSON report of vmlint"),
        ("[" * 100_000, "bad.json: not a JSON report of vmlint"),
    ],
)
def test_what_is_no_report_is_told(tmp_path: Path, content: str | dict[str, Any] | None, words: str) -> None:
    name = "none.json" if content is None else "bad.json"
    if content is not None:
        (tmp_path / name).write_text(content if isinstance(content, str) else json.dumps(content))
    done = vmlint("merge", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"vmlint: error: {words}" in done.stderr.decode()
    assert b"internal error" not in done.stderr
