"""A report or a baseline is written whole or not at all, and what is no plain file is written as it is."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from vmlint import outputs
from vmlint.baseline import Baseline
from vmlint.newfile import NewFile, clean
from vmlint.outputs import STAYS, check_output, output

from .faults import NOBODY, as_nobody, ended_at, full_after, in_own_mounts, interrupt, kill, said_with
from .helpers import ROOT, vmlint

BAD = "qemu-system-x86_64 -serial tcp::4444,server,nowait\n"
OLD = "old\n" * 3000
NEW = "new\n" * 5000
COMMANDS = {
    "check": ["check", "vm.sh", "--output", "json:out"],
    "baseline": ["check", "vm.sh", "--write-baseline", "out"],
    "upgrade": ["upgrade", "--to", "debian-13", "vm.sh", "--output", "html:out"],
    "merge": ["merge", "given.json", "--output", "sarif:out"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vm.sh").write_text(BAD)
    given = vmlint("check", "vm.sh", "--output-format", "json", cwd=tmp_path).stdout
    (tmp_path / "given.json").write_bytes(given)
    return tmp_path


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _with_output(name: str, file: str) -> list[str]:
    """A command whose output goes to a file of another name."""
    return [word if word.startswith("-") else re.sub(r"(^|:)out$", rf"\1{file}", word) for word in COMMANDS[name]]


def _put(path: Path, text: str = NEW) -> None:
    with output(str(path)) as stream:
        for line in text.splitlines(keepends=True):
            stream.write(line)


@pytest.mark.parametrize(("how", "before"), [(kill, OLD), (kill, None), (interrupt, OLD)])
def test_a_run_ended_at_every_step_leaves_the_old_or_the_new_file(
    quick_folder: Path, how: Callable[[], object], before: str | None
) -> None:
    path, seen, step = quick_folder / "report", [], 1
    while True:
        path.unlink(missing_ok=True)
        if before is not None:
            path.write_text(before)
        if not ended_at(step, lambda: _put(path, "new\n"), how):
            break
        seen.append(path.read_text() if path.exists() else None)
        assert seen[-1] in (before, "new\n")
        clean([str(quick_folder)])
        assert _names(quick_folder) in ([], ["report"])
        step += 1
    assert seen[0] == before
    assert seen[-1] == "new\n"


def test_a_baseline_killed_at_every_step_is_the_old_or_the_new_one(quick_folder: Path) -> None:
    path, step = quick_folder / "known.json", 1
    path.write_text(OLD)
    while ended_at(step, Baseline(str(path)).write, kill):
        text = path.read_text()
        assert text == OLD or json.loads(text) == {"version": 1, "files": {}}
        path.write_text(OLD)
        step += 3  # it is the same writer
    assert step > 40


@pytest.mark.parametrize("room", [0, 1, len(OLD), len(NEW) - 1])
@pytest.mark.parametrize("before", [OLD, None])
def test_a_full_disk_loses_nothing(tmp_path: Path, room: int, before: str | None) -> None:
    path = tmp_path / "report"
    if before is not None:
        path.write_text(before)
    assert "File too large" in said_with(full_after(room), lambda: _put(path))
    assert (path.read_text() if path.exists() else None) == before
    assert _names(tmp_path) == ([] if before is None else ["report"])


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_keeps_the_old_file_where_the_disk_is_full(folder: Path, name: str) -> None:
    in_own_mounts(
        f"""
    import sys
    disk = Path("disk")
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", "disk"], check=True)
    (disk / "out").write_text("old")
    (disk / "filler").write_text("x" * 4000)
    words = {_with_output(name, "disk/out")!r}
    done = subprocess.run([sys.executable, "-m", "vmlint", *words], capture_output=True, text=True)
    assert done.returncode == 2 and "disk/out: no space left on device" in done.stderr, done.stderr
    assert (disk / "out").read_text() == "old" and sorted(os.listdir(disk)) == ["filler", "out"]
    """,
        folder,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_a_new_file_has_the_mode_of_new_files_and_an_old_one_its_own(folder: Path, name: str) -> None:
    before = os.umask(0o027)
    try:
        assert vmlint(*COMMANDS[name], cwd=folder).returncode in (0, 1)
    finally:
        os.umask(before)
    path = folder / "out"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    text = path.read_bytes()
    path.write_text("old")
    path.chmod(0o604)
    assert vmlint(*COMMANDS[name], cwd=folder).returncode in (0, 1)
    assert (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) == (0o604, text)
    assert _names(folder) == ["given.json", "out", "vm.sh"]


def test_links_stay_and_what_they_lead_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    link = tmp_path / "report"
    link.symlink_to("below/there")
    for _ in range(2):  # not there at first
        _put(link, "new\n")
        assert link.readlink() == Path("below/there")
        assert (tmp_path / "below" / "there").read_text() == "new\n"
    assert _names(tmp_path / "below") == ["there"]


def test_a_file_with_two_names_keeps_both(tmp_path: Path) -> None:
    path, other = tmp_path / "report", tmp_path / "other"
    path.write_text(OLD)
    other.hardlink_to(path)
    _put(path)
    assert path.read_text() == other.read_text() == NEW
    assert path.samefile(other)


WITHOUT_STDOUT = "a bare /dev, as in some containers, in which nothing stands for standard output"
SCRIPT = f"{sys.executable} -m vmlint check vm.sh --quiet --output json-lines:"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/dev/stdout", "{"),
        ("/dev/stdout | cat", "{"),
        ("/dev/null", ""),
        ("/dev/stdout > there; cat there", "{"),
        ("/dev/fd/3 3> there; cat there", "{"),
        ("/dev/fd/3 3> >(cat > there); sleep 1; cat there", "{"),
        ("fifo & cat fifo", "{"),
    ],
)
def test_what_is_no_plain_file_is_written_as_it_is(folder: Path, line: str, expected: str) -> None:
    if not os.path.exists("/bin/bash"):
        pytest.skip("no bash here")
    if line.startswith("/dev/stdout") and not os.path.islink("/dev/stdout"):
        pytest.skip(WITHOUT_STDOUT)
    os.mkfifo(folder / "fifo")
    env = {**os.environ, "PYTHONPATH": str(ROOT / "linter")}
    done = subprocess.run(
        ["/bin/bash", "-c", SCRIPT + line], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.stdout[:1] == expected, done.stderr
    assert stat.S_ISFIFO((folder / "fifo").stat().st_mode)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.skipif(not os.path.islink("/dev/stdout"), reason=WITHOUT_STDOUT)
def test_a_file_that_others_have_open_is_not_taken_from_them(folder: Path) -> None:
    """`> out` has opened it: what takes its place would lose what is written there otherwise."""
    with (folder / "out").open("w+b") as opened:
        opened.write(b"before\n")
        opened.flush()
        command = [sys.executable, "-m", "vmlint", "check", "vm.sh", "--quiet", "--output", "json-lines:/dev/stdout"]
        env = {**os.environ, "PYTHONPATH": str(ROOT / "linter")}
        subprocess.run(command, cwd=folder, stdout=opened, env=env, check=False)
        assert os.fstat(opened.fileno()).st_ino == (folder / "out").stat().st_ino
    assert b'"short-boolean"' in (folder / "out").read_bytes()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("not-there/out", "not-there/out: no such file or directory"),
        ("below", "below: is a directory"),
        ("vm.sh/out", "vm.sh/out: not a directory"),
    ],
)
@pytest.mark.parametrize("name", COMMANDS)
def test_what_cannot_be_written_is_told_before_any_work(folder: Path, name: str, file: str, words: str) -> None:
    (folder / "below").mkdir()
    done = vmlint(*_with_output(name, file), cwd=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == f"vmlint: error: {words}\n"


def test_a_run_that_cannot_begin_leaves_no_report(folder: Path) -> None:
    done = vmlint("check", "--qemu", "nine", "--output", "json:out", cwd=folder)
    assert done.returncode == 2
    assert not (folder / "out").exists()


def test_a_file_that_is_mounted_alone_is_written_where_it_is(folder: Path) -> None:
    """As a container has the file that its report is to be in."""
    in_own_mounts(
        """
    import sys
    Path("out").write_text("")
    Path("mounted").write_text("")
    subprocess.run(["mount", "--bind", "out", "mounted"], check=True)
    command = [sys.executable, "-m", "vmlint", "check", "vm.sh", "--output", "json:mounted"]
    assert subprocess.run(command, capture_output=True).returncode == 1
    assert Path("out").read_text().startswith("{") and Path("out").read_text() == Path("mounted").read_text()
    assert not [name for name in os.listdir() if name.startswith(".vmlint-")]
    """,
        folder,
    )


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize(("mode", "owner"), [(0o755, 0), (0o777, 0), (0o777, NOBODY)])
def test_a_file_in_anothers_folder_is_written_where_it_is(mode: int, owner: int) -> None:
    """And keeps its owner, who is not who writes."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder, path = Path(name), Path(name) / "report"
        path.write_text(OLD)
        path.chmod(0o666)
        os.chown(path, owner, owner)
        folder.chmod(mode)
        assert said_with(as_nobody, lambda: _put(path)) == ""
        assert (path.read_text(), path.stat().st_uid, _names(folder)) == (NEW, owner, ["report"])
        path.chmod(0o444)
        assert "Permission denied" in said_with(as_nobody, lambda: _put(path, OLD))
        assert path.read_text() == NEW


