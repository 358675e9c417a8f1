"""What a command costs, and how that compares with what another costs at the same time on the same machine."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

RUNS = 9


class Cost(NamedTuple):
    """Of one run and all processes it starts: CPU and wall clock time in seconds, most memory of a process in MiB."""

    cpu: float
    wall: float
    memory: float


def cost(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run a command and throw away what it says."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 3):  # 1: something is found; 3: xmllint finds that something is not valid
        raise SystemExit(f"exit code {process.returncode} of {' '.join(command[:6])}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024)


class Ratio(NamedTuple):
    """A budget: what our command may cost at most, as a multiple of what its peer costs; 0 where it is only shown."""

    name: str
    ours: Sequence[str]
    peer: Sequence[str]
    peer_name: str
    budget: float
    runs: int = RUNS


def measured(ratio: Ratio, environment: Mapping[str, str]) -> str:
    """One line: the medians of the CPU times, their ratio, and the budget.

    Runs of the two take turns, so that a busy moment of the machine hits both.
    """
    for command in (ratio.ours, ratio.peer):
        cost(command, environment)  # compiles what Python keeps compiled, and reads the files into memory
    pairs = [(cost(ratio.ours, environment).cpu, cost(ratio.peer, environment).cpu) for _ in range(ratio.runs)]
    ours, peer = (statistics.median(times) for times in zip(*pairs, strict=True))
    against = f"{ours * 1000:7.0f} ms against {peer * 1000:6.0f} ms of {ratio.peer_name}"
    return line(ratio.name, against, f"{ours / peer:6.2f} x", ratio.budget, ours / peer, "x")


def line(name: str, detail: str, value: str, budget: float, given: float, unit: str) -> str:
    """A line of the table; `given`, which is `value` as a number, must not be more than the budget."""
    verdict = f"(budget {budget:g} {unit})  {'ok' if given <= budget else 'OVER'}" if budget else ""
    return f"{name:38} {detail:62} {value:>10}  {verdict}".rstrip()
