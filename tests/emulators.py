"""Asks real QEMUs what they do with options: the one on PATH, or those of an oracle, a folder with several systems in it.

An oracle has `run.py`, which knows where its systems are. Those of x86 suffice for most of what is asked; for the rest,
install in each `qemu-system-arm`, `-mips`, `-misc`, `-ppc`, `-riscv`, `-s390x` and `-sparc`, as far as its Debian has them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

X86 = "qemu-system-x86_64"
BASE = ["-no-user-config", "-nodefaults", "-display", "none", "-S"]
"""With every question; no option of it needs a place in a command line."""
QUIT = ["-chardev", "stdio,id=quit,signal=off", "-mon", "chardev=quit,mode=control"]
QMP = b'{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n'
WARNING = re.compile(r"deprecat|use .* instead|persistence", re.IGNORECASE)
"""What QEMU says where it warns of a form."""
OWN = re.compile(r"chardev=(?:quit|orcq)")
"""The monitor that ends QEMU is told of in 11.1; it is no part of what is asked."""
NOT_THERE = "there is no such emulator"
FOREIGN = "usr/bin/qemu-system-sh4"
"""It is in all releases, in the same package as those that some of them lack: where it is missing, so is the package."""
INSIDE = 'cd "$1" && shift && exec timeout 20 "$@"'


class Answer(NamedTuple):
    """What a QEMU did: its error, empty if it came up, and whether it warned."""

    error: str
    warned: bool


Ask = Callable[[str, Sequence[str], str], Answer | None]
"""Asks a program, with some words, of a version; None where there is none to be asked."""


def local_version() -> str:
    """Major and minor of the QEMU on PATH."""
    text = subprocess.run([X86, "--version"], capture_output=True, text=True, check=True).stdout
    return ".".join(re.findall(r"\d+", text)[:2])


def ask_local(program: str, words: Sequence[str], version: str) -> Answer | None:
    """The QEMU on PATH, in a folder of its own, told to quit as soon as it is up."""
    del version
    if program != X86:
        return None
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "disk.img").write_bytes(bytes(1 << 20))
        return _answer([program, *BASE, *words, *QUIT], folder)


def oracle(folder: str) -> tuple[list[str], Ask]:
    """The versions that an oracle has, and how to ask it; that takes root."""
    sys.path.insert(0, folder)
    import run  # type: ignore[import-not-found]  # a script beside the project, if there is one

    run.setup()

    def ask(program: str, words: Sequence[str], version: str) -> Answer | None:
        if program != X86:
            return _ask_inside(Path(run.ROOTS[version]), run.workdir(), program, words)
        result = run.run_one(list(words), version, base=[*BASE, "-monitor", "none"])
        return _read(result.get("extra", []), result["error"] or "")

    return list(run.VERSIONS), ask


def _ask_inside(root: Path, folder: str, program: str, words: Sequence[str]) -> Answer | None:
    """A program of a whole system, cut off from the network."""
    if not (root / FOREIGN).exists():
        return None
    if not (root / "usr/bin" / program).exists():
        return Answer(NOT_THERE, False)
    inside = ["unshare", "-n", "chroot", str(root), "sh", "-c", INSIDE, "sh", folder]
    return _answer([*inside, program, *BASE, *words, *QUIT])


def _answer(command: Sequence[str], folder: str | None = None) -> Answer:
    done = subprocess.run(command, cwd=folder, input=QMP, capture_output=True, check=False, timeout=60)
    lines = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if not OWN.search(line)]
    errors = [line for line in lines if "warning:" not in line]
    return _read(lines, "".join(errors[:1]) or "no message" if done.returncode else "")


def _read(lines: Sequence[Any], error: str) -> Answer:
    return Answer(error, any(WARNING.search(line) for line in lines if not OWN.search(line)))
