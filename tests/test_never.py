"""vmlint opens no connection, starts no program but git, and writes nothing but what it was told to."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vmlint.file_run import FEW

from .helpers import ROOT

HOSTILE = {
    "entity.xml": b'<!DOCTYPE domain SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    b"<domain type='kvm'><name>&e;</name></domain>",
    "include.xml": b"<domain type='kvm' xmlns:xi='http://www.w3.org/2001/XInclude'>"
    b"<xi:include href='http://127.0.0.1:9/secret.xml'/><xi:include href='/etc/hostname' parse='text'/></domain>",
    "schema.xml": b"<domain type='kvm' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
    b"xsi:noNamespaceSchemaLocation='http://127.0.0.1:9/x.xsd' xsi:schemaLocation='urn:x http://127.0.0.1:9/y.xsd'>"
    b"<teamming/></domain>",
    "style.xml": b"<?xml-stylesheet href='http://127.0.0.1:9/x.xsl' type='text/xsl'?><?xml-model href='http://127.0.0.1:9/'?>"
    b"<domain type='kvm'/>",
    "run.sh": b"qemu-system-x86_64 -chardev socket,id=$(touch stolen),path=`touch stolen`,server,nowait\n",
    "Makefile": b"run:\n\tqemu-system-x86_64 -serial unix:$(shell touch stolen),server,nowait\n",
    "ci.yml": b"run: !!python/object/apply:os.system ['touch stolen; qemu-system-x86_64 -serial unix:x,server,nowait']\n",
    "launch.py": b"import os\nos.system('touch stolen')\nARGS = ['qemu-system-x86_64', '-serial', 'unix:x,server,nowait']\n",
}
OWN_RULE = """[own-name]
summary = "A domain has a title"
severity = "note"
select = "domain/title"
message = "a title"
why = "Ours have none."

[[own-name.example]]
file = "a.xml"
at = ["title"]
bad = "<domain type='kvm'><title>x</title></domain>"
good = "<domain type='kvm'></domain>"
"""
FIXING = ["check", "--fix", "--unsafe-fixes", "."]
COMMANDS: dict[str, tuple[list[str], set[str]]] = {
    "check": ([*FIXING, "--output", "sarif:report.sarif", "--output-format", "json"], {*HOSTILE, "report.sarif"}),
    "processes": ([*FIXING, "--jobs", "2", "--output", "json:report.json"], {*HOSTILE, "report.json"}),
    "stdin": (["check", "--fix", "-", "--stdin-filename", "run.sh"], set()),
    "diff": (["check", "--diff", "."], set()),
    "baseline": (["check", ".", "--write-baseline", "known.json"], {"known.json"}),
    "prune": (["check", ".", "--baseline", "old.json", "--prune-baseline"], {"old.json"}),
    "argv": (["argv", "--fix", "--", "qemu-system-x86_64", "-serial", "unix:x,server,nowait"], set()),
    "upgrade": (["upgrade", "--to", "debian-13", ".", "--output", "html:page.html"], {"page.html"}),
    "merge": (["merge", "given.json", "--output", "junit:tests.xml"], {"tests.xml"}),
    "rule": (["rule", "short-boolean"], set()),
    "targets": (["targets"], set()),
    "schema": (["schema"], set()),
    "config": (["config", "."], set()),
    "completion": (["completion", "bash"], set()),
    "test-rules": (["test-rules", "own.toml"], set()),
}
"""What is run, and the files that it may write."""
GIVEN = {
    "own.toml": OWN_RULE,
    "old.json": '{"version": 1, "files": {"gone.sh": [{"rule": "short-boolean", "at": "", "text": ""}]}}',
    "given.json": '{"version": 1, "diagnostics": [], '
    '"summary": {"files": 1, "errors": 0, "warnings": 0, "notes": 0, "suppressed": 0, "fixed": 0, "held_back": 0}}',
}

WATCH = """
import os, sys
WATCHED = {"os.exec", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen", "os.fork", "os.forkpty", "os.remove",
           "os.rename", "os.link", "os.symlink", "os.mkdir", "os.rmdir", "os.truncate", "os.startfile", "pty.spawn",
           "os.chmod", "os.chown", "os.setxattr", "os.removexattr", "os.utime", "os.mkfifo", "os.mknod"}
