"""Completions: made of the parser itself, and taken by the shells that are installed."""

from __future__ import annotations

import argparse
import os
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from vmlint.catalog import rules
from vmlint.cli import main
from vmlint.commands import COMMANDS, load
from vmlint.commands.completion import SHELLS

DEBIANS = ["debian-11", "debian-12", "debian-13"]


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_every_option_of_every_command_is_there(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = script(shell, capsys)
    for command in COMMANDS:
        parser = argparse.ArgumentParser()
        load(command).add_arguments(parser)
        for action in parser._actions:
            for name in action.option_strings:
                if name.startswith("--"):
                    assert (f"-l {name[2:]} " if shell == "fish" else name) in text, f"{command} {name}"
        assert command in text


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_reads_it(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    file = tmp_path / "completion"
    file.write_text(script(shell, capsys))
    done = subprocess.run([shell, "-n", str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def completed(folder: Path, text: str, *words: str) -> list[str]:
    """What bash offers for the last of some words."""
    (folder / "completion").write_text(text)
    line = f"""
source completion
COMP_WORDS=({" ".join(f"'{word}'" for word in words)}); COMP_CWORD={len(words) - 1}
_vmlint
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = script("bash", capsys)
    (tmp_path / "guest.xml").touch()
    assert completed(tmp_path, text, "vmlint", "ch") == ["check"]
    assert completed(tmp_path, text, "vmlint", "check", "--out") == ["--output-format", "--output"]
    assert completed(tmp_path, text, "vmlint", "check", "--output-format", "git") == ["github", "gitlab"]
    assert completed(tmp_path, text, "vmlint", "check", "gue") == ["guest.xml"]
    assert completed(tmp_path, text, "vmlint", "check", "--config", "gue") == ["guest.xml"]
    assert completed(tmp_path, text, "vmlint", "rule", "short-") == ["short-boolean"]
    assert set(completed(tmp_path, text, "vmlint", "check", "--ignore", "")) >= set(rules())
    assert completed(tmp_path, text, "vmlint", "schema", "n") == ["network"]
    assert completed(tmp_path, text, "vmlint", "check", "--target", "debian-1") == DEBIANS
    assert completed(tmp_path, text, "vmlint", "upgrade", "--from", "debian-1") == DEBIANS
    assert completed(tmp_path, text, "vmlint", "upgrade", "--to", "rhel-9")[-1] == "rhel-9"
    assert completed(tmp_path, text, "vmlint", "upgrade", "--to", "al") == ["all"]
    assert completed(tmp_path, text, "vmlint", "check", "--target", "al") == []


def offered_by_fish(folder: Path, line: str) -> list[str]:
    """What fish offers for the last word of a line."""
    command = ["fish", "--no-config", "-c", "source completion; complete -C $argv[1]", line]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return [word.partition("\t")[0] for word in done.stdout.splitlines()]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "completion").write_text(script("fish", capsys))
    (tmp_path / "guest.xml").touch()
    assert offered_by_fish(tmp_path, "vmlint ch") == ["check"]
    assert set(offered_by_fish(tmp_path, "vmlint ")) == set(COMMANDS)
    assert set(offered_by_fish(tmp_path, "vmlint check --out")) == {"--output", "--output-format"}
    assert offered_by_fish(tmp_path, "vmlint check --output-format git") == ["github", "gitlab"]
    assert offered_by_fish(tmp_path, "vmlint check gue") == ["guest.xml"]
    assert offered_by_fish(tmp_path, "vmlint check --config gue") == ["guest.xml"]
    assert offered_by_fish(tmp_path, "vmlint rule short-") == ["short-boolean"]
    assert offered_by_fish(tmp_path, "vmlint upgrade --from debian-1") == DEBIANS
    assert offered_by_fish(tmp_path, "vmlint check --target debian-1") == DEBIANS


def line_in_zsh(folder: Path, *lines: str) -> list[str]:
    """What zsh makes of each line when the tab key is pressed at its end."""
    pty = pytest.importorskip("pty")
    try:
        leader, follower = pty.openpty()
    except OSError as error:  # a container may have none
        pytest.skip(f"no terminal can be opened here: {error}")
    (folder / ".zshrc").write_text(
        "autoload -Uz compinit; compinit -D -u; source ./completion; setopt no_always_last_prompt\n"
        "dump() { print -r -- $BUFFER >> lines; BUFFER=; zle .reset-prompt }; zle -N dump; bindkey '^X' dump\n"
        "print ready >> lines\n"
    )
    env = {"PATH": os.defpath, "HOME": str(folder), "ZDOTDIR": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    told = folder / "lines"
    with subprocess.Popen(
        ["zsh", "-d", "-i"],
        cwd=folder,
        env=env,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    ) as shell:
        os.close(follower)
        try:
            for number, line in enumerate(["", *lines]):
                if number:
                    os.write(leader, f"{line}\t\x18".encode())
                deadline = time.monotonic() + 30
                while not told.exists() or told.read_text().count("\n") <= number:
                    assert time.monotonic() < deadline, f"zsh does not answer to '{line}'"
                    if select.select([leader], [], [], 0.05)[0]:
                        os.read(leader, 1 << 16)  # what it shows; unread, it would wait
        finally:
            shell.kill()
    os.close(leader)
    return [line.rstrip() for line in told.read_text().splitlines()[1:]]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_completes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "completion").write_text(script("zsh", capsys))
    (tmp_path / "guest.xml").touch()
    lines = {
        "vmlint ch": "vmlint check",
        "vmlint check --output-f": "vmlint check --output-format",
        "vmlint check --output-format gith": "vmlint check --output-format github",
        "vmlint check gue": "vmlint check guest.xml",
        "vmlint check --config gue": "vmlint check --config guest.xml",
        "vmlint rule short-": "vmlint rule short-boolean",
        "vmlint upgrade --from debian-13 --to qemu-": "vmlint upgrade --from debian-13 --to qemu-",
        "vmlint upgrade --to opensuse-leap-15.": "vmlint upgrade --to opensuse-leap-15.6",
        "vmlint check --target proxmox-9.1": "vmlint check --target proxmox-9.1",
        "vmlint schema net": "vmlint schema network",
    }
    assert line_in_zsh(tmp_path, *lines) == [*lines.values()]
