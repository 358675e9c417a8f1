"""The command line as users meet it: exit codes, bad input, fixing, and that nothing is lost."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT, vmlint
from vmlint import model
from vmlint.commands import options

BAD = "qemu-system-x86_64 -serial tcp::4444,server,nowait\n"
GOOD = "qemu-system-x86_64 -serial tcp::4444,server=on,wait=off\n"
MISMATCH = """<domain type='kvm'>
  <devices>
    <interface type='bridge'>
      <mac address='52:54:00:00:00:01'/>
      <model type='virtio'/>
      <teaming type='persistent'/>
      <alias name='ua-b'/>
    </interface>
    <interface type='hostdev'>
      <mac address='52:54:00:00:00:02'/>
      <teaming type='transient' persistent='ua-b'/>
    </interface>
  </devices>
</domain>
"""


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, to show that nothing changed."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_clean_file(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text(GOOD)
    done = vmlint("check", "start.sh", cwd=tmp_path)
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, "No problems found in 1 file.\n", b"")


def test_finding_is_exit_code_one_and_zero_on_request(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text(BAD)
    assert vmlint("check", cwd=tmp_path).returncode == 1
    assert vmlint("check", "--exit-zero", cwd=tmp_path).returncode == 0
    assert vmlint("check", "--ignore", "short-boolean", cwd=tmp_path).returncode == 0
    assert vmlint("check", "--ignore", "options", cwd=tmp_path).returncode == 0
    assert vmlint("check", "--select", "teaming", cwd=tmp_path).returncode == 0
    assert vmlint("check", "--min-severity", "error", cwd=tmp_path).returncode == 0
    assert vmlint("check", "--qemu", "<6.0", cwd=tmp_path).returncode == 0, "not deprecated before 6.0"


def test_fix_changes_the_file_and_tells(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text(BAD)
    done = vmlint("check", "--fix", cwd=tmp_path)
    assert (done.returncode, done.stdout.decode()) == (1, "No problems found in 1 file (2 fixed).\n")
    assert (tmp_path / "start.sh").read_text() == GOOD
    again = vmlint("check", "--fix", cwd=tmp_path)
    assert (again.returncode, again.stdout.decode()) == (0, "No problems found in 1 file.\n")


def test_unsafe_fix_needs_its_option(tmp_path: Path) -> None:
    path = tmp_path / "guest.xml"
    path.write_text(MISMATCH)
    assert vmlint("check", "--fix", cwd=tmp_path).returncode == 1
    assert path.read_text() == MISMATCH
    assert vmlint("check", "--fix", "--unsafe-fixes", cwd=tmp_path).returncode == 1
    assert path.read_text() == MISMATCH.replace("00:02", "00:01")


def test_diff_shows_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text(BAD)
    done = vmlint("check", "--diff", cwd=tmp_path)
    expected = f"--- start.sh\n+++ start.sh\n@@ -1 +1 @@\n-{BAD}+{GOOD}"
    assert (done.returncode, done.stdout.decode()) == (1, expected)
    assert (tmp_path / "start.sh").read_text() == BAD


def test_standard_input(tmp_path: Path) -> None:
    done = vmlint(
        "check", "-", "--stdin-filename", "start.sh", "--output-format", "concise", cwd=tmp_path, stdin=BAD.encode()
    )
    assert done.returncode == 1
    assert done.stdout.startswith(b"start.sh:1:38: warning[short-boolean]")
    done = vmlint("check", "-", "--stdin-filename", "start.sh", "--fix", cwd=tmp_path, stdin=BAD.encode())
    assert (done.returncode, done.stdout.decode()) == (1, GOOD)


def test_command_line_as_typed(tmp_path: Path) -> None:
    done = vmlint(
        "argv", "--output-format", "json", "--", "/opt/q/my-qemu", "-qmp", "unix:a b.sock,server", cwd=tmp_path
    )
    assert done.returncode == 1
    (found,) = json.loads(done.stdout)["diagnostics"]
    assert (found["rule"], found["fix"]["edits"][0]["text"]) == ("short-boolean", "server=on")
    fixed = vmlint("argv", "--fix", "--", "/opt/q/my-qemu", "-qmp", "unix:a b.sock,server", cwd=tmp_path)
    assert fixed.stdout.decode() == "/opt/q/my-qemu -qmp 'unix:a b.sock,server=on'\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_fix_keeps_line_ends_mark_and_encoding(tmp_path: Path, newline: str, encoding: str) -> None:
    declared = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>\n<!-- für Gäste -->\n"
    before = (declared + MISMATCH).replace("\n", newline).encode(encoding)
    after = (declared + MISMATCH.replace("00:02", "00:01")).replace("\n", newline).encode(encoding)
    path = tmp_path / "guest.xml"
    path.write_bytes(before)
    path.chmod(0o640)
    assert vmlint("check", "--fix", "--unsafe-fixes", cwd=tmp_path).returncode == 1
    assert path.read_bytes() == after
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.sh").write_text(BAD)
    (tmp_path / "link.sh").symlink_to("real.sh")
    assert vmlint("check", "--fix", "link.sh", cwd=tmp_path).returncode == 1
    assert (tmp_path / "link.sh").is_symlink()
    assert (tmp_path / "real.sh").read_text() == GOOD


UTF16 = MISMATCH.encode("utf-16")
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
        (["check", "--qemu", "seven"], "Invalid specifier: 'seven'; write it as in '>=6.2,<11' or '==7.2'"),
        (["check", "--qemu", ">11.1"], "'>11.1' admits no release; the newest known is 11.1"),
        (["check", "-", "start.sh"], "standard input (-) cannot be checked together with files"),
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


def test_folder_leaves_out_what_git_ignores_and_what_is_no_file(tmp_path: Path) -> None:
    if os.system("git --version >/dev/null 2>&1"):
        pytest.skip("git is not installed")
    os.system(f"git init -q {tmp_path}")
    (tmp_path / ".gitignore").write_text("build/\n")
    (tmp_path / "build").mkdir()
    for name in ("build/start.sh", "start.sh", "ü b.sh"):
        (tmp_path / name).write_text(BAD)
    os.mkfifo(tmp_path / "pipe.sh")
    done = vmlint("check", "--output-format", "json", cwd=tmp_path)
    assert {d["path"] for d in json.loads(done.stdout)["diagnostics"]} == {"start.sh", "ü b.sh"}


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


def test_reports_go_to_files_too(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text(BAD)
    done = vmlint("check", "--quiet", "--output", "json:out.json", "--output", "sarif:out.sarif", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert json.loads((tmp_path / "out.json").read_text())["summary"]["warnings"] == 2
    assert len(json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]) == 2


def test_rule_lists_and_explains(tmp_path: Path) -> None:
    listed = vmlint("rule", cwd=tmp_path).stdout.decode()
    assert "short-boolean" in listed
    page = vmlint("rule", "short-boolean", cwd=tmp_path).stdout.decode()
    assert page.startswith("# short-boolean\n")
    assert "delay=off" in page


def test_a_report_that_cannot_be_written_is_told_before_anything_is_fixed(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text(BAD)
    done = vmlint("check", "--fix", "--output", "json:nowhere/out.json", cwd=tmp_path)
    assert (done.returncode, done.stderr.decode()) == (
        2,
        "vmlint: error: nowhere/out.json: no such file or directory\n",
    )
    assert (tmp_path / "start.sh").read_text() == BAD


def test_a_file_named_twice_is_linted_once(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text(BAD)
    (tmp_path / "link.sh").symlink_to("start.sh")
    done = vmlint("check", "--fix", "start.sh", "./start.sh", "link.sh", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout.decode()) == (1, "No problems found in 1 file (2 fixed).\n")


def test_a_file_that_cannot_be_read_is_told_whatever_rules_are_chosen(tmp_path: Path) -> None:
    (tmp_path / "cut.xml").write_text(MISMATCH[:200])
    done = vmlint("check", "--select", "short-boolean", cwd=tmp_path)
    assert done.returncode == 1
    assert b"error[syntax-error]" in done.stdout


def test_a_folder_that_git_ignores_is_read_when_named(tmp_path: Path) -> None:
    if os.system("git --version >/dev/null 2>&1"):
        pytest.skip("git is not installed")
    os.system(f"git init -q {tmp_path}")
    (tmp_path / ".gitignore").write_text("build/\n")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "start.sh").write_text(BAD)
    assert vmlint("check", ".", cwd=tmp_path).returncode == 0
    assert vmlint("check", "build", cwd=tmp_path).returncode == 1


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


def test_the_command_line_knows_the_severities_of_the_model() -> None:
    assert options.SEVERITIES == model.SEVERITIES


def test_a_link_and_its_parent_are_where_the_link_leads(tmp_path: Path) -> None:
    for folder in ("work", "real/inner"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "work" / "start.sh").write_text(BAD)
    (tmp_path / "real" / "start.sh").write_text(GOOD)
    (tmp_path / "work" / "link").symlink_to("../real/inner")
    assert vmlint("check", "link/..", cwd=tmp_path / "work").returncode == 0


def test_a_very_deep_folder(tmp_path: Path) -> None:
    os.system(f"cd {tmp_path} && for i in $(seq 1200); do mkdir d && cd d || exit; done")
    assert vmlint("check", ".", cwd=tmp_path).returncode in (0, 2)
    os.system(f"rm -rf {tmp_path}/d")


def test_an_encoding_declared_late_is_honoured(tmp_path: Path) -> None:
    head = '<?xml version="1.0"' + " " * 300 + 'encoding="iso-8859-1"?>\n'
    xml = "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:commandline>"
    xml += "<qemu:arg value='-qmp'/><qemu:arg value='unix:Ã©Ã©,server,telnet'/></qemu:commandline></domain>"
    (tmp_path / "guest.xml").write_bytes((head + xml).encode("iso-8859-1"))
    assert vmlint("check", "--fix", cwd=tmp_path).returncode == 1
    after = (head + xml).replace("server,telnet", "server=on,telnet=on").encode("iso-8859-1")
    assert (tmp_path / "guest.xml").read_bytes() == after


def test_twenty_thousand_flags_of_one_option(tmp_path: Path) -> None:
    """Took a minute when each flag looked at all others."""
    (tmp_path / "start.sh").write_text("qemu-system-x86_64 -serial tcp:h:1" + ",server,nowait" * 10_000 + "\n")
    assert vmlint("check", "-q", cwd=tmp_path).returncode == 1
