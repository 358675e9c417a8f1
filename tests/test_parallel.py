"""Several processes: the same bytes out as with one, in any format; an end at once; and never silence when one dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.helpers import vmlint as command
from vmlint.file_run import FEW
from vmlint.run import Run
from vmlint.settings import Settings

GUEST = """<domain type='kvm'>
  <name>guest{number}</name>
  <memory unit='GiB'>1</memory>
  <os><type>hvm</type></os>
  <devices>
    <interface type='network'>
      <mac address='52:54:00:aa:bb:01'/>
      <source network='{network}'/>
      <teaming type='persistent'/>
      <model type='{model}'/>
      <alias name='ua-lan'/>
    </interface>
    <interface type='network'>
      <mac address='52:54:00:aa:bb:01'/>
      <source network='pool'/>
      <model type='virtio'/>
      <teaming type='transient' persistent='ua-lan'/>
    </interface>
  </devices>
</domain>
"""
CLEAN = "<domain type='kvm'><name>guest</name><memory unit='GiB'>1</memory><os><type>hvm</type></os></domain>\n"
POOL = "<network><name>pool</name><forward mode='hostdev'><pf dev='eth0'/></forward></network>\n"
CHILDREN = Path("/proc/self/task") / str(os.getpid()) / "children"
LINUX = pytest.mark.skipif(not CHILDREN.exists(), reason="only Linux tells the children of a process")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough files for several chunks: clean, wrong, suppressed, not to be parsed, and a network that comes last."""
    top = tmp_path_factory.mktemp("fleet")
    for number in range(FEW + 300):
        name, text = f"{number:04}.xml", CLEAN
        if number % 7 == 0:
            text = GUEST.format(number=number, network="lan", model="e1000e" if number % 2 else "virtio")
        elif number % 11 == 0:
            name, text = f"{number:04}.sh", "qemu-system-x86_64 -serial tcp::4444,server,nowait\n"
        elif number % 13 == 0:
            name, text = f"{number:04}.sh", "qemu-kvm -m 1G -gdb tcp::1,server # vmlint: ignore[short-boolean] so\n"
        elif number % 17 == 0:
            text = "<domain type='kvm'><name>guest</nam></domain>\n"
        (top / name).write_text(text)
    (top / "zz.xml").write_text(POOL)
    return top


@pytest.mark.parametrize(
    "arguments",
    [
        *(("--output-format", name) for name in ("text", "concise", "json", "sarif")),
        ("--diff", "--unsafe-fixes"),
        ("--write-baseline", os.devnull),
        ("--select", "teaming", "--min-severity", "error"),
    ],
    ids=" ".join,
)
def test_the_bytes_are_those_of_one_process(fleet: Path, arguments: tuple[str, ...]) -> None:
    one, two, eight = (command("check", ".", "--jobs", jobs, *arguments, cwd=fleet) for jobs in ("1", "2", "8"))
    assert one.returncode in (0, 1), one.stderr
    assert (two.returncode, two.stdout, two.stderr) == (one.returncode, one.stdout, one.stderr)
    assert (eight.returncode, eight.stdout, eight.stderr) == (one.returncode, one.stdout, one.stderr)


def test_files_are_fixed_as_by_one_process(fleet: Path, tmp_path: Path) -> None:
    said = []
    for jobs in ("1", "3"):
        copy = tmp_path / jobs
        copy.mkdir()
        for file in fleet.iterdir():
            (copy / file.name).write_bytes(file.read_bytes())
        said.append(command("check", ".", "--fix", "--jobs", jobs, cwd=copy))
    assert said[0].stdout == said[1].stdout
    assert b"fixed" in said[0].stdout
    for file in fleet.iterdir():
        assert (tmp_path / "1" / file.name).read_bytes() == (tmp_path / "3" / file.name).read_bytes()


def test_a_mistake_in_a_configuration_far_below_is_told_alike(fleet: Path, tmp_path: Path) -> None:
    for file in fleet.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "guest.xml").write_text(CLEAN)
    (tmp_path / "below" / "vmlint.toml").write_text('qemu = "nine"\n')
    one, two = (command("check", ".", "--jobs", jobs, cwd=tmp_path) for jobs in ("1", "2"))
    assert (one.returncode, one.stdout) == (2, b"")
    assert b"below" in one.stderr
    assert (two.returncode, two.stdout, two.stderr) == (one.returncode, one.stdout, one.stderr)


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "1.5", ""])
def test_a_number_of_processes_is_one(jobs: str, tmp_path: Path) -> None:
    done = command("check", f"--jobs={jobs}", cwd=tmp_path)
    assert done.returncode == 2
    assert b"--jobs" in done.stderr


