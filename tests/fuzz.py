"""What must hold for any bytes under any name; `python -m tests.fuzz --seconds 60` looks for bytes for which it does not.

The search is guided by coverage and needs atheris, the extra `fuzz`. tests/test_fuzz.py holds the same of a fixed
selection of changed files.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tests.test_hosts import CASES
from vmlint.catalog import rules
from vmlint.choice import target
from vmlint.engine import Engine
from vmlint.fixer import MAX_ROUNDS, Look, apply, fix
from vmlint.formats import claim, name_of
from vmlint.model import Diagnostic, Document, Node
from vmlint.qemu.commandline import CommandNode
from vmlint.settings import ALL_FIXES, SAFE_FIXES
from vmlint.source import OPAQUE, Edit, Source, Value

HERE = Path(__file__).parent
ENGINE = Engine(rules(), target(None))
MIN_SEED = 10


class Seed(NamedTuple):
    """A file to begin with."""

    format_name: str
    name: str
    data: bytes


def seeds() -> list[Seed]:
    """Files of every format: those of hosts/, the domains of xml/, and the examples of the rules."""
    found = [Seed(case.format_name, case.name, case.bad) for case in CASES]
    found += [Seed("xml", path.name, path.read_bytes()) for path in sorted((HERE / "xml").glob("*.xml"))]
    for rule in rules().values():
        found += [Seed(_format(e.file, e.bad.encode()), e.file, e.bad.encode()) for e in rule.examples]
    return [seed for seed in found if len(seed.data) > MIN_SEED]


def _format(name: str, data: bytes) -> str:
    format_ = claim(name, data)
    return name_of(format_) if format_ else "none"


def hold(name: str, data: bytes) -> None:
    """Raises AssertionError, or whatever vmlint raises, if these bytes show a mistake of vmlint."""
    format_ = claim(name, data)
    if format_ is None:
        return

    def look(content: bytes) -> tuple[Document, list[Diagnostic]]:
        document = format_.parse(name, content)
        return document, ENGINE.lint(document)

    document, found = look(data)
    for value in values(document):
        hold_value(value, document.source)
    for diagnostic in found:
        hold_places(diagnostic, len(data))
    for safeties in (SAFE_FIXES, ALL_FIXES):
        hold_fixes(data, found, look, safeties)


def values(document: Document) -> Iterator[Value]:
    """All texts of a document that know their bytes."""
    stack: list[Node] = list(document.roots)
    while stack:
        node = stack.pop()
        stack.extend(node.children)
        if isinstance(node, CommandNode):
            yield from node.words
        for attribute in node.attribute_names:
            if (value := node.value(attribute)) is not None:
                yield value


def hold_value(value: Value, source: Source) -> None:
    """The pieces of a text follow each other, in the text and in the file, and each was written as what it says."""
    at = end = 0
    for piece in value.pieces:
        assert piece.at == at, "the pieces tile the text"
        assert end <= piece.start <= piece.end <= len(source.data), "and stand in the file in this order"
        text = value.text[piece.at : piece.at + piece.length]
        if piece.unit and OPAQUE not in text:
            assert source.decode(piece.start, piece.end) == text
        at, end = piece.at + piece.length, piece.end
    assert at == len(value.text)


def hold_places(diagnostic: Diagnostic, size: int) -> None:
    """A finding points into the file, and so do its notes and its fix, whose edits do not clash."""
    for span in (diagnostic.span, *(note.span for note in diagnostic.notes)):
        assert 0 <= span.start <= span.end <= size
    edits = sorted(diagnostic.fix.edits) if diagnostic.fix else []
    assert all(0 <= edit.start <= edit.end <= size for edit in edits)
    assert all(before.end <= after.start for before, after in pairwise(edits))


def hold_fixes(data: bytes, found: list[Diagnostic], look: Look, safeties: tuple[str, ...]) -> None:
    """Fixing comes to rest, and each fix alone changes no byte but its own; safe fixes bring no new finding."""
    fixed = fix(data, look, safeties)
    if safeties == SAFE_FIXES:
        before = Counter(diagnostic.rule for diagnostic in found)
        after = Counter(diagnostic.rule for diagnostic in fixed.diagnostics)
        assert not after - before, f"fixing brings {after - before}"
    if fixed.applied < MAX_ROUNDS:
        assert fix(fixed.data, look, safeties).data == fixed.data, "a second run changes nothing"
    for diagnostic in found:
        if diagnostic.fix:
            hold_bytes(data, sorted(diagnostic.fix.edits))


def hold_bytes(data: bytes, edits: list[Edit]) -> None:
    """What stands between the edits is the same before and after."""
    rest = apply(data, edits)
    at = 0
    for edit in edits:
        kept = data[at : edit.start] + edit.text
        assert rest.startswith(kept)
        rest, at = rest[len(kept) :], edit.end
    assert rest == data[at:]


def main() -> int:
    """Search for `--seconds`, in the files of one format or of all; what is found stands in the last lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--format", default="", help="the name of a format, such as shell; all of them without")
    given = parser.parse_args()
    import atheris

    chosen = [seed for seed in seeds() if given.format in ("", seed.format_name)]
    names = sorted({seed.name for seed in chosen})
    tried = 0

    def one(data: bytes) -> None:
        nonlocal tried
        tried += 1
        name = names[data[0] % len(names)] if data else names[0]
        try:
            hold(name, data[1:])
        except Exception:
            print(f"\nafter {tried} files: {name} {data[1:]!r}")
            raise

    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(chosen):
            first = bytes([names.index(seed.name) % 256])
            (Path(folder) / str(number)).write_bytes(first + seed.data)
        atheris.instrument_all()
        limits = [f"-max_total_time={given.seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=4096"]
        atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", folder], one)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
