"""What the guides in docs/ show is what happens, and the files that services read are what they take."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from docs.generate import COMMAND, CONSOLE, DEPRECATIONS, guides, pages, with_output

from tests.helpers import ROOT
from vmlint.catalog import rules
from vmlint.config import parse
from vmlint.reporters import REPORTERS

GUIDES = sorted(set((ROOT / "docs").glob("*.md")) - {DEPRECATIONS})
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
BLOCKS = [
    pytest.param(f"```console\n{block}```\n", id=f"{guide.stem}: {COMMAND.findall(block)[0][:40]}")
    for guide in GUIDES
    for block in CONSOLE.findall(guide.read_text("utf-8"))
]


def blocks(guide: str, language: str) -> list[str]:
    text = (ROOT / "docs" / guide).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(shutil.which("sh") is None, reason="the commands are for a POSIX shell")
@pytest.mark.parametrize("block", BLOCKS)
def test_commands_print_what_is_shown(block: str) -> None:
    assert with_output(block) == block


def test_the_table_of_settings_is_current() -> None:
    guide = ROOT / "docs" / "configuration.md"
    shown = guide.read_text("utf-8")
    assert "| `per-file-ignores` |" in shown
    assert CONSOLE.sub("", guides()[guide]) == CONSOLE.sub("", shown), "run 'make docs'"


def test_configuration_shown_is_one() -> None:
    (shown,) = blocks("configuration.md", "toml")
    config = parse("vmlint.toml", shown.encode(), "")
    assert config is not None
    named = {*config.ignore, *config.severity, *(name for names in config.per_file_ignores.values() for name in names)}
    assert named <= {*rules(), *(rule.topic for rule in rules().values())}


def test_rules_shown_are_those_that_are_tested() -> None:
    (shown,) = blocks("house-rules.md", "toml")
    assert shown == (ROOT / "docs" / "examples" / "house.toml").read_text("utf-8")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_links_lead_somewhere(guide: Path) -> None:
    targets = LINK.findall(guide.read_text("utf-8"))
    assert [target for target in targets if not (guide.parent / target).exists()] == []


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md"])
def test_the_tests_that_are_named_are_there(name: str) -> None:
    named = set(re.findall(r"tests/\w+\.py", (ROOT / name).read_text("utf-8")))
    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_every_format_of_a_report_is_in_the_table() -> None:
    table = re.findall(r"^\| (`.*?) \|", (ROOT / "docs" / "ci.md").read_text("utf-8"), re.MULTILINE)
    assert {name for cell in table for name in re.findall("`([^`]+)`", cell)} == set(REPORTERS)


def test_the_index_of_rules_leads_to_every_topic_and_rule() -> None:
    index = pages()["README.md"]
    for rule in rules().values():
        assert f"\n- [{rule.topic}](#{rule.topic}): " in index
        assert f"\n## {rule.topic}\n" in index
        assert f"[{rule.name}]({rule.name}.md)" in index


def test_workflows_shown_are_yaml_that_their_services_know() -> None:
    github, gitlab, hooks = (yaml.safe_load(text) for text in blocks("ci.md", "yaml"))
    (step,) = (step for step in github["jobs"]["vmlint"]["steps"] if step["uses"].startswith("vmlint/"))
    assert set(step["with"]) <= set(action()["inputs"])
    assert github["permissions"] == {"contents": "read", "security-events": "write"}, "what the upload needs"
    report = gitlab["vmlint"]["artifacts"]["reports"]["codequality"]
    assert f"gitlab:{report}" in " ".join(gitlab["vmlint"]["script"])
    known = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} <= known == {"vmlint", "vmlint-fix"}


# --- the action


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return found


def test_the_action_is_one() -> None:
    """https://docs.github.com/actions/reference/metadata-syntax-for-github-actions"""
    made = action()
    assert made["runs"]["using"] == "composite"
    assert all(made[key] for key in ("name", "description"))
    text = (ROOT / "action.yml").read_text("utf-8")
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(made["inputs"])
    for step in made["runs"]["steps"]:
        assert ("run" in step) == ("shell" in step) != ("uses" in step)
        assert "${{" not in step.get("run", ""), "what a user writes is no part of a script"


class Runner:
    """A GitHub runner, as far as the steps of the action need it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "repository"
        self.folder.mkdir()
        programs = folder / "vmlint" / "bin"
        programs.mkdir(parents=True)
        for name, arguments in (("vmlint", "-m vmlint"), ("python", "")):
            (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
            (programs / name).chmod(0o755)
        self._environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT / "linter"),
            "RUNNER_TEMP": str(folder),
            "GITHUB_OUTPUT": str(folder / "output"),
        }

    def check(self, **given: str) -> tuple[int, str, str]:
        """Run the step that checks: exit code, standard output, and the exit code of vmlint that it hands on."""
        step = next(step for step in action()["runs"]["steps"] if step.get("id") == "check")
        inputs = {
            name: given.get(name.replace("-", "_"), value["default"]) for name, value in action()["inputs"].items()
        }
        environment = {
            name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda match: inputs[match[1]], value)
            for name, value in step["env"].items()
        }
        output = Path(self._environment["GITHUB_OUTPUT"])
        output.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder, env={**self._environment, **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, output.read_text()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_the_action_checks(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    (runner.folder / "a b.sh").write_text("qemu-system-x86_64 -serial tcp::1,server=on\n")
    assert runner.check()[::2] == (0, "exit-code=0\n")
    (runner.folder / "a b.sh").write_text("qemu-system-x86_64 -serial tcp::1,server\n")
    code, shown, handed_on = runner.check()
    assert (code, handed_on) == (0, "exit-code=1\n"), "it fails after the upload"
    assert shown.startswith("a b.sh:1:35: warning[short-boolean]")
    (run,) = json.loads((runner.folder / "vmlint.sarif").read_text())["runs"]
    assert run["automationDetails"] == {"id": "vmlint/"}
    assert runner.check(category="nightly")[::2] == (0, "exit-code=1\n")
    (run,) = json.loads((runner.folder / "vmlint.sarif").read_text())["runs"]
    assert run["automationDetails"] == {"id": "nightly/"}, "code scanning takes that of the report"
    assert "\n::warning file=a b.sh,line=1," in runner.check(upload="false")[1]
    assert runner.check(args="--qemu '<6, >=5'", paths="'a b.sh' .")[::2] == (0, "exit-code=0\n")
    assert runner.check(args="--qemu seven")[::2] == (2, "exit-code=2\n")
    assert runner.check(paths="$(touch hacked); `touch hacked`")[0] == 2
    assert not (runner.folder / "hacked").exists()