@pytest.mark.parametrize("name", ["check", "baseline", "merge"])
def test_a_link_out_of_the_repository_is_not_followed(folder: Path, name: str) -> None:
    """Who sends a pull request can add a link to a file of whoever checks it, called as the report is."""
    outside = folder / "outside"
    outside.mkdir()
    (outside / "profile").write_text("mine\n")
    repository = folder / "repository"
    (repository / ".git").mkdir(parents=True)
    for file in ("vm.sh", "given.json"):
        (folder / file).rename(repository / file)
    (repository / "out").symlink_to("../outside/profile")
    done = vmlint(*COMMANDS[name], cwd=repository)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"vmlint: error: out: links out of the repository; name the file itself\n"
    (repository / "out").unlink()
    (repository / "out").symlink_to("../outside/new")
    assert vmlint(*COMMANDS[name], cwd=repository).returncode == 2
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"profile": "mine\n"}


@pytest.mark.parametrize("number", STAYS)
def test_what_cannot_be_replaced_is_written_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(source: str, target: str) -> None:
        raise OSError(number, os.strerror(number))

    path = tmp_path / "report"
    path.write_text(OLD)
    before = path.stat().st_ino
    monkeypatch.setattr(os, "replace", refuse)
    _put(path)
    assert (path.read_text(), path.stat().st_ino, _names(tmp_path)) == (NEW, before, ["report"])


