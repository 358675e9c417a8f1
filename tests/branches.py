"""How many of the branches of what reads and writes files the tests reach: `python -m tests.branches` after a run with --cov."""

from __future__ import annotations

import json
import subprocess
import sys
from fnmatch import fnmatch
from typing import NamedTuple

LEAST = 95
"""Percent that must be reached of each group."""
GROUPS = {
    "fixer": ("fixer.py", "newfile.py", "outputs.py", "temporary.py", "writer.py"),
    "lexers": (
        *("source.py", "qemu/arguments.py", "qemu/commandline.py", "qemu/flags.py", "qemu/jsontext.py"),
        *("qemu/options.py", "qemu/optstring.py", "qemu/paramvalues.py"),
    ),
    "formats": ("formats/*.py",),
    "loaders": (
        *("baseline.py", "catalog.py", "config.py", "configs.py", "data.py", "discover.py", "house.py", "merged.py"),
        *("patterns.py", "suppress.py", "targets.py", "toml_file.py"),
    ),
}


class Reached(NamedTuple):
    """Branches of some code, and how many of them were taken."""

    taken: int
    all: int

    @property
    def percent(self) -> float:
        return 100 * self.taken / self.all if self.all else 100

    def __str__(self) -> str:
        return f"{self.taken:>5} of {self.all:>5} branches  {self.percent:6.2f} %"


def reached() -> dict[str, Reached]:
    """What was reached of each module, by its path in the package."""
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "--fail-under=0", "-o", "-"]
    files = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["files"]
    return {
        path.replace("\\", "/").rpartition("/vmlint/")[2]: Reached(
            file["summary"]["covered_branches"], file["summary"]["num_branches"]
        )
        for path, file in files.items()
    }


def main() -> int:
    """Print what was reached of each group, and of each module of which something was not; fail below LEAST."""
    modules = reached()
    code = 0
    for group, patterns in GROUPS.items():
        found = {name: each for name, each in modules.items() if any(fnmatch(name, one) for one in patterns)}
        total = Reached(*map(sum, zip(*found.values(), strict=True)))
        print(f"{group:<28} {total}")
        for name, each in sorted(found.items()):
            if each.taken < each.all:
                print(f"  {name:<26} {each}")
        if total.percent < LEAST:
            print(f"{group}: less than {LEAST} % are reached", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
