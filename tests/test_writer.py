"""A file that --fix writes is the old one or the new one, whole, whatever happens meanwhile."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import shutil
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from vmlint import newfile
from vmlint.discover import Unreadable
from vmlint.newfile import clean
from vmlint.writer import write

from .faults import NOBODY, as_nobody, ended_at, full_after, in_child, in_own_mounts, interrupt, kill, said_with
from .helpers import ROOT, vmlint

OLD = b"qemu-system-x86_64 -chardev socket,id=c,path=/tmp/c,server,nowait\n" * 500
NEW = b"qemu-system-x86_64 -chardev socket,id=c,path=/tmp/c,server=on,wait=off\n" * 500
KILLS = 500
MANY_STEPS = 60


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "vm.sh"
    path.write_bytes(OLD)
    return path


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_run_killed_at_any_moment_leaves_the_old_or_the_new_file(script: Path) -> None:
    chance = random.Random(9)
    begun = time.perf_counter()
    os.waitpid(in_child(lambda: write(str(script), OLD, NEW)), 0)
    longest = 1.5 * (time.perf_counter() - begun)
    assert script.read_bytes() == NEW, "what is killed below must be able to finish"
    seen, caught = set(), 0
    for _ in range(KILLS):
        script.write_bytes(OLD)
        child = in_child(lambda: write(str(script), OLD, NEW))
        time.sleep(chance.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        seen.add(script.read_bytes())
        caught += len(_names(script.parent)) > 1
        clean([str(script.parent)])
        assert _names(script.parent) == ["vm.sh"]
    assert seen == {OLD, NEW}, "both must have happened, and nothing else"
    assert caught > KILLS / 100, "so many must have been killed while the new file was there, and not yet in place"


def test_a_run_killed_at_every_step_leaves_the_old_or_the_new_file(quick_folder: Path) -> None:
    script = quick_folder / "vm.sh"
    script.write_bytes(OLD)
    seen, step = [], 1
    while ended_at(step, lambda: write(str(script), OLD, NEW), kill):
        seen.append((script.read_bytes() == NEW, len(_names(script.parent))))
        assert script.read_bytes() in (OLD, NEW)
        assert _names(script.parent)[-1] == "vm.sh"
        clean([str(script.parent)])
        script.write_bytes(OLD)
        step += 1
    assert {(False, 1), (False, 2), (True, 1)} == set(seen), "before, meanwhile and after"
    assert step > MANY_STEPS


def test_a_run_interrupted_at_every_step_says_so_and_leaves_a_whole_file(quick_folder: Path) -> None:
    script = quick_folder / "vm.sh"
    script.write_bytes(OLD)
    step = 1
    while ended_at(step, lambda: write(str(script), OLD, NEW), interrupt):
        assert script.read_bytes() in (OLD, NEW)
        clean([str(script.parent)])
        assert _names(script.parent) == ["vm.sh"]
        script.write_bytes(OLD)
        step += 1
    assert step > MANY_STEPS


def test_signals_that_are_handled_do_not_disturb(script: Path) -> None:
    """The system ends a call when one arrives (EINTR)."""
    before = signal.signal(signal.SIGALRM, lambda number, frame: None)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        for old, new in ((OLD, NEW), (NEW, OLD)) * 10:
            write(str(script), old, new)
            assert script.read_bytes() == new
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert _names(script.parent) == ["vm.sh"]


@pytest.mark.parametrize("room", [0, 1, len(OLD), len(NEW) - 1])
def test_a_full_disk_loses_nothing(script: Path, room: int) -> None:
    assert said_with(full_after(room), lambda: write(str(script), OLD, NEW)) == "file too large; not fixed"
    assert script.read_bytes() == OLD
    assert _names(script.parent) == ["vm.sh"]


MOUNTED = """
    from tests.test_writer import NEW, OLD
    from vmlint.discover import Unreadable
    from vmlint.writer import write
    disk = Path("disk")
    disk.mkdir()
    def mount(*words):
        subprocess.run(["mount", *words], check=True)
    def said(path):
        try:
            write(path, OLD, NEW)
        except Unreadable as error:
            return str(error)
    mount("-t", "tmpfs", "-o", "size=64k", "none", "disk")
    script = disk / "vm.sh"
    script.write_bytes(OLD)
