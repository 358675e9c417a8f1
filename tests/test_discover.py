"""Which files a search hands out: in a git repository by git's own search, elsewhere by looking into each."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.helpers import vmlint
from vmlint.discover import MAX_SIZE, SNIFF, Search

BAD = "qemu-system-x86_64 -serial tcp::1,server\n"
DOMAIN = "<domain type='kvm'><name>a</name></domain>\n"
CMDLINE = b"/usr/bin/qemu-kvm\0-serial\0tcp::1,server\0"

with_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(params=["folder", pytest.param("repository", marks=with_git)])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "repository":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True, env=kept)
    return tmp_path


def found(folder: Path) -> list[str]:
    return sorted(os.path.relpath(path, folder) for path, _, _ in Search([str(folder)]))


def test_files_with_a_hint_are_found(folder: Path) -> None:
    (folder / "a b").mkdir()
    (folder / "a b" / "start.sh").write_text(BAD)
    (folder / "é.xml").write_text(DOMAIN)
    (folder / "wide.xml").write_bytes(DOMAIN.encode("utf-16"))
    (folder / "guest.args").write_text("-m 1G\n")
    (folder / "cmdline").write_bytes(CMDLINE)
    (folder / "monitor.sh").write_text("$VM -monitor unix:/m,server,nowait\n")
    for number, setting in enumerate(("machine: pc-q35-5.1", "machine: type=pc-q35-5.1,viommu=intel", "scsihw: lsi")):
        (folder / f"10{number}.conf").write_text(f"{setting}\nmemory: 2048\n")
    expected = ["100.conf", "101.conf", "102.conf"]
    expected += ["a b/start.sh", "cmdline", "guest.args", "monitor.sh", "wide.xml", "é.xml"]
    assert found(folder) == sorted(expected)


def test_files_without_a_hint_and_binary_files_are_not(folder: Path) -> None:
    (folder / "notes.txt").write_text("nothing here\n-m 1G\n")
    (folder / "empty.sh").write_text("")
    (folder / "other.xml").write_text("<project/>\n")
    (folder / "image.bin").write_bytes(b"\x7fELF\0\0qemu-system-x86_64\0-serial")
    (folder / "list.xml").write_text("- a\n")
    assert found(folder) == []


@with_git
def test_git_says_what_is_ignored_and_what_is_new(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("*.log\nout/\n")
    (tmp_path / "out").mkdir()
    for name in ("new.sh", "kept.sh", "guest.log", "out/run.sh"):
        (tmp_path / name).write_text(BAD)
    subprocess.run(["git", "-C", str(tmp_path), "add", "kept.sh"], check=True)
    (tmp_path / "link.sh").symlink_to("kept.sh")
    assert found(tmp_path) == ["kept.sh", "new.sh"]
    (tmp_path / "kept.sh").unlink()  # still in the index
    assert found(tmp_path) == ["new.sh"]


def test_a_hint_after_the_first_mebibyte(folder: Path) -> None:
    late = folder / "late.sh"
    late.write_text("# " + "x" * SNIFF + "\n" + BAD)
    done = vmlint("check", "--output-format", "concise", str(late), cwd=folder)
    assert b"late.sh:2:35: warning[short-boolean]" in done.stdout
    in_repository = (folder / ".git").exists()
    assert found(folder) == (["late.sh"] if in_repository else [])


def test_a_file_too_large_to_read_is_told(tmp_path: Path) -> None:
    large = tmp_path / "large.sh"
    large.write_bytes(BAD.encode())
    os.truncate(large, 0)
    with large.open("wb") as stream:
        stream.write(b"#" * (MAX_SIZE + 1))
        stream.write(BAD.encode())
    done = vmlint("check", str(large), cwd=tmp_path)
    assert done.returncode in (0, 2)
    assert done.stderr or b"large.sh" in done.stdout


def test_nul_bytes_stay_where_a_command_line_is_fixed(tmp_path: Path) -> None:
    (tmp_path / "cmdline").write_bytes(CMDLINE)
    assert vmlint("check", "--fix", "-q", cwd=tmp_path).returncode == 1
    assert (tmp_path / "cmdline").read_bytes() == CMDLINE.replace(b"server", b"server=on")


def test_hard_links_are_files_and_other_names_of_one_are_not(folder: Path) -> None:
    """Also after a file came up twice; and however many there are, each name is looked up once."""
    (folder / "a.xml").write_text(DOMAIN)
    (folder / "link").symlink_to(folder / "a.xml")
    for name in ("b.xml", "c.xml"):
        (folder / name).hardlink_to(folder / "a.xml")
    given = [str(folder / name) for name in ("a.xml", "link", "a.xml", "b.xml", "c.xml", "b.xml")]
    assert [os.path.basename(path) for path, _, _ in Search(given)] == ["a.xml", "b.xml", "c.xml"]


@pytest.mark.parametrize("repository", [False, pytest.param(True, marks=with_git)])
def test_files_without_a_vm_are_counted_too(tmp_path: Path, repository: bool) -> None:
    if repository:
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for name in ("a.txt", "b/c.txt", "b/d.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("nothing\n")
    done = vmlint("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"No VM configuration found in 3 files.\n")
    done = vmlint("check", "a.txt", cwd=tmp_path)
    assert done.stdout.endswith(b"No VM configuration found in 1 file.\n")
    done = vmlint("check", "--select", "teaming", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"No VM configuration found in 3 files.\n")
