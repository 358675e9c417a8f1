"""Held against the QEMU installed here: what it warns about is reported, and what --fix writes it takes without a word."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import vmlint
from tests.helpers import lint_and_fix
from vmlint.formats import argv as argv_format
from vmlint.formats.shell import parse

QEMU = shutil.which("qemu-system-x86_64")
BASE = ["-no-user-config", "-nodefaults", "-display", "none", "-S"]
QUIT = ["-chardev", "stdio,id=quit,signal=off", "-mon", "chardev=quit,mode=control"]
QMP = b'{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n'
WARNED = re.compile(r"short-form boolean option '(.*?)' deprecated")

pytestmark = pytest.mark.skipif(QEMU is None, reason="qemu-system-x86_64 is not installed")

BOOLEANS = [
    "telnet",
    "tn3270",
    "websocket",
    "ipv4",
    "noipv6",
    "mux",
    "nomux",
    "nodelay",
    "delay",
    "signal",
    "append",
    "logappend",
    "tight",
    "abstract",
]
STRINGS = [
    ["-chardev", "socket,id=c,path=x.sock,server,nowait"],
    ["-chardev", "socket,id=c,path=x.sock,server=on,nowait"],
    ["-chardev", "socket,id=c,path=x.sock,wait,nowait,server"],
    ["-chardev", "socket,id=c,path=x.sock,server=off,server,nowait"],
    ["-chardev", "socket,id=c,path=a,,server,nowait,server=on"],
    ["-chardev", "socket,id=c,path=a,,,,server,nowait,server=on"],
    ["-chardev", "socket,id=c,path=x.sock,server,nowait,"],
    ["-chardev", "socket,server,nowait,path=x.sock,id=c"],
    *(["-chardev", f"socket,id=c,host=127.0.0.1,port=0,server,nowait,{name}"] for name in BOOLEANS),
    ["-chardev", "file,id=c,path=o.txt,append"],
    ["-chardev", "null,id=c,mux,nologappend"],
    ["-chardev", "udp,id=c,host=127.0.0.1,port=4556,ipv4"],
    ["-chardev", "null,id=c", "-mon", "c,mode=control,pretty"],
    ["-chardev", "null,id=c", "-mon", "chardev=c,mode=control,nopretty"],
    ["-serial", "telnet:127.0.0.1:0,server,nowait"],
    ["-serial", "mon:unix:x.sock,server,nowait"],
    ["-serial", "unix:a,,b.sock,server,nowait"],
    ["-serial", "unix:path=x.sock,server,nowait"],
    ["-serial", "tcp:127.0.0.1:0,server,nowait,nodelay"],
    ["-parallel", "unix:x.sock,server,nowait"],
    ["-monitor", "unix:x.sock,server,nowait"],
    ["-qmp", "unix:x.sock,server,nowait"],
    ["-qmp-pretty", "tcp:127.0.0.1:0,server,nowait,ipv4"],
    ["-M", "pc", "-debugcon", "unix:x.sock,server,nowait"],
    ["-M", "pc", "-gdb", "tcp:127.0.0.1:0,server,nowait,nodelay"],
    ["-M", "pc", "-gdb", "unix:x.sock,server,nowait,nodelay"],
    ["-M", "pc", "-qtest", "unix:x.sock,server,nowait"],
    ["-drive", "file=disk.img,format=raw,if=none,id=d,readonly"],
    ["-drive", "snapshot,file=disk.img,format=raw,if=none,id=d"],
    ["-M", "q35", "-device", "pcie-root-port,id=r,multifunction,nohotplug,chassis=1"],
    ["-netdev", "user,id=n,restrict,noipv6"],
]
LISTENER = ["-chardev", "socket,id=s,path=x.sock,server=on,wait=off"]
CLIENTS = [
    ["-chardev", "socket,id=c,path=x.sock,nowait"],
    ["-chardev", "socket,id=c,path=x.sock,server=off,nowait"],
    ["-chardev", "socket,id=c,path=x.sock,noserver"],
    ["-serial", "unix:x.sock,nowait"],
]
SILENT = [
    ["-serial", "file:o.txt,append"],
    ["-serial", "file:o,server,nowait"],
    ["-serial", "vc:80Cx24C,mux"],
    ["-monitor", "none,server,nowait"],
    ["-serial", "udp:127.0.0.1:4555,server"],
    ["-chardev", "socket,id=c,path=x.sock,server=yes,wait=no"],
    ["-chardev", "socket,id=c,path=a,,server,,nowait,server=true,wait=false"],
    ["-serial", "unix:server,server=on,wait=off"],
    ["-M", "pc", "-append", "-serial tcp::1,server,nowait", "-kernel", "missing"],
]


def run_qemu(argv: list[str], folder: Path) -> tuple[int, str]:
    """Exit code and messages of a QEMU that is told to quit as soon as it is up."""
    assert QEMU is not None
    machine = [] if "-M" in argv else ["-M", "none"]
    command = [QEMU, *BASE, *machine, *argv, *QUIT]
    done = subprocess.run(command, cwd=folder, input=QMP, capture_output=True, check=False, timeout=60)
    return done.returncode, done.stderr.decode("utf-8", "replace")


def fixed(argv: list[str]) -> list[str]:
    """The words after --fix by the rules on options, which do not ask for what only newer releases have."""
    data = argv_format.join(["qemu-system-x86_64", *argv])
    (command,) = parse("x.args", lint_and_fix("x.args", data, topic="options").data).roots
    return [word.text for word in command.words]  # type: ignore[attr-defined]  # a command line, not just any node


def reported(argv: list[str]) -> list[str]:
    """The tokens called short booleans."""
    report = vmlint.check_argv(["qemu", *argv])
    return [d.source.decode(*d.span) for d in report.diagnostics if d.rule == "short-boolean"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "disk.img").write_bytes(bytes(1 << 16))
    return tmp_path


@pytest.mark.parametrize("argv", STRINGS, ids=" ".join)
def test_what_qemu_warns_about_is_reported_and_the_fix_is_clean(argv: list[str], folder: Path) -> None:
    warned = WARNED.findall(run_qemu(argv, folder)[1])
    found = reported(argv)
    assert found
    noisy = {
        d.source.decode(*d.span)
        for d in vmlint.check_argv(["qemu", *argv]).diagnostics
        if "warning for it" in d.message
    }
    assert warned == [token for token in found if token in noisy]
    for name in ("x.sock", "o.txt"):
        (folder / name).unlink(missing_ok=True)
    code, messages = run_qemu(fixed(argv), folder)
    assert (code, WARNED.findall(messages)) == (0, [])
    assert fixed(fixed(argv)) == fixed(argv)


@pytest.mark.parametrize("argv", CLIENTS, ids=" ".join)
def test_a_client_runs_after_the_fix(argv: list[str], folder: Path) -> None:
    assert reported(argv)
    assert run_qemu([*LISTENER, *fixed(argv)], folder) == (0, "")


@pytest.mark.parametrize("argv", SILENT, ids=" ".join)
def test_silent_where_qemu_reads_no_flag(argv: list[str], folder: Path) -> None:
    assert reported(argv) == []
    assert WARNED.findall(run_qemu(argv, folder)[1]) == []


@pytest.mark.parametrize("argv", [["-gdb", "tcp:127.0.0.1:0,nodelay"], ["-gdb", "tcp:127.0.0.1:0,delay"]])
def test_gdb_refuses_what_we_call_an_error(argv: list[str], folder: Path) -> None:
    assert run_qemu(["-M", "pc", *argv], folder)[0] == 1
    assert [d.severity for d in vmlint.check_argv(["qemu", *argv]).diagnostics] == ["error"]
    assert run_qemu(["-M", "pc", *fixed(argv)], folder) == (0, "")