def test_any_other_mistake_leaves_the_old_file_and_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: str, target: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), source)

    path = tmp_path / "report"
    path.write_text(OLD)
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="Input/output error") as caught:
        _put(path)
    assert caught.value.filename == str(path)
    assert (path.read_text(), _names(tmp_path)) == (OLD, ["report"])


def test_a_folder_that_takes_no_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there can be written all the same; what is not cannot."""

    def refuse(folder: str, mode: int) -> NewFile:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)

    path = tmp_path / "report"
    path.write_text(OLD)
    monkeypatch.setattr(outputs, "new_file", refuse)
    check_output(str(path))
    _put(path)
    assert path.read_text() == NEW
    with pytest.raises(PermissionError) as caught:
        check_output(str(tmp_path / "new"))
    assert caught.value.filename == str(tmp_path / "new")


def test_a_check_changes_nothing(tmp_path: Path) -> None:
    path, fifo = tmp_path / "report", tmp_path / "fifo"
    os.mkfifo(fifo)
    path.write_text(OLD)
    before = path.stat().st_mtime_ns
    for each in (path, fifo, tmp_path / "new", Path("/dev/null"), Path("/dev/stdout")):
        check_output(str(each))
    assert (path.read_text(), path.stat().st_mtime_ns, _names(tmp_path)) == (OLD, before, ["fifo", "report"])
    with pytest.raises(IsADirectoryError):
        check_output(str(tmp_path))


def test_a_pipe_gets_the_text(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with open(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        _put(fifo, "text\n")
        assert reader.read() == b"text\n"


def test_a_loop_of_links_is_told(tmp_path: Path) -> None:
    for name, to in (("a", "b"), ("b", "a")):
        (tmp_path / name).symlink_to(to)
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        check_output(str(tmp_path / "a"))
