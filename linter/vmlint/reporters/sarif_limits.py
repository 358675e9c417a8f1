"""How much a SARIF file may hold: larger ones are refused whole.

GitHub takes 25,000 results and 10 MB after gzip, and shows 5,000
(https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support).
Microsoft's validator passes over files of more than 10,000 KB (its option --max-file-size-in-kb).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from ..model import SEVERITIES, Diagnostic

MAX_RESULTS = 25_000
MAX_SIZE = 10_000 * 1024
"""Bytes of the whole file, which then has less than 10 MB after gzip too."""
SEPARATOR = ",\n"


def most_severe(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """As many as may be in one file, the most severe, in the order given."""
    return [diagnostics[at] for at in sorted(_by_severity(diagnostics)[:MAX_RESULTS])]


def size(result: str) -> int:
    """Bytes that a result takes in the file, with what separates it from the next."""
    return len(result.encode()) + len(SEPARATOR)


def fitting(diagnostics: Sequence[Diagnostic], results: Sequence[str], room: int) -> list[str]:
    """Of what is written of some diagnostics as much as has room in so many bytes, the most severe, as ordered."""
    order = _by_severity(diagnostics)
    ends = accumulate(size(results[at]) for at in order)
    kept = [at for at, end in zip(order, ends, strict=True) if end <= room]
    return [results[at] for at in sorted(kept)]


def _by_severity(diagnostics: Sequence[Diagnostic]) -> list[int]:
    return sorted(range(len(diagnostics)), key=lambda at: SEVERITIES.index(diagnostics[at].severity))
