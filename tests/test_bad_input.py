"""What cannot be read, found or done is told, and costs no more than itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT, vmlint
from tests.test_cli import BAD, MISMATCH, UTF16, files

BOMB = "<!DOCTYPE domain [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>\n<domain type='kvm'>&b;</domain>\n"
JINJA = "<domain type='{{ kind }}'>\n  <name>{{ name }}</name>\n</domain>\n"
BROKEN_JINJA = "<domain type='kvm'>\n  <name>{{ name }}</name>\n  <{{ extra }}>\n</domain>\n"

BAD_INPUT = [
    pytest.param("empty.xml", b"", 0, b"empty.xml: nothing to check: the file is empty", id="empty"),
    pytest.param("cut.xml", MISMATCH[:200].encode(), 1, b"cut.xml:8:7: error[syntax-error]", id="truncated"),
    pytest.param("data.xml", bytes(range(256)) * 9, 0, b"data.xml: nothing to check: the file is binary", id="binary"),
    pytest.param("wide.xml", UTF16, 1, b"wide.xml:10:21: error[teaming-mac-mismatch]", id="utf-16"),
    pytest.param("wide.sh", BAD.encode("utf-16"), 0, b"wide.sh: nothing to check: UTF-16, in which", id="utf-16 script"),
    pytest.param("bomb.xml", BOMB.encode(), 1, b"bomb.xml:1:1: error[xml-doctype]", id="entities"),
    pytest.param("vm.xml.j2", JINJA.encode(), 0, b"No problems found in 1 file.", id="template"),
    pytest.param("bad.xml.j2", BROKEN_JINJA.encode(), 0, b"bad.xml.j2:3:4: note[template-not-read]", id="broken-template"),
    pytest.param("open.sh", BAD.replace("tcp", "'tcp").encode(), 0, b"open.sh:1:28: note[shell-not-read]", id="open-quote"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "code", "message"), BAD_INPUT)
@pytest.mark.parametrize("fix", [False, True])
def test_bad_input_gets_a_clear_answer(
    tmp_path: Path, name: str, data: bytes, code: int, message: bytes, fix: bool
) -> None:
    (tmp_path / name).write_bytes(data)
    before = files(tmp_path)
    done = vmlint("check", name, *(["--fix"] if fix else []), cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stdout
    assert b"Traceback" not in done.stderr + done.stdout
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere.xml"], "nowhere.xml: no such file or directory"),
        (
            ["check", "--ignore", "short-bolean"],
            "no rule or topic is called 'short-bolean'; did you mean 'short-boolean'?",
        ),
        (["check", "--select", "nonsense"], "no rule or topic is called 'nonsense'; 'vmlint rule' lists them all"),
        (["check", "--qemu", "seven"], "QEMU 'seven': not a version specifier; write it as in '>=6.2,<11' or '==7.2'"),
        (["check", "--qemu", ">11.1"], "QEMU '>11.1' admits no release; the newest known is 11.1"),
        (["check", "-", "start.sh"], "standard input (-) cannot be looked at together with files"),
        (["check", "/dev/null"], "/dev/null: neither a file nor a folder"),
        (["rule", "nonsense"], "no rule or topic is called 'nonsense'; 'vmlint rule' lists them all"),
    ],
)
def test_what_cannot_be_done_is_exit_code_two(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "start.sh").write_text(BAD)
    done = vmlint(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr.decode()) == (2, f"vmlint: error: {message}\n")
    assert (tmp_path / "start.sh").read_text() == BAD


def test_one_unreadable_path_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text(BAD)
    done = vmlint("check", "nowhere", "start.sh", "--output-format", "concise", cwd=tmp_path)
    assert done.returncode == 2
    assert b"start.sh:1:38:" in done.stdout


def test_folder_linked_into_itself(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "start.sh").write_text(BAD)
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    done = vmlint("check", "--output-format", "json", cwd=tmp_path)
    assert {d["path"] for d in json.loads(done.stdout)["diagnostics"]} == {"a/start.sh"}


def test_too_large_a_file_is_told_not_swallowed(tmp_path: Path) -> None:
    with (tmp_path / "huge.xml").open("wb") as stream:
        stream.write(b"<domain type='kvm'><name>x</name>")
        stream.truncate(1 << 30)
    head = (tmp_path / "huge.xml").read_bytes()[:33] + b" " * (1 << 20)
    with (tmp_path / "huge.xml").open("r+b") as stream:
        stream.write(head)
    done = vmlint("check", "huge.xml", cwd=tmp_path)
    assert done.returncode == 2
    assert b"huge.xml: larger than 64 MiB" in done.stderr


def test_escapes_in_names_and_messages_are_never_printed_raw(tmp_path: Path) -> None:
    name = "a\x1b[31m\nb.sh"
    (tmp_path / name).write_text(BAD)
    for style in ("text", "concise"):
        done = vmlint("check", name, "nowhere\x1b[0m", "--output-format", style, cwd=tmp_path)
        assert b"\x1b" not in done.stdout + done.stderr
        assert b"a\\x1b[31m\\x0ab.sh:1:38" in done.stdout


def test_a_file_that_cannot_be_read_is_told_whatever_rules_are_chosen(tmp_path: Path) -> None:
    (tmp_path / "cut.xml").write_text(MISMATCH[:200])
    done = vmlint("check", "--select", "short-boolean", cwd=tmp_path)
    assert done.returncode == 1
    assert b"error[syntax-error]" in done.stdout


def test_an_error_of_its_own_is_no_traceback_and_costs_one_file(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text(BAD)
    (tmp_path / "Makefile").write_text(f"run:\n\t{BAD.splitlines()[-1]}\n")
    code = "import vmlint.formats.shell as s; s.parse = None; from vmlint.cli import main; raise SystemExit(main(['check']))"
    env = {"PYTHONPATH": str(ROOT / "linter")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, env=env, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("vmlint: error: start.sh: internal error, please report it with the file: TypeError")
    assert "Makefile:2:" in done.stdout


def test_a_very_deep_folder(tmp_path: Path) -> None:
    os.system(f"cd {tmp_path} && for i in $(seq 1200); do mkdir d && cd d || exit; done")
    assert vmlint("check", ".", cwd=tmp_path).returncode in (0, 2)
    os.system(f"rm -rf {tmp_path}/d")


def test_twenty_thousand_flags_of_one_option(tmp_path: Path) -> None:
    """Took a minute when each flag looked at all others."""
    (tmp_path / "start.sh").write_text("qemu-system-x86_64 -serial tcp:h:1" + ",server,nowait" * 10_000 + "\n")
    assert vmlint("check", "-q", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_output_is_as_one_that_nobody_reads(closed: str, tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text("qemu-system-x86_64 -serial tcp::4444,server,nowait\n")
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m vmlint check start.sh {closed}', sys.executable],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "internal error" not in done.stderr
