"""Applies fixes to bytes: whole fixes, never two that clash, never one that breaks the file."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable

from .light_typing import NamedTuple
from .model import Diagnostic, Document, Fix
from .source import Edit

MAX_ROUNDS = 10

Look = Callable[[bytes], tuple[Document, list[Diagnostic]]]


class Fixed(NamedTuple):
    """What became of a file: its bytes, what is found in them now, fixes applied, and fixes held back."""

    data: bytes
    diagnostics: list[Diagnostic]
    applied: int
    held_back: int


def fix(data: bytes, look: Look, safeties: tuple[str, ...]) -> Fixed:
    """Apply every fix whose safety is among `safeties`, look again, and so on until nothing more applies.

    Held back are fixes that clash with another to the end, and those after which the file has a problem (it cannot be
    read) that it had not before.
    """
    document, diagnostics = look(data)
    applied = 0
    for _ in range(MAX_ROUNDS):
        taken = _choose(_fixes(diagnostics, safeties))
        after, kept = _apply_all(data, taken, look, len(document.problems))
        if after == data:
            break
        applied += kept
        data = after
        document, diagnostics = look(data)
        if kept < len(taken):  # the others would only break the file again
            break
    return Fixed(data, diagnostics, applied, len(_fixes(diagnostics, safeties)))


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with some edits made, which must not clash."""
    parts, at = [], 0
    for edit in sorted(set(edits)):
        parts += [data[at : edit.start], edit.text]
        at = edit.end
    return b"".join([*parts, data[at:]])


def _fixes(diagnostics: Iterable[Diagnostic], safeties: tuple[str, ...]) -> list[Fix]:
    found = [(d.fix.edits[0], d.rule, d.fix) for d in diagnostics if d.fix is not None and d.fix.safety in safeties]
    return [fix for *_, fix in sorted(found, key=lambda entry: entry[:2])]


def _choose(fixes: Iterable[Fix]) -> list[Fix]:
    """The fixes that can be applied together, first come first served."""
    taken: list[Fix] = []
    edits: list[Edit] = []
    for candidate in fixes:
        new = [edit for edit in candidate.edits if not _present(edit, edits)]
        if not any(_clashes(edit, edits) for edit in new):
            taken.append(candidate)
            for edit in new:
                insort(edits, edit)
    return taken


def _present(edit: Edit, edits: list[Edit]) -> bool:
    at = bisect_left(edits, edit)
    return at < len(edits) and edits[at] == edit


def _clashes(edit: Edit, edits: list[Edit]) -> bool:
    """Whether an edit overlaps one of some sorted edits that do not overlap each other; touching is no clash, but two
    insertions at one point are."""
    at = bisect_left(edits, edit)
    return any(
        (edit.start < other.end and other.start < edit.end) or (edit.start == edit.end == other.start == other.end)
        for other in edits[max(at - 1, 0) : at + 1]
    )


def _apply_all(data: bytes, fixes: list[Fix], look: Look, problems: int) -> tuple[bytes, int]:
    """The bytes after some fixes, leaving out those that break the file, and how many were applied."""
    after = apply(data, [edit for fix in fixes for edit in fix.edits])
    if after == data or len(look(after)[0].problems) <= problems:
        return after, len(fixes)
    kept: list[Fix] = []
    for candidate in fixes:
        after = apply(data, [edit for fix in (*kept, candidate) for edit in fix.edits])
        if len(look(after)[0].problems) <= problems:
            kept.append(candidate)
    return apply(data, [edit for fix in kept for edit in fix.edits]), len(kept)
