"""Ends, interrupts and runs short a piece of work that writes files, at every step of it."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from .helpers import ROOT

NOBODY = 65534
Work = Callable[[], object]


def in_child(work: Work) -> int:
    """Run this in a process of its own, so that limits and signals hit only that; its process id."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def ended_at(step: int, work: Work, how: Callable[[], object]) -> bool:
    """Run this in a process of its own, in which `how` is called before that call or return of a function; whether it
    came so far. Between two steps lies at most one call of the system."""

    def limited() -> None:
        left = step

        def count(frame: FrameType, event: str, argument: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                sys.setprofile(None)
                os.write(told[1], b"x")
                how()

        sys.setprofile(count)
        try:
            work()
        finally:
            sys.setprofile(None)

    told = os.pipe()
    os.waitpid(in_child(limited), 0)
    os.close(told[1])
    with os.fdopen(told[0], "rb") as stream:
        return bool(stream.read())


def kill() -> None:
    """End this process at once, as a loss of power does."""
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt() -> None:
    """What Ctrl-C raises."""
    raise KeyboardInterrupt


def said_with(limit: Work, work: Work) -> str:
    """What a piece of work raises in a process with this limit."""

    def limited() -> None:
        limit()
        try:
            work()
        except Exception as error:
            os.write(told[1], str(error).encode())

    told = os.pipe()
    os.waitpid(in_child(limited), 0)
    os.close(told[1])
    with os.fdopen(told[0], "rb") as answer:
        return answer.read().decode()


def full_after(room: int) -> Work:
    """A disk that takes so many bytes of a file."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))


def as_nobody() -> None:
    """Go on as a user who owns nothing."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def in_own_mounts(code: str, folder: Path) -> None:
    """Run this as root of its own mounts, in a folder; it asserts what must hold. Skips where nobody may do so."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-Urm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("nobody may mount anything here")
    program = "import os, subprocess\nfrom pathlib import Path\n" + textwrap.dedent(code)
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'linter'}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [unshare, "-Urm", sys.executable, "-c", program],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
