"""`vmlint argv` and `check_argv`: which words are a QEMU command line, and what is said of those that are none."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

import vmlint
from tests.helpers import vmlint as run

FLAG = "-serial tcp::4444,server"


def told(*arguments: str, folder: Path) -> tuple[int, str]:
    done = run("argv", *arguments, cwd=folder)
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize(
    "program",
    [
        *(
            "qemu-system-x86_64",
            "/usr/libexec/qemu-kvm",
            "kvm",
            "qemu-system-aarch64.exe",
            "./build/qemu-system-x86_64",
        ),
        *("sudo qemu-system-x86_64", "sudo -u vm kvm", "env LANG=C qemu-system-x86_64", "taskset -c 0-3 kvm"),
        *("./run-guest.sh", "python3 tools/vm.py --", "/opt/bin/emulator", ""),
    ],
)
def test_a_command_line_is_known_by_its_program_or_by_its_options(program: str) -> None:
    report = vmlint.check_argv(shlex.split(f"{program} {FLAG}"))
    assert [diagnostic.rule for diagnostic in report.diagnostics] == ["short-boolean"]
    assert (report.files, report.failures) == (1, [])


@pytest.mark.parametrize(
    "command", ["qemu-system-x86_64", "kvm disk.img", "-m 512", "-S", "./my-vm -m 512 -enable-kvm"]
)
def test_a_command_line_without_a_mistake_is_clean(command: str) -> None:
    report = vmlint.check_argv(shlex.split(command))
    assert (report.diagnostics, report.files, report.failures) == ([], 1, [])


@pytest.mark.parametrize(
    "command",
    [
        "ls",
        "ls -la /tmp",
        "qemu-img create -f qcow2 a.img 1G",
        "virsh start guest",
        "firecracker --api-sock s",
        "make -k",
    ],
)
def test_what_runs_no_qemu_is_told(command: str, tmp_path: Path) -> None:
    words = shlex.split(command)
    report = vmlint.check_argv(words)
    assert (report.diagnostics, report.files) == ([], 0)
    (failure,) = report.failures
    assert failure.reason.startswith(f"'{words[0]}' is no QEMU, and ")
    code, error = told("--", *words, folder=tmp_path)
    assert (code, error) == (2, f"vmlint: error: <command line>: {failure.reason}\n")


def test_a_whole_command_line_in_one_word_is_told_with_what_to_do(tmp_path: Path) -> None:
    code, error = told("--", f"qemu-system-x86_64 {FLAG}", folder=tmp_path)
    assert code == 2
    assert error == "vmlint: error: <command line>: it is one word: leave out the quotes around the whole\n"


def test_no_words_are_told(tmp_path: Path) -> None:
    (failure,) = vmlint.check_argv([]).failures
    assert failure.reason == "it is empty"
    for arguments in ((), ("--",), ("--qemu", "<6")):
        code, error = told(*arguments, folder=tmp_path)
        assert (code, error) == (
            2,
            "vmlint: error: no command line; as in: vmlint argv -- qemu-system-x86_64 -m 1G\n",
        )


def test_dashes_may_be_left_out_before_a_program(tmp_path: Path) -> None:
    for words in (["--"], []):
        done = run("argv", "--qemu", ">=6", *words, "qemu-system-x86_64", *FLAG.split(), "--fix", cwd=tmp_path)
        assert (done.returncode, done.stdout[:33]) == (1, b"<command line>:1:38: warning[shor"), done.stderr
    code, error = told(*FLAG.split(), folder=tmp_path)
    assert code == 2
    assert error == "vmlint: error: argv takes no '-serial'; before options of QEMU's write --\n"


@pytest.mark.parametrize(
    "argv", ["qemu-system-x86_64 -m 1G", b"qemu-system-x86_64", ["qemu-system-x86_64", 1], [b"kvm"]]
)
def test_words_are_texts_in_a_sequence(argv: Any) -> None:
    with pytest.raises(TypeError, match=r"argv must be a sequence of words .*shlex\.split"):
        vmlint.check_argv(argv)
