"""Prints what files made by strangers cost: all shapes, or those whose names match a pattern, `hostile.py '^xml'`.

Of each: the CPU time for a byte of a file and of one a hundred times as large, how much more that is, and the most
memory that the run takes. What grows by more than a fifth, or takes more than 300 MB, is marked.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchmarks.shapes import SHAPES, Shape

MEGABYTE = 1_000_000
TIMES = 100
MOST_GROWTH, MOST_MEMORY = 1.2, 300
WARM = 300
"""Bytes of a file that is looked at before, so that what is loaded once is not counted."""
TIMEOUT = 600
ENOUGH = 0.3
"""Seconds after which a time is not taken again; the least of several counts."""


def one(path: str, warm: str) -> None:
    """Print the CPU time in seconds and the most memory in MB of a run; this process does nothing else."""
    from vmlint.cli import main

    check = ["check", "--no-config", "--jobs", "1"]
    times: list[float] = []
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        main([*check, warm])
        while not times or (sum(times) < ENOUGH and len(times) < TIMES):
            start = time.process_time()
            code = main([*check, path])
            times.append(time.process_time() - start)
    print(min(times), _peak(), code)


def _peak() -> float:
    """The most memory of this process, in MB; what its parent had does not count, as it does for getrusage."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0


def cost(shape: Shape, size: int, folder: Path) -> tuple[float, float, str]:
    """CPU time for a byte in microseconds, most memory in MB, and the exit code."""
    below = folder / str(size)
    for name, length in (("it", size), ("warm", WARM)):
        (below / name).mkdir(parents=True)
        shape.write(below / name / shape.file, length)
    paths = [str(below / name / shape.file) for name in ("it", "warm")]
    done = subprocess.run(
        [sys.executable, __file__, "--one", *paths], capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    if done.returncode:
        raise SystemExit(f"{shape.name}: {done.stderr}")
    seconds, memory, code = done.stdout.split()
    return float(seconds) / Path(paths[0]).stat().st_size * MEGABYTE, float(memory), code


def line(shape: Shape, size: int, only_memory: bool) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        large, memory, code = cost(shape, size, Path(folder))
        small = large if only_memory else cost(shape, size // TIMES, Path(folder))[0]
    growth = large / small
    over = "OVER" if growth > MOST_GROWTH or memory > MOST_MEMORY else "ok"
    times = f"{small:8.3f} {large:8.3f} us/B {growth:6.2f} x"
    return f"{shape.name:28} {shape.file:12} {times} {memory:6.0f} MB  exit {code}  {over}"


def table(pattern: str, size: int, only_memory: bool) -> Iterator[str]:
    """The lines of all shapes whose names match."""
    for shape in SHAPES:
        if re.search(pattern, shape.name):
            yield line(shape, size, only_memory)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pattern", nargs="?", default="")
    parser.add_argument("--size", type=float, default=1, metavar="MB", help="of the large file (default: 1)")
    parser.add_argument("--memory", action="store_true", help="only of the large file")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(*options.one)
        return
    for text in table(options.pattern, int(options.size * MEGABYTE), options.memory):
        print(text, flush=True)


if __name__ == "__main__":
    main()
