"""vmlint opens no connection, starts no program but git, and writes nothing but what it was told to."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
COMMAND = ["check", "--fix", "--unsafe-fixes", "--output", "sarif:report.sarif", "--output-format", "json"]
MAY_WRITE = {*HOSTILE, "report.sarif"}

WATCH = """
import os, sys
WATCHED = {"os.exec", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen", "os.fork", "os.forkpty", "os.remove",
           "os.rename", "os.link", "os.symlink", "os.mkdir", "os.rmdir", "os.truncate", "os.startfile", "pty.spawn"}
def watch(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "ctypes.")) or event in WATCHED:
        print("EVENT", event, repr(arguments), file=sys.__stderr__)
    elif event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        print("EVENT", event, repr(arguments[0]), file=sys.__stderr__)
sys.addaudithook(watch)
from vmlint.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in HOSTILE.items():
        (tmp_path / name).write_bytes(content)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def _run(folder: Path, *before: str) -> subprocess.CompletedProcess[str]:
    env = {"PYTHONPATH": str(ROOT / "linter"), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*before, sys.executable, "-c", WATCH, *COMMAND, "."]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)


def test_by_pythons_own_account(folder: Path) -> None:
    done = _run(folder)
    assert done.returncode == 1, done.stderr
    events = [line for line in done.stderr.splitlines() if line.startswith("EVENT")]
    started = [event for event in events if event.startswith("EVENT subprocess.Popen")]
    assert started
    assert all(" ('git', ['git', '-c', 'core.fsmonitor=false'" in event for event in started)
    written = set(re.findall(r"EVENT open '(.*)'", "\n".join(events)))
    assert "report.sarif" in written, "else the watch sees nothing"
    assert {Path(name).name for name in written if ".vmlint-" not in name} <= {"report.sarif", "null"}
    asked = [event for event in events if event.startswith("EVENT urllib.Request")]
    assert all("('file:///" in event for event in asked), "xmlschema opens our own schema so"
    others = {event.split()[1] for event in events} - {"subprocess.Popen", "open", "os.rename", "os.remove"}
    assert others <= {"os.posix_spawn", "os.fork", "os.exec", "urllib.Request"}
    assert not (folder / "stolen").exists()
    assert {path.name for path in folder.iterdir()} - {".git"} == MAY_WRITE


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here")
def test_by_the_systems_account(folder: Path) -> None:
    """Also what libxml2 does, of which Python knows nothing."""
    calls = "trace=network,execve,openat,open,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,link,symlink"
    done = _run(folder, "strace", "-f", "-qq", "-o", "calls.txt", "-e", calls)
    if "ptrace" in done.stderr:
        pytest.skip("nobody may be traced here")
    lines = (folder / "calls.txt").read_text(errors="replace").splitlines()
    assert not [line for line in lines if re.search(r"\b(socket\((?!AF_UNIX)|connect\((?!.*/nscd/))", line)], (
        "git may ask nscd"
    )
    programs = {Path(name).name for name in re.findall(r'execve\("([^"]*)".*= 0$', "\n".join(lines), re.M)}
    assert programs == {Path(sys.executable).name, "git"}
    opened = [line for line in lines if re.search(r"\bopen(at)?\(", line) and not line.endswith(")")]
    assert opened
    assert not [line for line in opened if "/etc/hostname" in line]
    written = {
        Path(found[1]).name
        for line in opened
        if (found := re.search(r'"([^"]*)", [^)]*(?:O_WRONLY|O_RDWR|O_CREAT)', line)) and ".vmlint-" not in found[1]
    }
    assert written <= {"report.sarif", "null"}
    assert not (folder / "stolen").exists()
