"""Where reports go and what the options of output do."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT, vmlint
from vmlint.commands import progress

BAD = "qemu-system-x86_64 -serial tcp::4444,server,nowait -qmp unix:a.sock,sever\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "start.sh").write_text(BAD)
    return tmp_path


def test_a_report_on_standard_output_takes_the_place_of_the_usual_one(folder: Path) -> None:
    done = vmlint("check", "--output", "json-lines:-", "--output", "gitlab:out.json", cwd=folder)
    assert [json.loads(line)["rule"] for line in done.stdout.splitlines()][:2] == ["short-boolean"] * 2
    assert len(json.loads((folder / "out.json").read_text())) == 3
    done = vmlint("check", "--output", "github:-", "--output-format", "concise", cwd=folder)
    assert done.stdout.startswith(b"start.sh:1:38: warning")
    assert b"\n::warning file=start.sh," in done.stdout
    assert vmlint("check", "-q", "--output", "github:-", cwd=folder).stdout.startswith(b"::warning")
    assert vmlint("check", "--output", "json:out.json", cwd=folder).stdout.startswith(b"start.sh:1:38: warning[")


def test_where_the_fixed_text_is_the_output_reports_go_elsewhere(folder: Path) -> None:
    done = vmlint("check", "-", "--fix", "--output", "json-lines:-", cwd=folder, stdin=BAD.encode())
    assert done.stdout.decode() == BAD.replace("server,nowait", "server=on,wait=off")
    assert [json.loads(line)["rule"] for line in done.stderr.splitlines()] == ["unknown-flag"]


def test_two_reports_in_one_file_are_refused(folder: Path) -> None:
    done = vmlint("check", "--output", "json:a", "--output", "sarif:a", cwd=folder)
    assert (done.returncode, done.stderr) == (2, b"vmlint: error: --output: two reports in one file, a\n")


def test_one_file_under_two_names_is_one_file(folder: Path) -> None:
    done = vmlint("check", "--output", "json:a", "--output", "sarif:./a", cwd=folder)
    assert (done.returncode, done.stderr) == (2, b"vmlint: error: --output: two reports in one file, a\n")
    done = vmlint("check", "--output", "json:./a", "--write-baseline", "a", cwd=folder)
    assert (done.returncode, done.stderr) == (2, b"vmlint: error: --output: ./a is the file of --write-baseline\n")


def test_a_report_takes_the_place_of_no_file_to_check(folder: Path) -> None:
    done = vmlint("check", "--output", "json:./start.sh", "start.sh", cwd=folder)
    told = b"vmlint: error: --output: ./start.sh is to be checked; a report would take its place\n"
    assert (done.returncode, done.stderr) == (2, told)
    assert (folder / "start.sh").read_text() == BAD


@pytest.mark.parametrize("value", ["sarif", "yaml:a", "json:", ":a"])
def test_an_output_that_is_none(folder: Path, value: str) -> None:
    done = vmlint("check", "--output", value, cwd=folder)
    assert done.returncode == 2
    assert f"'{value}' is not FORMAT:FILE with FORMAT one of text, concise, json".encode() in done.stderr


def test_a_sarif_report_has_the_category_that_is_asked_for(folder: Path) -> None:
    for arguments, name in (
        ((), "vmlint/"),
        (("--sarif-category", "nightly/x"), "nightly/x/"),
        (("--sarif-category=a/",), "a/"),
    ):
        done = vmlint("check", "--output", "sarif:-", *arguments, cwd=folder)
        assert json.loads(done.stdout)["runs"][0]["automationDetails"] == {"id": name}


def test_no_name_of_a_file_is_a_command_to_github(tmp_path: Path) -> None:
    (tmp_path / "::stop-commands::x.sh").write_text("qemu-system-x86_64 -serial tcp::1,server\n")
    for name in ("text", "concise", "github", "diff"):
        report = ["--diff"] if name == "diff" else ["--output-format", name]
        lines = vmlint("check", *report, cwd=tmp_path).stdout.decode().splitlines()
        assert any("stop-commands" in line for line in lines)
        assert not any(line.lstrip().startswith("::stop") for line in lines), name


def test_statistics(folder: Path) -> None:
    for style in ("text", "concise"):
        done = vmlint("check", "--statistics", "--output-format", style, "--output", "json:all.json", cwd=folder)
        assert (done.returncode, done.stdout.decode()) == (
            1,
            "2  warning  short-boolean  A boolean option is written in its deprecated short form\n"
            "1  warning  unknown-flag   A bare token is no parameter that is known here\n"
            "3 warnings in 1 file.\n2 fixable with --fix.\n",
        )
    assert len(json.loads((folder / "all.json").read_text())["diagnostics"]) == 3
    assert vmlint("check", "--statistics", "-q", cwd=folder).stdout == b""


def test_exit_zero_is_for_findings_and_not_for_what_could_not_be_done(folder: Path) -> None:
    assert vmlint("check", "--exit-zero", cwd=folder).returncode == 0
    assert vmlint("check", "--exit-zero", "--diff", cwd=folder).returncode == 0
    assert vmlint("check", "--exit-zero", "nowhere", cwd=folder).returncode == 2
    assert vmlint("check", "--exit-zero", "--select", "nonsense", cwd=folder).returncode == 2


def test_notes_alone_do_not_fail_a_run_unless_they_are_the_threshold(tmp_path: Path) -> None:
    (tmp_path / "open.sh").write_text("qemu-system-x86_64 -serial 'tcp\n")
    assert vmlint("check", cwd=tmp_path).returncode == 0
    assert vmlint("check", "--min-severity", "note", cwd=tmp_path).returncode == 1
    done = vmlint("check", "--min-severity", "warning", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"No problems found in 1 file.\n")


def terminal(folder: Path, *arguments: str, **environment: str) -> str:
    """What a run prints on a terminal."""
    pty = pytest.importorskip("pty")
    try:
        leader, follower = pty.openpty()
    except OSError as error:  # a container may have none
        pytest.skip(f"no terminal can be opened here: {error}")
    command = [sys.executable, "-m", "vmlint", *arguments]
    env = {"PYTHONPATH": str(ROOT / "linter"), "PATH": os.defpath, "TERM": "xterm", "PYTHONUTF8": "1", **environment}
    with subprocess.Popen(command, cwd=folder, stdout=follower, stderr=follower, env=env):
        os.close(follower)
        read = b""
        try:
            while more := os.read(leader, 1 << 16):
                read += more
        except OSError:  # the other end is closed
            pass
    os.close(leader)
    return read.decode().replace("\r\n", "\n")


def test_colour_and_links_on_a_terminal_only(folder: Path) -> None:
    shown = terminal(folder, "check")
    link = f"\x1b]8;;{(folder / 'start.sh').as_uri()}\x1b\\\x1b[1mstart.sh:1:38\x1b[0m\x1b]8;;\x1b\\"
    assert shown.startswith(link)
    assert "\x1b]8;;https://github.com/vmlint/vmlint/blob/main/docs/rules/short-boolean.md\x1b\\" in shown
    for plain in (
        terminal(folder, "check", "--color", "never"),
        terminal(folder, "check", NO_COLOR="1"),
        terminal(folder, "check", TERM="dumb"),
        vmlint("check", cwd=folder).stdout.decode(),
    ):
        assert "\x1b" not in plain
    piped = vmlint("check", "--color", "always", cwd=folder).stdout.decode()
    assert "\x1b[1;33mwarning[short-boolean]\x1b[0m" in piped
    assert "\x1b]8" not in piped


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_run_tells_how_far_it_is_and_wipes_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr("vmlint.commands.progress.time.monotonic", lambda: next(clock) * 0.6)
    monkeypatch.setattr(sys, "stderr", _Terminal())
    assert list(progress.shown_progress("abcd")) == [*"abcd"]
    assert isinstance(sys.stderr, _Terminal)
    shown = sys.stderr.getvalue()
    assert shown.startswith("\r\x1b[Kvmlint: files checked: 1\r\x1b[Kvmlint: files checked: 2")
    assert shown.endswith("\r\x1b[K")


def test_a_short_run_and_one_without_a_terminal_show_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (_Terminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        assert list(progress.shown_progress("ab")) == ["a", "b"]
        assert stream.getvalue() == ""
