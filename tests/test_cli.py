"""The command line as users meet it: exit codes, fixing, and that nothing is lost."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from tests.helpers import vmlint
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


def test_a_folder_that_git_ignores_is_read_when_named(tmp_path: Path) -> None:
    if os.system("git --version >/dev/null 2>&1"):
        pytest.skip("git is not installed")
    os.system(f"git init -q {tmp_path}")
    (tmp_path / ".gitignore").write_text("build/\n")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "start.sh").write_text(BAD)
    assert vmlint("check", ".", cwd=tmp_path).returncode == 0
    assert vmlint("check", "build", cwd=tmp_path).returncode == 1


def test_the_command_line_knows_the_severities_of_the_model() -> None:
    assert options.SEVERITIES == model.SEVERITIES


def test_a_link_and_its_parent_are_where_the_link_leads(tmp_path: Path) -> None:
    for folder in ("work", "real/inner"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "work" / "start.sh").write_text(BAD)
    (tmp_path / "real" / "start.sh").write_text(GOOD)
    (tmp_path / "work" / "link").symlink_to("../real/inner")
    assert vmlint("check", "link/..", cwd=tmp_path / "work").returncode == 0


def test_an_encoding_declared_late_is_honoured(tmp_path: Path) -> None:
    head = '<?xml version="1.0"' + " " * 300 + 'encoding="iso-8859-1"?>\n'
    xml = "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:commandline>"
    xml += "<qemu:arg value='-qmp'/><qemu:arg value='unix:Ã©Ã©,server,telnet'/></qemu:commandline></domain>"
    (tmp_path / "guest.xml").write_bytes((head + xml).encode("iso-8859-1"))
    assert vmlint("check", "--fix", cwd=tmp_path).returncode == 1
    after = (head + xml).replace("server,telnet", "server=on,telnet=on").encode("iso-8859-1")
    assert (tmp_path / "guest.xml").read_bytes() == after
