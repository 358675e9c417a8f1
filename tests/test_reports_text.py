"""What people read in a terminal, letter for letter."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.reports import Terminal, full_report, report, span, warning, written
from vmlint.model import Failure, Fix, Note
from vmlint.source import Source, Span


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def frames(text: str) -> list[str]:
    """The lines of code frames in an output, without the line numbers."""
    numbered = (line.partition("|") for line in text.splitlines())
    return [line.removeprefix(" ") for number, bar, line in numbered if bar and not number.strip(" 0123456789")]


TEXT = """\
vm.xml:6:26: warning[short-boolean] 'server' has no value
  |
6 |     <qemu:arg value='socket,server,id=x'/>
  |                             ^^^^^^
  = fix (safe): Write 'server=on'

vm.xml:3:19: error[mac-mismatch] '52:54:00:11:22:33' is not the other address.
  |
3 |     <mac address='52:54:00:11:22:33'/>
  |                   ^^^^^^^^^^^^^^^^^
  = note: vm.xml:4:20: the interface it belongs to [1]
  |
4 |     <teaming type='persistent'/>
  |                    ^^^^^^^^^^
  = note: vm.xml:3:6: set here
  = fix (unsafe, needs --unsafe-fixes): Leave out 'persistent'

vm.xml:2:3: note[worth-knowing] 'interface' takes four lines
  |
2 |   <interface type='network'>
  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^
  = suggestion: Write less

