"""The hooks under the real pre-commit, in a toy repository, without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WHEELHOUSE = ROOT / "build" / "wheelhouse"
NOT_OURS = (".git", ".venv", "build", "dist", "__pycache__", ".*_cache", ".hypothesis")
WHO = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
    pytest.mark.skipif(find_spec("pre_commit") is None, reason="pre-commit is not installed"),
    pytest.mark.skipif(not any(WHEELHOUSE.glob("hatchling-*.whl")), reason="no build/wheelhouse; 'make test' makes it"),
]

BAD = """\
#!/bin/sh
qemu-system-x86_64 -nodefaults -monitor unix:mon.sock,server,nowait
"""
FIXED = BAD.replace("server,nowait", "server=on,wait=off")
CLEAN = """\
<domain type='kvm'>
  <name>guest</name>
</domain>
"""


class Toy:
    """A repository of a user, and the hooks' repository beside it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "toy"
        self.hooks = folder / "hooks"
        # git's variables would lead to another repository when the tests run inside a git hook
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
        self._environment = {
            **kept,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_FIND_LINKS": str(WHEELHOUSE),
            "PIP_NO_INDEX": "1",
            "PRE_COMMIT_HOME": str(folder / "store"),
            "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
        }
        # a copy, because the checkout may be no repository, and its changes are to be tested as they are
        shutil.copytree(ROOT, self.hooks, symlinks=True, ignore=shutil.ignore_patterns(*NOT_OURS))
        self.path.mkdir()
        for repository in (self.hooks, self.path):
            self._run("git", "init", "--quiet", cwd=repository)
        self.revision = self.commit(self.hooks)

    def commit(self, repository: Path) -> str:
        """Commit everything in a repository; the name of the commit."""
        self._run("git", "add", "--all", cwd=repository)
        self._run("git", *WHO, "commit", "--quiet", "--message=all", cwd=repository)
        return self._run("git", "rev-parse", "HEAD", cwd=repository).stdout.strip()

    def add(self, name: str, text: str) -> Path:
        """A file that git tracks."""
        path = self.path / name
        path.write_text(text, "utf-8")
        self._run("git", "add", name, cwd=self.path)
        return path

    def pre_commit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = (sys.executable, "-m", "pre_commit", *arguments)
        return self._run(*command, cwd=self.path, check=False)

    def _run(self, *command: str, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command, cwd=cwd, env=self._environment, check=False, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == 0 or not check, done.stdout
        return done


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Toy]:
    toy = Toy(tmp_path)
    yield toy
    for folder in (toy.path, toy.hooks, tmp_path / "store"):  # an installed hook is large
        shutil.rmtree(folder, ignore_errors=True)


def outcome(output: str) -> dict[str, str]:
    """`Passed`, `Failed` or `Skipped` by the name of the hook."""
    lines = [line for line in output.splitlines() if line.endswith(("Passed", "Failed", "Skipped"))]
    return {line.partition("..")[0]: line.rpartition(".")[2].rpartition(")")[2] for line in lines}


def test_try_repo_fails_then_fixes_then_passes(toy: Toy) -> None:
    script = toy.add("start.sh", BAD)
    toy.add("guest.xml", CLEAN)

    first = toy.pre_commit("try-repo", str(toy.hooks), "--all-files")
    assert outcome(first.stdout) == {"vmlint": "Failed", "vmlint (fix)": "Failed"}, first.stdout
    assert first.returncode == 1
    assert f"start.sh:2:{BAD.splitlines()[1].index('server') + 1}: warning[short-boolean]" in first.stdout
    assert "files were modified by this hook" in first.stdout
    assert script.read_text("utf-8") == FIXED

    second = toy.pre_commit("try-repo", str(toy.hooks), "--all-files")
    assert outcome(second.stdout) == {"vmlint": "Passed", "vmlint (fix)": "Passed"}, second.stdout
    assert second.returncode == 0


def test_configured_hook_takes_arguments_and_only_our_files(toy: Toy) -> None:
    hook = "{id: vmlint, args: [--qemu, '<6']}"  # the short form is deprecated since 6.0
    toy.add(".pre-commit-config.yaml", f"repos: [{{repo: '{toy.hooks}', rev: {toy.revision}, hooks: [{hook}]}}]\n")
    toy.add("start.sh", BAD)
    toy.add("start.sh.orig", BAD)

    done = toy.pre_commit("run", "--files", "start.sh")
    assert outcome(done.stdout) == {"vmlint": "Passed"}, done.stdout
    done = toy.pre_commit("run", "--files", "start.sh.orig")
    assert outcome(done.stdout) == {"vmlint": "Skipped"}, done.stdout
