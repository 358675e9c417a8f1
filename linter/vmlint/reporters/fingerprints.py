"""Fingerprints by which code scanning knows a finding again after the file has changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from operator import mul
from struct import Struct

from ..model import Diagnostic

WINDOW = 100
MASK = (1 << 64) - 1
POWERS = [pow(37, WINDOW - 1 - at, 1 << 64) for at in range(WINDOW)]
UNITS = Struct(f"<{WINDOW}H")
END_OF_FILE = b"\xff\xff"


def line_hashes(data: bytes, wanted: Collection[int]) -> dict[int, str]:
    """GitHub's `primaryLocationLineHash` of the wanted lines (from 1) of a file.

    A line's hash is a polynomial (base 37, 64 bits) over the 100 UTF-16 units from its start, with spaces and tabs left
    out, every line end a newline, and an end mark and zeros after the file's end; equal windows are counted.
    """
    text = data.decode("utf-8", "replace")  # GitHub reads every file as UTF-8: other encodings give the same odd text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    units = text.encode("utf-16-le") + END_OF_FILE + bytes(2 * WINDOW)
    hashes: dict[int, str] = {}
    seen: Counter[bytes] = Counter()  # by window, not by hash: hashing each line of a file would take long
    at = 0
    for number, line in enumerate(text.split("\n")[: max(wanted, default=0)], 1):
        window = units[at : at + 2 * WINDOW]
        seen[window] += 1
        if number in wanted:
            value = sum(map(mul, UNITS.unpack(window), POWERS)) & MASK
            hashes[number] = f"{value:x}:{seen[window]}"
        at += len(line.encode("utf-16-le")) + 2  # and its newline
    return hashes


def identities(diagnostics: Iterable[Diagnostic], name: Callable[[str], str]) -> Iterator[str]:
    """What stays the same of each finding when lines move: a hash of its rule, its file (by the `name` of its path) and
    the text it is about, and a number that tells it from others like it."""
    seen: Counter[str] = Counter()
    for diagnostic in diagnostics:
        span, source = diagnostic.span, diagnostic.source
        file = name(source.path).encode("utf-8", "surrogatepass")
        parts = (diagnostic.rule.encode(), file, source.data[span.start : span.end])
        digest = hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]
        seen[digest] += 1
        yield f"{digest}:{seen[digest]}"
