"""What is said of a command line of vmlint's own that cannot be meant so, or asks for what does nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import vmlint
from vmlint.commands import COMMANDS

BAD = "qemu-system-x86_64 -serial tcp::4444,server\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "start.sh").write_text(BAD)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("chekc", "no command is called 'chekc'; did you mean 'check'?"),
        ("start.sh", "no command is called 'start.sh'; to check it: vmlint check start.sh"),
        (".", "no command is called '.'; to check it: vmlint check ."),
        ("xyz", "no command is called 'xyz'; see vmlint --help"),
        ("--fix", "vmlint takes no '--fix' before a command; as in: vmlint check --fix"),
        ("--zzz", "vmlint takes no '--zzz' before a command; see vmlint --help"),
        ("check --fixx", "check takes no '--fixx'; did you mean '--fix'?"),
        ("check --selct=teaming", "check takes no '--selct=teaming'; did you mean '--select'?"),
        ("check --zzz", "check takes no '--zzz'; see vmlint check --help"),
        ("targets start.sh", "targets takes no 'start.sh'; see vmlint targets --help"),
        ("check --output-format yaml", "argument --output-format: invalid choice: 'yaml'"),
        ("upgrade", "the following arguments are required: --to; see vmlint upgrade --help"),
    ],
)
def test_mistakes_are_told_in_one_line(folder: Path, arguments: str, told: str) -> None:
    done = vmlint(*arguments.split(), cwd=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith(f"vmlint: error: {told}")


def test_without_a_command_there_is_help(folder: Path) -> None:
    done = vmlint(cwd=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert {line.split()[0] for line in done.stderr.decode().splitlines() if line.strip()} >= set(COMMANDS)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_a_terminal_of_80_columns(folder: Path, command: str) -> None:
    done = vmlint(*command.split(), "--help", cwd=folder)
    assert done.returncode == 0
    assert [line for line in done.stdout.decode().splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--prune-baseline", "--prune-baseline: there is no baseline; --baseline FILE names one"),
        ("--unsafe-fixes", "--unsafe-fixes changes nothing without --fix or --diff"),
        (
            "--statistics --output-format json",
            "--statistics: only a report on standard output as text or concise has them",
        ),
        ("--sarif-category nightly", "--sarif-category: no SARIF report is asked for"),
        (
            "--stdin-filename a.sh start.sh",
            "standard input (-) cannot be looked at together with files",
        ),
        ("start.sh -", "standard input (-) cannot be looked at together with files"),
    ],
)
def test_options_that_would_do_nothing_are_refused(folder: Path, arguments: str, told: str) -> None:
    done = vmlint("check", *arguments.split(), cwd=folder)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", f"vmlint: error: {told}\n")
    assert sorted(path.name for path in folder.iterdir()) == ["start.sh"]


@pytest.mark.parametrize(
    "arguments",
    [
        *("--unsafe-fixes --diff", "--unsafe-fixes --fix", "--statistics", "--statistics --output concise:-"),
        "--stdin-filename a.sh",
        *("--statistics --output sarif:a.sarif --sarif-category nightly", "--sarif-category x --output-format sarif"),
        *("--write-baseline known.json --prune-baseline", "--quiet --statistics", "--quiet --output-format json"),
    ],
)
def test_options_that_do_something_are_taken(folder: Path, arguments: str) -> None:
    done = vmlint("check", *arguments.split(), cwd=folder)
    assert (done.returncode, done.stderr.decode().count("error")) in ((0, 0), (1, 0))
