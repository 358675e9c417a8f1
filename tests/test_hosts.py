"""Files of each host format, in hosts/*.txt: what is found in them, and that a fix changes those bytes and no others.

A block begins with `==== NAME: what it shows`; in its text `⟨server→server=on⟩` marks a token that must be reported and
what it must become; `⟨readonly→⟩` one that must be reported and not changed. All else must be silent. `\\0` stands for a NUL, `¶` for a carriage return.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers import lint, lint_and_fix, read
from vmlint.formats import FORMATS, claim

HOSTS = Path(__file__).parent / "hosts"
BLOCK = re.compile(r"^==== (\S+): (.*)\n((?:(?!==== ).*\n)*)", re.MULTILINE)
MARK = re.compile(r"⟨([^→⟩]*)→([^⟩]*)⟩")
SHELLS = ("bash", "sh")


class Case(NamedTuple):
    """A file, what it shows, and its text with marks."""

    format_name: str
    name: str
    about: str
    text: str

    @property
    def bad(self) -> bytes:
        return _bytes(MARK.sub(r"\1", self.text))

    @property
    def good(self) -> bytes:
        return _bytes(MARK.sub(lambda mark: mark[2] or mark[1], self.text))

    @property
    def marks(self) -> list[tuple[int, str]]:
        """Byte offset in `bad` and text of each mark."""
        places, parts = [], MARK.split(self.text)
        offset = 0
        for before, bad in zip(parts[::3], parts[1::3], strict=False):
            offset += len(_bytes(before))
            places.append((offset, bad))
            offset += len(_bytes(bad))
        return places


def _bytes(text: str) -> bytes:
    return text.replace("\\0\n", "\0").replace("\\0", "\0").replace("¶", "\r").encode()


def cases() -> Iterator[Case]:
    for file in sorted(HOSTS.glob("*.txt")):
        text = file.read_text("utf-8")
        found = [Case(file.stem, *match.groups()) for match in BLOCK.finditer(text)]
        assert sum(len(case.text.splitlines()) + 1 for case in found) == len(text.splitlines()), file
        yield from found


CASES = list(cases())
IDS = [f"{case.format_name}-{case.about.replace(' ', '-')}" for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_what_is_found_and_what_fixes_change(case: Case) -> None:
    if claim(case.name, case.bad) is None:
        assert not case.marks
        return
    found = lint(case.name, case.bad)
    assert [(d.span.start, d.source.decode(*d.span)) for d in found if d.severity != "note"] == case.marks
    fixed = lint_and_fix(case.name, case.bad)
    assert fixed.data == case.good
    left = [mark for mark in MARK.findall(case.text) if not mark[1]]
    assert len([d.message for d in fixed.diagnostics if d.severity != "note"]) == len(left)


@pytest.mark.parametrize("case", [case for case in CASES if case.format_name in FORMATS], ids=lambda case: case.about)
def test_each_file_is_of_the_format_it_is_listed_under(case: Case) -> None:
    format_ = claim(case.name, case.bad)
    assert format_ is not None
    assert read(case.name, case.bad).format_name == case.format_name.replace("_", "-")


@pytest.mark.parametrize("format_name", FORMATS)
def test_each_format_has_its_cases(format_name: str) -> None:
    if format_name != "xml":  # has tests of its own
        assert sum(case.format_name == format_name and bool(case.marks) for case in CASES) >= 5


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.format_name == "shell" and not case.name.endswith(".args")],
    ids=lambda case: case.about,
)
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_a_fixed_script_is_one_still(case: Case) -> None:
    for data in (case.bad, case.good):
        done = subprocess.run(["bash", "-n"], input=data, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("case", [case for case in CASES if case.format_name == "make"], ids=lambda case: case.about)
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_a_fixed_makefile_is_one_still(case: Case, tmp_path: Path) -> None:
    for data in (case.bad, case.good):
        (tmp_path / "Makefile").write_bytes(data)
        done = subprocess.run(["make", "-n"], cwd=tmp_path, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
