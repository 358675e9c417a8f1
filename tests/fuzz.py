"""Searches, guided by coverage, for bytes for which something does not hold that must: `python -m tests.fuzz --seconds 60`.

Needs atheris, the extra `fuzz`. What is searched is in tests/invariants.py; what is found ends the search with exit code
1, a traceback, and the bytes. At the end stands how many files were tried, in how many seconds.
"""

from __future__ import annotations

import argparse
import atexit
import os
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.invariants import Target

PIECE = re.compile(rb"\s+|</?[\w:]*|,|=|[^\s,=<>]+|.", re.DOTALL)
"""What is exchanged between files: words, tags, white space, and what parts them."""
MOST_PIECES = 12
MAX_SIZE = 4096


class Mutator:
    """Makes new files of those that libFuzzer keeps: by its own ways, and by pieces of other files of the kind."""

    def __init__(self, givers: list[bytes]) -> None:
        self._givers = [PIECE.findall(giver[2:]) for giver in givers]

    def __call__(self, data: bytes, most: int, seed: int) -> bytes:
        import atheris

        chance = Random(seed)
        if chance.random() < 0.4:
            return bytes(atheris.Mutate(data, most))
        head, pieces = data[:2], PIECE.findall(data[2:])
        for _ in range(chance.randint(1, 4)):
            at = chance.randint(0, len(pieces))
            until = at + chance.choice((0, 0, 1, 1, 2, MOST_PIECES))
            pieces[at:until] = self._run(chance, pieces)
        return (head + b"".join(pieces))[:most]

    def _run(self, chance: Random, own: list[bytes]) -> list[bytes]:
        """Some pieces that stand together in another file, or in this one; or none."""
        giver = chance.choice((*self._givers, own))
        at = chance.randint(0, len(giver))
        return giver[at : at + chance.choice((0, 1, 1, 2, 4, MOST_PIECES))]


class Search:
    """One process's search in some targets; the first bytes of a file say which target and name it is for."""

    def __init__(self, chosen: dict[str, Target], seconds: float) -> None:
        self._kinds = sorted({(kind, seed.name) for kind, target in chosen.items() for seed in target.seeds})
        self._chosen = chosen
        self.tried: Counter[str] = Counter()
        self._begun, self._seconds = time.monotonic(), seconds

    def files(self) -> list[bytes]:
        """The files to begin with."""
        return [
            self._head(kind, seed.name) + seed.data for kind, target in self._chosen.items() for seed in target.seeds
        ]

    def _head(self, kind: str, name: str) -> bytes:
        return self._kinds.index((kind, name)).to_bytes(2, "big")

    def one(self, data: bytes) -> None:
        """Try one file; the process ends when the time is up, as libFuzzer would end it without a word."""
        if time.monotonic() > self._begun + self._seconds:
            self._end(0)
        kind, name = self._kinds[int.from_bytes(data[:2], "big") % len(self._kinds)]
        self.tried[kind] += 1
        try:
            self._chosen[kind].hold(name, data[2:])
        except Exception:
            traceback.print_exc()
            print(f"{kind}: {name}: {data[2:]!r}")
            self._end(1)

    def _end(self, code: int) -> None:
        print(self.told(), flush=True)
        atexit._run_exitfuncs()  # removes temporary files
        os._exit(code)

    def told(self) -> str:
        """What was tried: a line a target."""
        took = time.monotonic() - self._begun
        lines = [f"{kind:<14} {count:>8} inputs" for kind, count in sorted(self.tried.items())]
        return "\n".join([*lines, f"{'all':<14} {self.tried.total():>8} inputs in {took:.0f} s"])


def main() -> int:
    """Search for so many seconds, in some targets or in all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0, help="for the same search again; 0: another each time")
    parser.add_argument("targets", nargs="*", help="formats, such as shell, or other readers; all of them without")
    given = parser.parse_args()
    import atheris

    with atheris.instrument_imports(include=["vmlint"], enable_loader_override=False):
        from tests.invariants import TOKENS, targets
    known = targets()
    if unknown := set(given.targets) - known.keys():
        parser.error(f"{', '.join(sorted(unknown))}: none of {', '.join(known)}")
    search = Search({name: known[name]() for name in given.targets or known}, given.seconds)
    files = search.files()
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(files):
            (Path(folder) / str(number)).write_bytes(data)
        limits = [f"-max_len={MAX_SIZE}", "-timeout=20", "-rss_limit_mb=2048", f"-artifact_prefix={folder}/"]
        atheris.Setup(
            [sys.argv[0], *limits, f"-seed={given.seed}", "-verbosity=0", folder],
            search.one,
            custom_mutator=Mutator([*files, *(b"  " + token for token in TOKENS)]),
        )
        atheris.Fuzz()  # never returns
    return 0


if __name__ == "__main__":
    sys.exit(main())
