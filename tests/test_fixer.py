"""Fixes are whole, never clash, never break the file, and come to rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import lint_and_fix
from vmlint.fixer import apply, fix
from vmlint.model import Diagnostic, Document, Fix, Problem
from vmlint.source import Edit, Source, Span

LETTERS = b"abcdefghijklmnopqrstuvwxyz"


def document(data: bytes, problems: int = 0) -> Document:
    return Document(Source("x", data), "test", (), [Problem("syntax-error", Span(0, 0), {})] * problems)


def diagnostics(source: Source, fixes: list[Fix]) -> list[Diagnostic]:
    return [Diagnostic(f"rule-{index}", "warning", "", source, Span(0, 0), (), fix) for index, fix in enumerate(fixes)]


def once(data: bytes, fixes: list[Fix]) -> tuple[bytes, int, int]:
    """The file after fixes that are offered only while the file is as it was."""

    def look(content: bytes) -> tuple[Document, list[Diagnostic]]:
        found = document(content)
        return found, diagnostics(found.source, fixes if content == data else [])

    result = fix(data, look, ("safe",))
    return result.data, result.applied, result.held_back


def edit(start: int, end: int, text: str = "") -> Edit:
    return Edit(start, end, text.encode())


def safe(*edits: Edit) -> Fix:
    return Fix("", "safe", tuple(sorted(edits)))


def test_edits_that_touch_are_both_made() -> None:
    assert once(LETTERS, [safe(edit(0, 2, "1")), safe(edit(2, 4, "2"))]) == (b"12" + LETTERS[4:], 2, 0)


def test_a_fix_is_whole_or_not_at_all() -> None:
    first, second = safe(edit(4, 8, "X")), safe(edit(0, 1, "Y"), edit(6, 7, "Z"))
    assert once(LETTERS, [first, second])[0] == b"Y" + LETTERS[1:6] + b"Z" + LETTERS[7:]


def test_two_insertions_at_one_place_clash_and_equal_ones_count_once() -> None:
    assert once(LETTERS, [safe(edit(3, 3, "1")), safe(edit(3, 3, "2"))])[0] == b"abc1" + LETTERS[3:]
    assert once(LETTERS, [safe(edit(3, 3, "1")), safe(edit(3, 3, "1"))])[:2] == (b"abc1" + LETTERS[3:], 2)


def test_an_insertion_inside_a_replaced_range_clashes() -> None:
    assert once(LETTERS, [safe(edit(2, 6, "_")), safe(edit(4, 4, "!"))])[0] == b"ab_" + LETTERS[6:]


def test_unsafe_and_shown_fixes_are_left() -> None:
    fixes = [Fix("", "unsafe", (edit(0, 1),)), Fix("", "shown", (edit(1, 2),))]
    assert once(LETTERS, fixes) == (LETTERS, 0, 0)


def test_clashing_fixes_are_held_back_and_counted() -> None:
    def look(content: bytes) -> tuple[Document, list[Diagnostic]]:
        found = document(content)
        return found, diagnostics(found.source, [safe(edit(0, 1, "a")), safe(edit(0, 2, "ab"))])

    result = fix(LETTERS, look, ("safe",))
    assert (result.data, result.held_back) == (LETTERS, 2)


def test_a_fix_that_breaks_the_file_is_dropped_and_the_others_are_made() -> None:
    good, breaking = safe(edit(0, 1, "A")), safe(edit(5, 6, "!"))

    def look(content: bytes) -> tuple[Document, list[Diagnostic]]:
        found = document(content, problems=int(b"!" in content))
        offered = [f for f in (good, breaking) if content[f.edits[0].start : f.edits[0].end] != f.edits[0].text]
        return found, diagnostics(found.source, offered)

    result = fix(LETTERS, look, ("safe",))
    assert (result.data, result.applied, result.held_back) == (b"A" + LETTERS[1:], 1, 1)


def test_fixing_that_never_rests_ends() -> None:
    def look(content: bytes) -> tuple[Document, list[Diagnostic]]:
        found = document(content)
        return found, diagnostics(found.source, [safe(edit(0, 0, "x"))])

    result = fix(b"", look, ("safe",))
    assert result.data == b"x" * 10
    assert result.held_back == 1


EDITS = st.builds(
    lambda start, size, text: Edit(start, min(start + size, len(LETTERS)), text),
    st.integers(0, 26),
    st.integers(0, 6),
    st.binary(max_size=3),
)
FIXES = st.lists(st.lists(EDITS, min_size=1, max_size=3).map(lambda edits: safe(*edits)), max_size=8)


def overlap(one: Edit, other: Edit) -> bool:
    if one == other:
        return False
    if one.start == one.end == other.start == other.end:
        return True
    return one.start < other.end and other.start < one.end


@given(FIXES)
def test_what_is_applied_never_overlaps_and_bytes_outside_stay(fixes: list[Fix]) -> None:
    fixes = [f for f in fixes if not any(overlap(a, b) for a in f.edits for b in f.edits)]
    after, applied, _ = once(LETTERS, fixes)
    taken: list[Fix] = []
    for candidate in sorted(enumerate(fixes), key=lambda entry: (entry[1].edits[0], f"rule-{entry[0]}")):
        if not any(overlap(a, b) for other in taken for a in candidate[1].edits for b in other.edits):
            taken.append(candidate[1])
    assert after == apply(LETTERS, [e for f in taken for e in f.edits])
    if after != LETTERS:
        assert applied == len(taken)


WORDS = st.lists(
    st.sampled_from(["server", "nowait", "wait", "nodelay", "telnet", "id=c", "path=a,,b", "server=off", "x"]),
    max_size=6,
)
OPTIONS = st.sampled_from(
    ["-chardev socket", "-serial tcp::1", "-gdb tcp::1", "-qmp unix:x", "-serial file:x", "-mon c"]
)


@given(st.lists(st.tuples(OPTIONS, WORDS), min_size=1, max_size=4))
def test_fixing_a_script_comes_to_rest_and_leaves_no_safe_fix(options: list[tuple[str, list[str]]]) -> None:
    line = " ".join(",".join([option, *words]) for option, words in options)
    data = f"#!/bin/sh\nqemu-system-x86_64 {line} # the end\n".encode()
    result = lint_and_fix("start.sh", data)
    assert not [d for d in result.diagnostics if d.fix and d.fix.safety == "safe"]
    assert lint_and_fix("start.sh", result.data).data == result.data
    assert result.data.startswith(b"#!/bin/sh\nqemu-system-x86_64 -")
    assert result.data.endswith(b" # the end\n")