1 error, 1 warning, 1 note in 3 files (4 fixed, 1 fix held back, 2 suppressed).
1 fixable with --fix, 1 more with --unsafe-fixes.
"""

CONCISE = """\
vm.xml:6:26: warning[short-boolean] 'server' has no value [*]
vm.xml:3:19: error[mac-mismatch] '52:54:00:11:22:33' is not the other address.
vm.xml:2:3: note[worth-knowing] 'interface' takes four lines
1 error, 1 warning, 1 note in 3 files (4 fixed, 1 fix held back, 2 suppressed). \
1 fixable with --fix, 1 more with --unsafe-fixes.
"""


def test_text() -> None:
    assert written("text", full_report()) == TEXT


def test_concise() -> None:
    assert written("concise", full_report()) == CONCISE


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"files": 3}, "No problems found in 3 files.\n"),
        ({"files": 1, "fixed": 2, "held_back": 2}, "No problems found in 1 file (2 fixed, 2 fixes held back).\n"),
        ({"skipped": [Failure("a.xml", "the file is empty")], "files": 1}, "No problems found in 1 file.\n"),
        ({"looked_at": 12}, "No VM configuration found in 12 files.\n"),
        ({"files": 3, "fixed": 2, "only_shown": True}, "Would fix 2 findings in 3 files.\n"),
        (
            {"files": 1, "fixed": 1, "held_back": 1, "only_shown": True},
            "Would fix 1 finding in 1 file (1 fix held back).\n",
        ),
        ({"files": 3, "only_shown": True}, "No problems found in 3 files.\n"),
        (
            {"skipped": [Failure("\x1b.xml", "the file is empty")]},
            "\\x1b.xml: nothing to check: the file is empty\nNo VM configuration found.\n",
        ),
    ],
)
def test_text_without_findings(changes: dict[str, Any], words: str) -> None:
    assert written("text", report(files=0)._replace(**changes)) == words
    assert written("concise", report(files=0)._replace(**changes)) == ""


def test_what_fixes_that_are_only_shown_would_leave() -> None:
    source = Source("a", b"x")
    shown = report(warning(source, "x"))._replace(fixed=2, only_shown=True)
    assert written("text", shown).endswith("Would fix 2 findings in 1 file, and leave 1 warning.\n")


def test_only_unsafe_fixes() -> None:
    source = Source("a", b"x")
    found = warning(source, "x")._replace(fix=Fix("y", "unsafe", ()))
    assert written("text", report(found, found)).endswith("2 warnings in 1 file.\n2 fixable with --unsafe-fixes.\n")


def test_line_numbers_share_one_gutter() -> None:
    source = Source("a", b"one\n" + b"\n" * 8 + b"ten\n")
    found = warning(source, "one")._replace(notes=(Note("there", span(source, "ten")),))
    assert written("text", report(found)).splitlines()[:8] == [
        "a:1:1: warning[short-boolean] Odd",
        "   |",
        " 1 | one",
        "   | ^^^",
        "   = note: a:10:1: there",
        "   |",
        "10 | ten",
        "   | ^^^",
    ]


@pytest.mark.parametrize(
    ("line", "mark", "shown"),
    [
        pytest.param("a\tb", "b", ["a   b", "    ^"], id="tab"),
        pytest.param("a\tb", "\t", ["a   b", " ^^^"], id="the tab itself"),
        pytest.param("日本 x語y", "x語", ["日本 x語y", "     ^^^"], id="wide"),
        pytest.param("\uff21 x", "x", ["\uff21 x", "   ^"], id="full width"),
        pytest.param("ﾊﾛ x", "x", ["ﾊﾛ x", "   ^"], id="half width"),
        pytest.param("e\u0301 x", "x", ["e\u0301 x", "  ^"], id="combining"),
        pytest.param("𐀀 x", "x", ["𐀀 x", "  ^"], id="beyond 16 bits"),
        pytest.param("a\x1b[31mb", "b", ["a\\x1b[31mb", "         ^"], id="escape"),
        pytest.param("\u202ex\u2028", "x\u2028", ["\\u202ex\\u2028", "      ^^^^^^^"], id="text direction"),
        pytest.param("a b  ", "  ", ["a b", "   ^^"], id="spaces at the end"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_marks_stand_under_the_span(line: str, mark: str, shown: list[str], encoding: str) -> None:
    bom = b"\xff\xfe" if encoding == "utf-16-le" else b""
    source = Source("a", bom + f"first\n{line}\nlast\n".encode(encoding), encoding, len(bom))
    assert frames(written("text", report(warning(source, mark)))) == ["", *shown]


def test_an_empty_span_and_one_at_the_end_of_the_file_have_a_mark() -> None:
    source = Source("a", b"one\ntwo\n")
    empty = warning(source, "one")._replace(span=Span(3, 3))
    assert frames(written("text", report(empty))) == ["", "one", "   ^"]
    end = warning(source, "one")._replace(span=Span(8, 8))
    assert written("text", report(end)).splitlines()[:4] == ["a:3:1: warning[short-boolean] Odd", "  |", "3 |", "  | ^"]


@pytest.mark.parametrize("before", [0, 5, 60, 300, 100_000])
@pytest.mark.parametrize("after", [0, 5, 60, 300, 100_000])
def test_a_long_line_is_cut_around_the_span(before: int, after: int) -> None:
    source = Source("a", b"-" * before + b"here" + b"+" * after)
    _, line, marks = frames(written("text", report(warning(source, "here"))))
    assert line[marks.index("^") : marks.index("^") + marks.count("^")] == "here"
    assert len(line) <= 116
    cut = before + after + 4 > 116
    assert len(line) >= 115 if cut else "…" not in line
    assert line.strip("…").strip("-+") == "here"
    assert line.startswith("…") == (cut and before >= 60)
    assert line.endswith("…") == (cut and after >= 60)


def test_a_span_longer_than_the_line_fits_is_cut_too() -> None:
    source = Source("a", b"-" * 50 + b"x" * 500 + b"+")
    _, line, marks = frames(written("text", report(warning(source, "x", until="x+"))))
    assert line == "…" + "x" * 114 + "…"
    assert marks == " " + "^" * 114


def test_a_terminal_gives_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", "1")
    source = Source("a", b"-" * 200)
    shown = frames(written("text", report(warning(source, "-")), Terminal()))
    assert 55 <= len(shown[1]) <= 60 - len("1 | ")


@pytest.mark.parametrize(
    ("environment", "stream", "colored"),
    [
        ({}, io.StringIO, False),
        ({}, Terminal, True),
        ({"NO_COLOR": "1"}, Terminal, False),
        ({"NO_COLOR": ""}, Terminal, True),
        ({"TERM": "dumb"}, Terminal, False),
        ({"FORCE_COLOR": "1"}, io.StringIO, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, io.StringIO, False),
    ],
)
def test_color(
    environment: dict[str, str], stream: Callable[[], io.StringIO], colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    text = written("text", full_report(), stream())
    assert ("\x1b[1;33mwarning[short-boolean]\x1b[0m" in text) == colored
    assert ("\x1b" in text) == colored


@pytest.mark.parametrize("style", ["text", "concise"])
def test_nothing_from_a_file_reaches_the_terminal_raw(style: str) -> None:
    source = Source("a\x1b]0;\x07\n.xml", b"\x1b[2J\x9b\x07\xff x")
    found = warning(source, "x", "bad\r\n\x1b[0m \u202e \udcff")._replace(
        notes=(Note("\x1b[1m", Span(0, 1)),), fix=Fix("\x1b[2m", "safe", ())
    )
    text = written(style, report(found))
    assert all(char == "\n" or char.isprintable() for char in text)
    assert text.splitlines()[0].startswith(
        "a\\x1b]0;\\x07\\x0a.xml:1:9: warning[short-boolean] bad\\x0d\\x0a\\x1b[0m \\u202e \\xff"
    )
    assert ("\\x1b[2J\\x9b\\x07\\xff x" in text) == (style == "text")