"""


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    in_own_mounts(
        f"""{MOUNTED}
    assert said("disk/vm.sh") == "no space left on device; not fixed", said("disk/vm.sh")
    assert script.read_bytes() == OLD and os.listdir(disk) == ["vm.sh"]
    """,
        tmp_path,
    )


def test_a_disk_that_is_mounted_read_only(tmp_path: Path) -> None:
    in_own_mounts(
        f"""{MOUNTED}
    mount("-o", "remount,ro", "disk")
    assert said("disk/vm.sh") == "is read-only; not fixed", said("disk/vm.sh")
    assert script.read_bytes() == OLD
    """,
        tmp_path,
    )


def test_a_file_that_is_mounted_alone(tmp_path: Path) -> None:
    """As a container has its configuration: it can be written, but nothing can take its place."""
    in_own_mounts(
        f"""{MOUNTED}
    Path("one.sh").write_bytes(b"")
    mount("--bind", "disk/vm.sh", "one.sh")
    assert said("one.sh") == "device or resource busy; not fixed", said("one.sh")
    assert script.read_bytes() == OLD and sorted(os.listdir()) == ["disk", "one.sh"]
    """,
        tmp_path,
    )


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


ACCESS_LIST = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", tag, may, who)
    for tag, may, who in (
        (1, 6, 0xFFFFFFFF),
        (2, 4, NOBODY),
        (4, 4, 0xFFFFFFFF),
        (16, 4, 0xFFFFFFFF),
        (32, 0, 0xFFFFFFFF),
    )
)
"""Another user may read the file, as the system keeps such a list."""


def _set_attribute(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"{name} cannot be given here: {error}")


@pytest.mark.parametrize("mode", [0o600, 0o754, 0o754 | stat.S_ISGID, 0o4755, 0o6755, 0o222])
def test_mode_and_owner_stay(script: Path, mode: int) -> None:
    if os.getuid() == 0:
        os.chown(script, NOBODY, NOBODY)
    elif not mode & stat.S_IRUSR:
        pytest.skip("only root reads it")
    script.chmod(mode)
    before = script.stat()
    write(str(script), OLD, NEW)
    after = script.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert script.read_bytes() == NEW


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user.origin", b"by hand"),
        ("system.posix_acl_access", ACCESS_LIST),
        ("security.selinux", b"system_u:object_r:virt_etc_t:s0\0"),
        ("trusted.note", b"of root"),
    ],
)
def test_extended_attributes_stay(script: Path, name: str, value: bytes) -> None:
    _set_attribute(script, name, value)
    before = os.getxattr(script, name)
    write(str(script), OLD, NEW)
    assert script.read_bytes() == NEW
    assert os.getxattr(script, name) == before


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
class TestAnotherUser:
    """What root's own runs never meet."""

    @pytest.fixture
    def theirs(self) -> Iterator[Path]:
        """A folder that all may write to, outside those that only root may enter."""
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            Path(folder).chmod(0o777)
            script = Path(folder) / "vm.sh"
            script.write_bytes(OLD)
            script.chmod(0o666)
            yield script

    @pytest.mark.parametrize("mode", [0o777, 0o1777, 0o2777])
    def test_a_file_of_someone_else_is_told(self, theirs: Path, mode: int) -> None:
        theirs.parent.chmod(mode)
        said = said_with(as_nobody, lambda: write(str(theirs), OLD, NEW))
        assert said == "belongs to another user or group; not fixed"
        assert (theirs.read_bytes(), _names(theirs.parent)) == (OLD, ["vm.sh"])

    def test_a_label_that_only_root_can_give_is_told(self, theirs: Path) -> None:
        os.chown(theirs, NOBODY, NOBODY)
        _set_attribute(theirs, "security.selinux", b"system_u:object_r:virt_etc_t:s0\0")
        said = said_with(as_nobody, lambda: write(str(theirs), OLD, NEW))
        label, names = os.getxattr(theirs, "security.selinux"), _names(theirs.parent)
        assert (label, names) == (b"system_u:object_r:virt_etc_t:s0\0", ["vm.sh"])
        told = {OLD: "has extended attributes that cannot be kept; not fixed", NEW: ""}  # some systems let the owner
        assert said == told[theirs.read_bytes()]

    def test_a_mode_that_only_root_can_give_is_told(self, theirs: Path) -> None:
        """A file in another group, whose programs run in that group: the system takes that off the new file."""
        os.chown(theirs, NOBODY, 0)
        theirs.chmod(0o2755)

        def in_no_group() -> None:
            os.setgroups([0])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

        write_it = lambda: write(str(theirs), OLD, NEW)  # noqa: E731
        assert said_with(in_no_group, write_it) in ("", "has a mode that only another user can give; not fixed")
        assert theirs.stat().st_mode & 0o7777 == 0o2755
        assert _names(theirs.parent) == ["vm.sh"]

    @pytest.mark.parametrize("flag", ["i", "a"])
    def test_a_file_that_may_not_change_is_told(self, theirs: Path, flag: str) -> None:
        if subprocess.run(["chattr", f"+{flag}", str(theirs)], capture_output=True, check=False).returncode:
            pytest.skip("no such attribute here")
        try:
            with pytest.raises(Unreadable, match=r"(operation not permitted|is read-only); not fixed"):
                write(str(theirs), OLD, NEW)
        finally:
            subprocess.run(["chattr", f"-{flag}", str(theirs)], check=True)
        assert (theirs.read_bytes(), _names(theirs.parent)) == (OLD, ["vm.sh"])

    def test_read_only_files_and_folders_are_told(self, theirs: Path) -> None:
        os.chown(theirs, NOBODY, NOBODY)
        theirs.chmod(0o444)
        assert said_with(as_nobody, lambda: write(str(theirs), OLD, NEW)) == "is read-only; not fixed"
        theirs.chmod(0o644)
        theirs.parent.chmod(0o755)
        assert said_with(as_nobody, lambda: write(str(theirs), OLD, NEW)) == "permission denied; not fixed"
        assert theirs.read_bytes() == OLD


