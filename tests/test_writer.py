"""A file that --fix writes is the old one or the new one, whole, whatever happens meanwhile."""

from __future__ import annotations

import fcntl
import os
import random
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vmlint.discover import Unreadable
from vmlint.writer import write

from .helpers import ROOT, vmlint

OLD = b"qemu-system-x86_64 -chardev socket,id=c,path=/tmp/c,server,nowait\n" * 500
NEW = b"qemu-system-x86_64 -chardev socket,id=c,path=/tmp/c,server=on,wait=off\n" * 500
KILLS = 500
NOBODY = 65534


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "vm.sh"
    path.write_bytes(OLD)
    return path


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _in_child(work: Callable[[], None]) -> int:
    """Run this in a process of its own, so that limits and signals hit only that; its process id."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def test_a_run_killed_at_any_moment_leaves_the_old_or_the_new_file(script: Path) -> None:
    chance = random.Random(9)
    begun = time.perf_counter()
    os.waitpid(_in_child(lambda: write(str(script), OLD, NEW)), 0)
    longest = 1.5 * (time.perf_counter() - begun)
    assert script.read_bytes() == NEW, "what is killed below must be able to finish"
    seen = set()
    for _ in range(KILLS):
        script.write_bytes(OLD)
        child = _in_child(lambda: write(str(script), OLD, NEW))
        time.sleep(chance.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        seen.add(script.read_bytes())
    assert seen == {OLD, NEW}, "both must have happened, and nothing else"


@pytest.mark.parametrize("room", [0, 1, len(OLD), len(NEW) - 1])
def test_a_full_disk_loses_nothing(script: Path, room: int) -> None:
    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        try:
            write(str(script), OLD, NEW)
        except Unreadable as error:
            writer = told[1]
            os.write(writer, str(error).encode())

    told = os.pipe()
    os.waitpid(_in_child(work), 0)
    os.close(told[1])
    with os.fdopen(told[0], "rb") as answer:
        assert answer.read() == b"file too large; not fixed"
    assert script.read_bytes() == OLD
    assert _names(script.parent) == ["vm.sh"]


def test_what_someone_else_changed_is_left_to_them(script: Path) -> None:
    theirs = OLD + b"# mine\n"
    script.write_bytes(theirs)
    with pytest.raises(Unreadable, match="changed by someone else"):
        write(str(script), OLD, NEW)
    assert script.read_bytes() == theirs


def test_a_change_while_the_new_file_is_written_is_noticed(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change_meanwhile(handle: int) -> None:
        script.write_bytes(OLD + b"# mine\n")

    monkeypatch.setattr(os, "fsync", change_meanwhile)
    with pytest.raises(Unreadable, match="changed by someone else"):
        write(str(script), OLD, NEW)
    assert script.read_bytes() == OLD + b"# mine\n"
    assert _names(script.parent) == ["vm.sh"]


def test_a_file_that_another_run_fixes_is_left_to_it(script: Path) -> None:
    with script.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Unreadable, match="locked by another program"):
            write(str(script), OLD, NEW)
    assert script.read_bytes() == OLD


def test_many_runs_at_once_leave_one_whole_new_file(script: Path) -> None:
    command = [sys.executable, "-m", "vmlint", "check", "--fix", "--quiet", str(script)]
    runs = [subprocess.Popen(command, cwd=ROOT / "linter", stderr=subprocess.PIPE) for _ in range(4)]
    errors = [run.communicate(timeout=120)[1] for run in runs]
    assert script.read_bytes() == NEW
    assert _names(script.parent) == ["vm.sh"]
    assert not any(b"Traceback" in error for error in errors)


def test_a_hard_linked_file_is_not_parted_from_its_other_name(script: Path) -> None:
    other = script.with_name("other.sh")
    other.hardlink_to(script)
    with pytest.raises(Unreadable, match="other names"):
        write(str(script), OLD, NEW)
    assert script.read_bytes() == other.read_bytes() == OLD


def test_mode_owner_and_extended_attributes_stay(script: Path) -> None:
    script.chmod(0o754 | stat.S_ISGID)
    try:
        os.setxattr(script, "user.origin", b"by hand")
    except OSError as error:
        pytest.skip(f"no extended attributes here: {error}")
    if os.getuid() == 0:
        os.chown(script, NOBODY, NOBODY)
        script.chmod(0o754 | stat.S_ISGID)
    before = script.stat()
    write(str(script), OLD, NEW)
    after = script.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert os.getxattr(script, "user.origin") == b"by hand"


def test_a_chain_of_links_stays_and_its_end_is_fixed(script: Path) -> None:
    first, second = script.with_name("first.sh"), script.with_name("second.sh")
    second.symlink_to(script.name)
    first.symlink_to(second.name)
    write(str(first), OLD, NEW)
    assert script.read_bytes() == NEW
    assert [first.readlink(), second.readlink()] == [Path("second.sh"), Path("vm.sh")]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_read_only_file_or_folder_is_told(script: Path) -> None:
    script.chmod(0o444)
    with pytest.raises(Unreadable, match="read-only"):
        write(str(script), OLD, NEW)
    script.chmod(0o644)
    script.parent.chmod(0o555)
    try:
        with pytest.raises(Unreadable, match="permission denied"):
            write(str(script), OLD, NEW)
    finally:
        script.parent.chmod(0o755)
    assert script.read_bytes() == OLD


def test_a_file_that_cannot_be_written_does_not_stop_the_others(tmp_path: Path) -> None:
    for name in ("a.sh", "b.sh", "c.sh"):
        (tmp_path / name).write_bytes(OLD)
    (tmp_path / "link.sh").hardlink_to(tmp_path / "b.sh")
    done = vmlint("check", "--fix", "a.sh", "b.sh", "c.sh", cwd=tmp_path)
    assert done.returncode == 2
    assert b"b.sh: has other names (hard links)" in done.stderr
    assert [(tmp_path / name).read_bytes() for name in ("a.sh", "b.sh", "c.sh")] == [NEW, OLD, NEW]
