"""A reader that goes away (`| head`, `| less`) ends a run in silence, as it ends other programs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows tells of a closed pipe in other ways")
SIGPIPE_EXIT = 141
SCRIPT = "qemu-system-x86_64 -serial tcp::4444,server,nowait\n"


def unread(folder: Path, *arguments: str, streams: str) -> tuple[int, str]:
    """Exit code and standard error of a run of which some streams lead into a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    env = {"PYTHONPATH": str(ROOT / "linter"), "PATH": os.defpath, "PYTHONUTF8": "1"}
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "vmlint", *arguments], cwd=folder, env=env, check=False, timeout=60,
            stdout=closed if "out" in streams else subprocess.DEVNULL,
            stderr=closed if "err" in streams else subprocess.PIPE,
        )  # fmt: skip
    return done.returncode, (done.stderr or b"").decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "start.sh").write_text(SCRIPT)
    (tmp_path / "many.sh").write_text(SCRIPT * 3000)
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        *("check start.sh", "check many.sh", "check --output-format json many.sh", "check --diff many.sh", "--version"),
        *("check --statistics", "rule", "rule teaming", "targets", "config", "schema", "completion bash", "--help"),
        *(
            "upgrade --to all start.sh",
            "argv -- kvm -serial tcp::1,server",
            "check --help",
            "check nothing.txt start.sh",
        ),
        *("check --output-format sarif many.sh", "test-rules --rules house.toml"),
    ],
)
def test_output_that_nobody_reads(folder: Path, command: str) -> None:
    (folder / "nothing.txt").write_text("nothing\n")
    (folder / "house.toml").write_text(
        "[a-b]\nsummary = 'S'\nseverity = 'note'\nselect = 'domain'\nmessage = 'M'\nwhy = 'W'\n"
    )
    assert unread(folder, *command.split(), streams="out") == (SIGPIPE_EXIT, "")


@pytest.mark.parametrize(
    "command", ["check nowhere", "check --select nonsense", "check --zzz", "", "check --diff many.sh"]
)
def test_complaints_that_nobody_reads(folder: Path, command: str) -> None:
    assert unread(folder, *command.split(), streams="out err")[0] == SIGPIPE_EXIT


def test_files_are_fixed_before_anything_is_printed(folder: Path) -> None:
    assert unread(folder, "check", "--fix", streams="out") == (SIGPIPE_EXIT, "")
    assert "server=on,wait=off" in (folder / "start.sh").read_text()


def test_nothing_to_print_is_no_failure(folder: Path) -> None:
    assert unread(folder, "check", "--quiet", streams="out") == (1, "")