def test_what_took_the_place_of_the_file_meanwhile_stays(script: Path) -> None:
    script.unlink()
    with pytest.raises(Unreadable, match="no such file or directory; not fixed"):
        write(str(script), OLD, NEW)
    script.mkdir()
    with pytest.raises(Unreadable, match="no longer a plain file; not fixed"):
        write(str(script), OLD, NEW)
    script.rmdir()
    os.mkfifo(script)
    with pytest.raises(Unreadable, match="no longer a plain file; not fixed"):
        write(str(script), OLD, NEW)
    assert stat.S_ISFIFO(script.stat().st_mode)


def test_a_folder_that_goes_while_the_file_is_written_is_told(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def move_meanwhile(handle: int) -> None:
        sync(handle)
        script.parent.rename(script.parent.with_name("moved"))

    monkeypatch.setattr(os, "fsync", move_meanwhile)
    with pytest.raises(Unreadable, match="no such file or directory; not fixed"):
        write(str(script), OLD, NEW)
    moved = script.parent.with_name("moved")
    assert (moved / "vm.sh").read_bytes() == OLD
    clean([str(moved)])
    assert _names(moved) == ["vm.sh"]


@pytest.mark.parametrize("number", newfile.CANNOT_LOCK)
def test_where_there_are_no_locks_files_are_fixed_all_the_same(
    script: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """As on some network file systems; then nothing tells which new files are in use, and none is removed."""

    def refuse(stream: object, how: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    write(str(script), OLD, NEW)
    assert script.read_bytes() == NEW
    left = script.with_name(LEFT)
    left.write_bytes(b"")
    clean([str(script.parent)])
    assert left.exists()


def test_where_there_are_no_extended_attributes_files_are_fixed_all_the_same(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, follow_symlinks: bool = True) -> list[str]:
        raise OSError(errno.ENOTSUP, "not supported")

    def fail(path: str, follow_symlinks: bool = True) -> list[str]:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(os, "listxattr", refuse)
    write(str(script), OLD, NEW)
    assert script.read_bytes() == NEW
    monkeypatch.setattr(os, "listxattr", fail)
    with pytest.raises(Unreadable, match="input/output error; not fixed"):
        write(str(script), NEW, OLD)
    assert (script.read_bytes(), _names(script.parent)) == (NEW, ["vm.sh"])


@pytest.mark.parametrize(("keeps", "words"), [(None, "has a mode that"), (shutil.copymode, "has extended attributes")])
def test_what_the_system_did_not_keep_is_seen(
    script: Path, monkeypatch: pytest.MonkeyPatch, keeps: Callable[[str, str], None] | None, words: str
) -> None:
    """Python passes over what the system refuses to give a file, without a word."""
    script.chmod(0o754)
    _set_attribute(script, "user.origin", b"by hand")
    monkeypatch.setattr(shutil, "copystat", keeps or (lambda source, target: None))
    with pytest.raises(Unreadable, match=f"{words}.*; not fixed"):
        write(str(script), OLD, NEW)
    assert (script.read_bytes(), _names(script.parent)) == (OLD, ["vm.sh"])


def test_another_mistake_of_a_lock_is_told(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(stream: object, how: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(Unreadable, match="input/output error; not fixed"):
        write(str(script), OLD, NEW)
    assert script.read_bytes() == OLD


LEFT = ".vmlint-0123456789abcdef.tmp"


class TestWhatKilledRunsLeave:
    """New files that never took an old one's place."""

    @pytest.mark.parametrize("git", [False, True])
    def test_is_not_linted_and_goes_with_the_next_fix(self, script: Path, git: bool) -> None:
        if git:
            subprocess.run(["git", "init", "-q"], cwd=script.parent, check=True)
        below = script.parent / "below"
        below.mkdir()
        for folder in (script.parent, below):
            (folder / LEFT).write_bytes(OLD)
        kept = below / ".vmlint-baseline.json", below / ".vmlint-0123456789abcdeg.tmp", below / f"{LEFT}.sh"
        for path in kept:
            path.write_text("{}")
        done = vmlint("check", "--output-format", "concise", cwd=script.parent)
        assert {line.partition(b":")[0] for line in done.stdout.splitlines()[:-2]} == {b"vm.sh"}
        assert (below / LEFT).exists(), "only --fix changes anything"
        assert vmlint("check", "--fix", cwd=script.parent).returncode == 1
        assert not (script.parent / LEFT).exists()
        assert not (below / LEFT).exists()
        assert all(path.exists() for path in kept), "these are called otherwise"

    def test_goes_too_where_nothing_else_is_to_be_done(self, tmp_path: Path) -> None:
        (tmp_path / LEFT).write_bytes(OLD)
        assert vmlint("check", "--fix", cwd=tmp_path).returncode == 0
        assert _names(tmp_path) == []

    def test_goes_with_the_fix_of_a_named_file(self, script: Path) -> None:
        script.with_name(LEFT).write_bytes(b"")
        vmlint("check", "--fix", "vm.sh", cwd=script.parent)
        assert _names(script.parent) == ["vm.sh"]

    def test_stays_while_a_run_holds_it(self, script: Path) -> None:
        left = script.with_name(LEFT)
        left.write_bytes(OLD)
        with left.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            clean([str(script.parent)])
            assert left.exists()
        clean([str(script.parent)])
        assert not left.exists()

    def test_is_a_plain_file(self, script: Path) -> None:
        script.with_name(LEFT).symlink_to("vm.sh")
        os.mkfifo(script.with_name(LEFT.replace("0", "1")))
        script.with_name(LEFT.replace("0", "2")).mkdir()
        clean([str(script.parent), str(script.parent / "not-there")])
        assert len(_names(script.parent)) == 4
        assert script.read_bytes() == OLD

    def test_a_new_file_that_is_taken_for_left_over_is_made_again(
        self, script: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Between its making and its lock another run may remove it."""
        lock = newfile.lock
        taken: list[str] = []

        def lock_after_the_other(stream: BinaryIO) -> bool | None:
            if "+" in stream.mode and not taken:
                taken.append(stream.name)
                clean([str(script.parent)])
            return lock(stream)

        monkeypatch.setattr(newfile, "lock", lock_after_the_other)
        write(str(script), OLD, NEW)
        assert taken
        assert (script.read_bytes(), _names(script.parent)) == (NEW, ["vm.sh"])


def test_two_runs_over_one_folder_leave_whole_files(tmp_path: Path) -> None:
    old, new = OLD.splitlines(keepends=True)[0] * 5, NEW.splitlines(keepends=True)[0] * 5
    for number in range(30):
        (tmp_path / f"{number}.sh").write_bytes(old)
    command = [sys.executable, "-m", "vmlint", "check", "--fix", "--quiet", str(tmp_path)]
    runs = [subprocess.Popen(command, cwd=ROOT / "linter", stderr=subprocess.PIPE) for _ in range(2)]
    errors = [run.communicate(timeout=120)[1] for run in runs]
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {new}
    assert len(_names(tmp_path)) == 30
    assert not any(b"Traceback" in error for error in errors)


def test_a_chain_of_links_stays_and_its_end_is_fixed(script: Path) -> None:
    first, second = script.with_name("first.sh"), script.with_name("second.sh")
    second.symlink_to(script.name)
    first.symlink_to(second.name)
    write(str(first), OLD, NEW)
    assert script.read_bytes() == NEW
    assert [first.readlink(), second.readlink()] == [Path("second.sh"), Path("vm.sh")]


def test_a_file_that_cannot_be_written_does_not_stop_the_others(tmp_path: Path) -> None:
    for name in ("a.sh", "b.sh", "c.sh"):
        (tmp_path / name).write_bytes(OLD)
    (tmp_path / "link.sh").hardlink_to(tmp_path / "b.sh")
    done = vmlint("check", "--fix", "a.sh", "b.sh", "c.sh", cwd=tmp_path)
    assert done.returncode == 2
    assert b"b.sh: has other names (hard links)" in done.stderr
    assert [(tmp_path / name).read_bytes() for name in ("a.sh", "b.sh", "c.sh")] == [NEW, OLD, NEW]
