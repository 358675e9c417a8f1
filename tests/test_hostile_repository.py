"""A repository made by somebody who wants to read, change or run something on the machine of whoever checks it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .helpers import ROOT

BAD = "qemu-system-x86_64 -chardev socket,id=c,path=/tmp/c,server,nowait\n"
FIXED = BAD.replace("server,nowait", "server=on,wait=off")
WATCH = """
import sys
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        print("OPENED", arguments[0], file=sys.__stderr__)
    elif event == "os.listdir" or event == "os.scandir":
        print("LISTED", arguments[0], file=sys.__stderr__)
sys.addaudithook(watch)
from vmlint.cli import main
sys.exit(main(sys.argv[1:]))
"""
HOSTILE_RULES = {
    "format": """message = "{@type:>99999999999}" """,
    "conversion": """message = "{@type!r}" """,
    "function": """check = "os.system"\nmessage = "m" """,
    "import": """check = "..discover._git"\nmessage = "m" """,
    "file": """message = "m"\nsources = ["file:///etc/hostname"]\nextend = "../outside/rules.toml" """,
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """It holds links to what is outside, names that lead there, and what makes git run programs."""
    outside, inside = tmp_path / "outside", tmp_path / "repository"
    for folder in (outside / "vms", inside / "vms"):
        folder.mkdir(parents=True)
        (folder / "vm.sh").write_text(BAD)
    (outside / "secret.toml").write_text("password = 'hunter2'\n")
    subprocess.run(["git", "init", "-q"], cwd=inside, check=True)
    links = {"link.sh": "vms/vm.sh", "folder": "vms", "vms/up": ".", ".vmlint-0123456789abcdef.tmp": "vms/vm.sh"}
    for name, to in links.items():
        (inside / name).symlink_to(outside / to)
    (inside / ".gitattributes").write_text("*.sh diff=evil filter=evil\n*.xml diff=evil\n")
    for key in ("diff.evil.textconv", "diff.evil.command", "filter.evil.clean", "filter.evil.smudge", "core.fsmonitor"):
        subprocess.run(["git", "config", key, f"touch {inside}/stolen;"], cwd=inside, check=True)
    (inside / "vmlint.toml").write_text(
        "exclude = ['../../**/x', '/../outside']\n[per-file-ignores]\n'../outside/*' = ['short-boolean']\n"
    )
    return inside


def _run(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {"PYTHONPATH": str(ROOT / "linter"), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", WATCH, *arguments]
    return subprocess.run(command, cwd=repository, env=env, capture_output=True, text=True, check=False, timeout=60)


def _met(done: subprocess.CompletedProcess[str], repository: Path) -> set[str]:
    """The real paths outside the repository, and beside it, that were opened or listed."""
    found = re.findall(r"^(?:OPENED|LISTED) (.*)$", done.stderr, re.MULTILINE)
    assert found, "else the watch sees nothing"
    real = {(repository / path).resolve() for path in found}
    return {str(path) for path in real if path.is_relative_to(repository.parent / "outside")}


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--fix", "--unsafe-fixes", "."],
        ["check", "--fix", "--jobs", "2", "."],
        ["check", ".", "--write-baseline", "known.json"],
        ["upgrade", "--to", "debian-13", "."],
        ["config", "vms"],
        ["test-rules"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("git", [True, False])
def test_nothing_outside_is_read_or_written_and_nothing_runs(repository: Path, arguments: list[str], git: bool) -> None:
    if not git:
        (repository / ".git").rename(repository.parent / "not-git")
        (repository / ".git").mkdir()  # git fails, and the folder is gone through
    done = _run(repository, *arguments)
    assert "Traceback" not in done.stderr
    assert _met(done, repository) == set()
    assert not (repository / "stolen").exists()
    assert (repository.parent / "outside" / "vms" / "vm.sh").read_text() == BAD
    assert (repository / "vms" / "vm.sh").read_text() == (FIXED if "--fix" in arguments else BAD)
    assert (repository / "link.sh").is_symlink()


@pytest.mark.parametrize(
    "line",
    [
        "baseline = '../outside/secret.toml'",
        "baseline = 'known.json'",
        "baseline = 'beside/secret.toml'",
        "[rules]\nextend = ['../outside/secret.toml']",
        "[rules]\nextend = ['known.json']",
        "[rules]\nextend = ['beside/secret.toml']",
    ],
)
@pytest.mark.parametrize("more", [[], ["--prune-baseline"], ["--fix"]], ids=" ".join)
def test_a_configuration_leads_to_no_file_outside(repository: Path, line: str, more: list[str]) -> None:
    outside = repository.parent / "outside"
    (repository / "known.json").symlink_to(outside / "secret.toml")
    (repository / "beside").symlink_to(outside)
    (repository / "vmlint.toml").write_text(line)
    done = _run(repository, "check", *more, ".")
    assert done.returncode == 2
    assert "is outside the repository" in done.stderr
    assert "hunter2" not in done.stderr + done.stdout
    assert _met(done, repository) == set()
    assert (outside / "secret.toml").read_text() == "password = 'hunter2'\n"


@pytest.mark.parametrize("name", HOSTILE_RULES)
def test_rules_run_no_code_and_read_no_file(repository: Path, name: str) -> None:
    head = '[own-rule]\nsummary = "s"\nseverity = "error"\nselect = "domain"\nwhy = "w"\n'
    (repository / "own.toml").write_text(head + HOSTILE_RULES[name] + "\n")
    (repository / "vmlint.toml").write_text("[rules]\nextend = ['own.toml']\n")
    (repository / "a.xml").write_text("<domain type='kvm'><name>a</name></domain>\n")
    done = _run(repository, "check", "a.xml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "vmlint: error: own.toml:" in done.stderr
    assert _met(done, repository) == set()
    assert not (repository / "stolen").exists()


def test_a_field_of_a_message_is_a_value_of_the_file_and_nothing_of_python(repository: Path) -> None:
    fields = "{__class__.__init__.__globals__}|{@type.__class__}|{context}"
    rule = f'[own-rule]\nsummary = "s"\nseverity = "error"\nselect = "domain"\nwhy = "w"\nmessage = "{fields}"\n'
    (repository / "own.toml").write_text(rule)
    (repository / "vmlint.toml").write_text("[rules]\nextend = ['own.toml']\n")
    (repository / "a.xml").write_text("<domain type='kvm'><name>a</name></domain>\n")
    done = _run(repository, "check", "a.xml", "--select", "own-rule", "--output-format", "concise")
    assert done.stdout.splitlines()[0] == "a.xml:1:2: error[own-rule] ||"
