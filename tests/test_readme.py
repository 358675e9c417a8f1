"""What the README shows is what happens."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from docs.generate import COMMAND, CONSOLE, with_output

from vmlint.catalog import rules
from vmlint.commands import COMMANDS, arguments

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = [f"```console\n{block}```\n" for block in CONSOLE.findall(README)]
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]


@pytest.mark.skipif(shutil.which("sh") is None, reason="the commands in the README are for a POSIX shell")
@pytest.mark.parametrize("block", BLOCKS, ids=[COMMAND.findall(block)[0] for block in BLOCKS])
def test_commands_print_what_is_shown(block: str) -> None:
    assert with_output(block) == block


def test_screen_of_output_is_shown() -> None:
    assert len(BLOCKS) > 1
    assert all(COMMAND.findall(block) for block in BLOCKS)


def test_python_session_is_true() -> None:
    test = doctest.DocTestParser().get_doctest(README, {}, "README", None, None)
    assert test.examples
    result = doctest.DocTestRunner().run(test)
    assert result.failed == 0


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    targets = LINK.findall(document.read_text("utf-8"))
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_topic_of_rules_is_there_with_its_link() -> None:
    topics = {rule.topic for rule in rules().values()}
    assert set(re.findall(r"\[(\w+)\]\(docs/rules/README\.md#\1\)", README)) == topics


def test_every_option_and_command_that_is_named_is_one() -> None:
    known = {name for command in COMMANDS for action in arguments(command) for name in action.option_strings}
    assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", CONSOLE.sub("", README))) <= known
    assert set(re.findall(r"\bvmlint ([a-z][\w-]*)", CONSOLE.sub("", README))) & set(COMMANDS) == {
        *("argv", "check", "completion", "config", "rule", "schema", "targets", "upgrade"),
    }


SHELL = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
SOURCE = "https://github.com/vmlint/vmlint"
WHEELS = ROOT / "build" / "wheelhouse"


@pytest.mark.skipif(not any(WHEELS.glob("editables-*.whl")), reason="no build/wheelhouse; 'make test' makes it")
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone, so that there is nothing to clone")
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("script", SHELL, ids=[script.splitlines()[0][:20] for script in SHELL])
def test_commands_of_the_shell_do_what_they_say(tmp_path: Path, script: str) -> None:
    """Run as they stand, in a new folder; what would come over the network comes from this clone and its wheels."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    environment = {
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.defpath]),
        "HOME": str(tmp_path),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(WHEELS),
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": f"url.{ROOT.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": SOURCE,
        "GIT_CONFIG_KEY_1": "safe.directory",
        "GIT_CONFIG_VALUE_1": "*",
    }
    commands = script.replace("make test ", "true ")  # this very run
    assert SOURCE in commands
    done = subprocess.run(
        ["sh", "-c", commands], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert re.search(r"^\d+ errors?, \d+ warnings?, 1 note in 3 files\.$", done.stdout, re.MULTILINE), done.stderr