def test_few_files_or_one_job_start_no_process(fleet: Path, tmp_path: Path) -> None:
    (tmp_path / "guest.xml").write_text(CLEAN)
    code = "import sys; from vmlint.cli import main; main(sys.argv[1:]); print('multiprocessing' in sys.modules)"
    env = {"PYTHONPATH": str(ROOT / "linter"), "PATH": os.environ["PATH"]}
    for jobs, folder, loaded in (("8", tmp_path, "False"), ("1", fleet, "False"), ("2", fleet, "True")):
        words = ["check", "--quiet", "--jobs", jobs, str(folder)]
        done = subprocess.run(
            [sys.executable, "-c", code, *words], env=env, check=False, capture_output=True, text=True
        )
        assert done.stdout.split() == [loaded], done.stderr


@pytest.fixture
def long_run(tmp_path: Path) -> subprocess.Popen[bytes]:
    """A run over many files, in a process group of its own, whose processes have started."""
    for number in range(6000):
        (tmp_path / f"{number}.xml").write_text(GUEST.format(number=number, network="lan", model="e1000e"))
    words = [sys.executable, "-m", "vmlint", "check", ".", "--jobs", "3"]
    env = {"PYTHONPATH": str(ROOT / "linter"), "PATH": os.environ["PATH"]}
    started = subprocess.Popen(
        words, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    while started.poll() is None and len(children(started)) < 3:
        time.sleep(0.01)
    return started


def children(of: subprocess.Popen[bytes]) -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/{of.pid}/task/{of.pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


@LINUX
def test_control_c_ends_all_at_once_and_says_nothing(long_run: subprocess.Popen[bytes]) -> None:
    workers = children(long_run)
    os.killpg(long_run.pid, signal.SIGINT)
    out, error = long_run.communicate()
    assert (long_run.returncode, out, error) == (130, b"", b"")
    assert [pid for pid in workers if is_running(pid)] == []


@LINUX
def test_a_process_that_dies_is_an_error(long_run: subprocess.Popen[bytes]) -> None:
    workers = children(long_run)
    os.kill(workers[0], signal.SIGKILL)
    out, error = long_run.communicate()
    assert (long_run.returncode, out) == (2, b"")
    assert b"a process ended (signal 9) while it looked at one of the" in error
    assert b".xml" in error
    assert b"Traceback" not in error
    assert [pid for pid in workers if is_running(pid)] == []


@LINUX
def test_no_process_outlives_the_one_that_started_it(long_run: subprocess.Popen[bytes]) -> None:
    workers = children(long_run)
    long_run.kill()
    long_run.communicate()
    for _ in range(1000):
        if not any(map(is_running, workers)):
            return
        time.sleep(0.01)
    pytest.fail("a process goes on")


def test_what_a_file_raises_is_raised_in_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of ours in one file ends the run, whichever process it is in."""
    from vmlint import parallel
    from vmlint.look import Linter, Looker, Outcome, Skipped

    if sys.platform != "linux":
        pytest.skip("another process sees the change only if it is a copy")

    class Unsendable(Exception):
        def __init__(self, one: str, other: str) -> None:
            super().__init__(f"{one} {other}")

    look = Looker.at_file

    def failing(looker: Looker, path: str, head: bytes, named: bool) -> Outcome:
        if path == "300.xml":
            raise Unsendable("bad", "luck")
        return look(looker, path, head, named)

    monkeypatch.setattr(Looker, "at_file", failing)
    run = Run(Settings())
    files = [(f"{number}.xml", CLEAN.encode(), False) for number in range(100, 500)]
    found = parallel.outcomes(partial(Linter, Settings()), iter(files), 2)
    first = [each.path for each in islice(found, 200) if not isinstance(each, Skipped)]
    assert first == [path for path, *_ in files[:200]]
    with pytest.raises(RuntimeError, match="Unsendable: bad luck"):
        next(found)
    with pytest.raises(RuntimeError, match="Unsendable: bad luck"):
        run.at_files([(f"{number}.xml", CLEAN.encode(), False) for number in (*range(1000, 1500), 300)], 2)
