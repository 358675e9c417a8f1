"""Lints a fleet that is too large for one machine, with Dask: python fleet_dask.py FOLDER [SCHEDULER].

Each worker reads and lints a part of the files, which it must see under the same names; only findings come back.
Without a scheduler's address a cluster is started on this machine. Needs `pip install dask distributed`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import dask.bag
from dask.distributed import Client

import vmlint

PART = 500
"""Files that a worker takes at a time: a tenth of a second of work."""


def findings(path: str) -> list[tuple[str, int, str, str]]:
    """What is found in one file: its path, the line, the rule and the message of each finding."""
    report = vmlint.check_text(Path(path).read_bytes(), path)
    return [(path, d.source.position(d.span.start).line, d.rule, d.message) for d in report.diagnostics]


def lint(paths: list[str]) -> list[tuple[str, int, str, str]]:
    """All findings in some files, in the order of the files."""
    parts = dask.bag.from_sequence(paths, partition_size=PART)
    found: list[tuple[str, int, str, str]] = parts.map(findings).flatten().compute()
    return found


def main(folder: str, scheduler: str | None = None) -> int:
    """Lint a folder and print a line for each finding; returns 1 if there are any."""
    with Client(scheduler) if scheduler else Client(threads_per_worker=1):
        found = lint(sorted(str(path) for path in Path(folder).rglob("*.xml")))
    for path, line, rule, message in found:
        print(f"{path}:{line}: [{rule}] {message}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