def watch(event, arguments):
    if event == "open":
        if isinstance(arguments[0], int) or not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
            return
        arguments = arguments[:1]
    elif event == "socket.__new__" and arguments[1] == 1:  # AF_UNIX, by which processes of one run talk
        return
    elif event not in WATCHED:
        if not event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "ctypes.")):
            return
    elif event in ("os.chmod", "os.chown", "os.setxattr", "os.utime"):
        arguments = arguments[:1]
    print("EVENT", event, repr(arguments), file=sys.__stderr__)
sys.addaudithook(watch)
from vmlint.cli import main
sys.exit(main(sys.argv[1:]))
"""
NEW = re.compile(r"\.vmlint-[0-9a-f]{16}\.tmp")
"""A file that is to take the place of another."""
OF_FILES = ("open", "os.remove", "os.rename", "os.chmod", "os.chown", "os.setxattr", "os.utime")


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    for name, content in HOSTILE.items():
        (tmp_path / name).write_bytes(content)
    for name, text in GIVEN.items():
        (tmp_path / name).write_text(text)
    if request.getfixturevalue("name") == "processes":
        (tmp_path / "many").mkdir()
        for number in range(FEW + 2):
            (tmp_path / "many" / f"{number}.xml").write_text("<domain/>")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def _run(folder: Path, name: str, *before: str) -> subprocess.CompletedProcess[str]:
    env = {"PYTHONPATH": str(ROOT / "linter"), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*before, sys.executable, "-c", WATCH, *COMMANDS[name][0]]
    given = HOSTILE["run.sh"].decode()
    return subprocess.run(
        command, cwd=folder, env=env, input=given, capture_output=True, text=True, check=False, timeout=120
    )


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", COMMANDS)
def test_by_pythons_own_account(folder: Path, name: str) -> None:
    may_write, before = COMMANDS[name][1], _files(folder)
    done = _run(folder, name)
    assert done.returncode in (0, 1), done.stderr
    events = [tuple(line.split(" ", 2)[1:]) for line in done.stderr.splitlines() if line.startswith("EVENT")]
    started = [arguments for event, arguments in events if event == "subprocess.Popen"]
    assert all(arguments.startswith("('git', ['git', '-c', 'core.fsmonitor=false'") for arguments in started)
    named = {other for event, arguments in events if event in OF_FILES for other in re.findall("'(.*?)'", arguments)}
    assert {Path(other).name for other in named if not NEW.search(other)} <= may_write | {"null"}
    asked = [arguments for event, arguments in events if event == "urllib.Request"]
    assert all(arguments.startswith("('file:///") for arguments in asked), "xmlschema opens our own schema so"
    others = {event for event, _ in events} - {"subprocess.Popen", *OF_FILES}
    assert others <= {"os.posix_spawn", "os.fork", "os.exec", "urllib.Request"}
    after = _files(folder)
    assert {other for other in after if after[other] != before.get(other)} <= may_write
    assert after.keys() - before.keys() == may_write - before.keys(), "else the test sees nothing"


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here")
@pytest.mark.parametrize("name", ["check", "processes", "baseline", "upgrade", "merge"])
def test_by_the_systems_account(folder: Path, name: str) -> None:
    """Also what libxml2 does, of which Python knows nothing."""
    calls = "trace=network,execve,openat,open,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,link,symlink"
    done = _run(folder, name, "strace", "-f", "-qq", "-o", "calls.txt", "-e", calls)
    if "ptrace" in done.stderr:
        pytest.skip("nobody may be traced here")
    lines = (folder / "calls.txt").read_text(errors="replace").splitlines()
    assert not [line for line in lines if re.search(r"\b(socket\((?!AF_UNIX)|connect\((?!.*/nscd/))", line)], (
        "git may ask nscd"
    )
    programs = {Path(found).name for found in re.findall(r'execve\("([^"]*)".*= 0$', "\n".join(lines), re.M)}
    assert programs - {"git"} == {Path(sys.executable).name}
    opened = [line for line in lines if re.search(r"\bopen(at)?\(", line) and not line.endswith(")")]
    assert opened
    assert not [line for line in opened if "/etc/hostname" in line]
    written = [line for line in opened if re.search(r"O_WRONLY|O_RDWR|O_CREAT", line)]
    moved = [line for line in lines if re.search(r"\b(rename|unlink|mkdir|link|symlink)(at2?)?\(", line)]
    named = {found for line in (*written, *moved) for found in re.findall(r'"([^"]*)"', line)}
    assert any(NEW.search(found) for found in named), "else the watch sees nothing"
    assert {Path(found).name for found in named if not NEW.search(found)} <= COMMANDS[name][1] | {"null"}
    assert not (folder / "stolen").exists()
