"""Files cut off anywhere, as a copy that broke off leaves them: each is judged, and fixed whole or not at all.

Always: the files that tests/invariants.py begins with. Where they are at hand also real ones, 1,000 places of them.
"""

from __future__ import annotations

import json
import random
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT, vmlint
from tests.invariants import seeds

CORPUS = ROOT.parent / "shared" / "corpus"
PLACES = 1000
SEED = 20261125
SECONDS_A_FILE = 1.0
"""On average, with the start of the process, on a machine that has much else to do."""


def _own_files() -> Iterator[tuple[str, bytes]]:
    for number, seed in enumerate(seeds()):
        yield f"{number}/{seed.name}", seed.data


def _real_files() -> Iterator[tuple[str, bytes]]:
    for archive in sorted(CORPUS.glob("*.tar.xz")):
        with tarfile.open(archive) as opened:
            for member in opened:
                stream = opened.extractfile(member) if member.isfile() else None
                if stream is not None:
                    yield f"{archive.name}/{member.name}", stream.read()


def _cut(files: list[tuple[str, bytes]], folder: Path) -> dict[Path, bytes]:
    """Some files of these, each cut at a random place, in a folder each, as two of one file have the same name."""
    chance = random.Random(SEED)
    found = {}
    for number in range(PLACES):
        name, data = chance.choice(files)
        path = folder / str(number) / Path(name).name
        path.parent.mkdir()
        found[path] = data[: chance.randrange(len(data) + 1)]
        path.write_bytes(found[path])
    return found


def _by_file_and_rule(report: bytes) -> Counter[tuple[str, str]]:
    return Counter((each["path"], each["rule"]) for each in json.loads(report)["diagnostics"])


@pytest.mark.parametrize(
    "source",
    [
        "own",
        pytest.param("real", marks=pytest.mark.skipif(not CORPUS.exists(), reason="the corpora are not here")),
    ],
)
def test_cut_files_are_judged_and_fixed_whole(source: str, tmp_path: Path) -> None:
    files = [*(_own_files() if source == "own" else _real_files())]
    cut = _cut(files, tmp_path)
    begun = time.monotonic()
    looked = vmlint("check", ".", "--output-format", "json", cwd=tmp_path)
    shown = vmlint("check", ".", "--diff", "--quiet", cwd=tmp_path)
    assert {path: path.read_bytes() for path in cut} == cut, "only --fix changes anything"
    fixed = vmlint("check", ".", "--fix", "--output-format", "json", cwd=tmp_path)
    after = {path: path.read_bytes() for path in cut}
    again = vmlint("check", ".", "--fix", "--output-format", "json", cwd=tmp_path)
    for done in (looked, shown, fixed, again):
        assert done.returncode in (0, 1), done.stderr
        assert done.stderr == b"", "no failure, and no traceback"
    assert time.monotonic() - begun < 4 * SECONDS_A_FILE * PLACES
    changed = {str(path.relative_to(tmp_path)) for path in cut if after[path] != cut[path]}
    assert changed == {line[4:] for line in shown.stdout.decode().splitlines() if line.startswith("+++ ")}
    assert len(changed) > PLACES / 50, "else there is nothing to see"
    assert not _by_file_and_rule(fixed.stdout) - _by_file_and_rule(looked.stdout), "no finding that was not there"
    assert _by_file_and_rule(again.stdout) == _by_file_and_rule(fixed.stdout)
    assert {path: path.read_bytes() for path in cut} == after, "a second run changes nothing"
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == cut.keys(), (
        "no file is lost, none is left behind"
    )
