"""Completions: made of the parser itself, and taken by the shells that are installed."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from pathlib import Path

import pytest

from vmlint.catalog import rules
from vmlint.cli import main
from vmlint.commands import COMMANDS, load
from vmlint.commands.completion import SHELLS


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
