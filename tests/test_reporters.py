"""What each reporter writes, letter for letter where people or tools read the letters."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sarif_om as om
from lxml import etree

from vmlint import __version__
from vmlint.model import Diagnostic, Example, Failure, Fix, Gate, Note, Page, Report, Rule, Variant
from vmlint.reporters import REPORTERS, write_report
from vmlint.reporters.fingerprints import line_hashes
from vmlint.reporters.sarif_values import plain
from vmlint.rulepage import rule_help_text, rule_markdown
from vmlint.source import Edit, Source, Span

VALIDATOR = Path(__file__).parent.parent.parent / "shared" / "tools" / "validate-sarif"

XML = b"""<domain type='kvm'>
  <interface type='network'>
    <mac address='52:54:00:11:22:33'/>
    <teaming type='persistent'/>
  </interface>
\t<qemu:arg value='socket,server,id=x'/>
</domain>
"""


def a_rule(name: str, severity: str) -> Rule:
    return Rule(
        name=name,
        topic="options",
        summary="A `short` option",
        severity=severity,
        page=lambda: Page(
            "QEMU 6.0 **warns**: [the list](https://example.org/list).",
            ("https://example.org/list", "chardev/char.c"),
            (Example("start.sh", "qemu -x `y`,server\n", "qemu -x `y`,server=on\n", ("server",), ">=6", None),),
        ),
        matches=(),
        gates=(Gate("deprecated", "qemu", (6, 0)), Gate("needs", "libvirt", (9, 1, 0))),
        variants={
            "": Variant("'{name}' has no value", severity, "Write '{name}=on'", "safe"),
            "odd": Variant("`{name}`", "note", None, "shown"),
        },
        notes={},
    )


RULES = {
    "short-boolean": a_rule("short-boolean", "warning"),
    "mac-mismatch": a_rule("mac-mismatch", "error"),
    "worth-knowing": a_rule("worth-knowing", "note"),
    "not-referred-to": a_rule("not-referred-to", "note"),
}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def span(source: Source, text: str, until: str = "") -> Span:
    """Bytes of the first occurrence of a text, or from it to the end of another."""
    start = source.data.index(text.encode(source.encoding))
    last = (until or text).encode(source.encoding)
    return Span(start, source.data.index(last, start) + len(last))


def warning(source: Source, text: str, message: str = "Odd", until: str = "") -> Diagnostic:
    return Diagnostic("short-boolean", "warning", message, source, span(source, text, until))


def report(*diagnostics: Diagnostic, files: int = 1) -> Report:
    return Report(list(diagnostics), files, [], [])


def full_report(path: str = "vm.xml") -> Report:
    source = Source(path, XML)
    server = span(source, "server")
    persistent = span(source, "persistent")
    notes = (Note("the interface it belongs to [1]", persistent), Note("set here", span(source, "mac")))
    return Report(
        [
            Diagnostic(
                "short-boolean",
                "warning",
                "'server' has no value",
                source,
                server,
                fix=Fix("Write 'server=on'", "safe", (Edit(server.end, server.end, b"=on"),)),
            ),
            Diagnostic(
                "mac-mismatch",
                "error",
                "'52:54:00:11:22:33' is not the other address.",
                source,
                span(source, "52:54:00:11:22:33"),
                notes,
                Fix("Leave out 'persistent'", "unsafe", (Edit(*persistent, b""),)),
            ),
            Diagnostic(
                "worth-knowing",
                "note",
                "'interface' takes four lines",
                source,
                span(source, "<interface", "</interface>"),
                fix=Fix("Write less", "shown", (Edit(0, 1, b"<"),)),
            ),
        ],
        3,
        [Failure("empty.xml", "the file is empty")],
        [Failure("no such/file.xml", "No such file or directory")],
        suppressed=2,
        fixed=4,
        held_back=1,
    )


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def written(name: str, what: Report, stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    write_report(name, what, RULES, stream)
    return stream.getvalue()


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
        (
            {"skipped": [Failure("\x1b.xml", "the file is empty")]},
            "\\x1b.xml: nothing to check: the file is empty\nNo VM configuration found.\n",
        ),
    ],
)
def test_text_without_findings(changes: dict[str, Any], words: str) -> None:
    assert written("text", report(files=0)._replace(**changes)) == words
    assert written("concise", report(files=0)._replace(**changes)) == ""


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


@pytest.mark.parametrize("name", list(REPORTERS))
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_every_stream_can_be_written_to(name: str, encoding: str) -> None:
    source = Source("w\udcff.xml", "日本 \U0001f600 ".encode() + b"\xff x")
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    found = warning(source, "\U0001f600", "lone \udcff, 語")._replace(span=Span(7, 13))
    write_report(name, report(found), RULES, stream)
    stream.flush()
    text = raw.getvalue().decode(encoding)
    if name == "json":
        assert json.loads(text)["diagnostics"][0]["message"] == "lone \ufffd, 語"
        assert ("語" in text) == (encoding == "utf-8")
    elif name in ("json-lines", "gitlab"):
        assert "lone \ufffd, 語" in str(json.loads(text))
    elif name in ("junit", "checkstyle"):
        assert "lone \\xff, 語" in str(etree.XML(raw.getvalue()).xpath("string(//@message)"))
    elif name == "sarif":
        result = json.loads(text)["runs"][0]["results"][0]
        assert result["message"]["text"] == "lone \ufffd, 語."
        assert result["locations"][0]["physicalLocation"]["region"]["snippet"]["text"] == "\U0001f600 \ufffd"
    else:
        assert "lone \\xff, " in text
        assert ("語" in text) == (encoding == "utf-8")


def test_json_is_the_contract() -> None:
    def at(line: int, column: int, offset: int) -> dict[str, int]:
        return {"line": line, "column": column, "offset": offset}

    def note(message: str, start: dict[str, int], end: dict[str, int]) -> dict[str, Any]:
        return {"message": message, "path": "vm.xml", "start": start, "end": end}

    persistent, mac = (at(4, 20, 107), at(4, 30, 117)), (at(3, 6, 54), at(3, 9, 57))
    assert json.loads(written("json", full_report())) == {
        "version": 1,
        "tool": {"name": "vmlint", "version": __version__},
        "diagnostics": [
            {
                "rule": "short-boolean",
                "severity": "warning",
                "message": "'server' has no value",
                "path": "vm.xml",
                "start": at(6, 26, 161),
                "end": at(6, 32, 167),
                "notes": [],
                "fix": {
                    "title": "Write 'server=on'",
                    "safety": "safe",
                    "edits": [{"start": 167, "end": 167, "text": "=on"}],
                },
            },
            {
                "rule": "mac-mismatch",
                "severity": "error",
                "message": "'52:54:00:11:22:33' is not the other address.",
                "path": "vm.xml",
                "start": at(3, 19, 67),
                "end": at(3, 36, 84),
                "notes": [note("the interface it belongs to [1]", *persistent), note("set here", *mac)],
                "fix": {
                    "title": "Leave out 'persistent'",
                    "safety": "unsafe",
                    "edits": [{"start": 107, "end": 117, "text": ""}],
                },
            },
            {
                "rule": "worth-knowing",
                "severity": "note",
                "message": "'interface' takes four lines",
                "path": "vm.xml",
                "start": at(2, 3, 22),
                "end": at(5, 15, 135),
                "notes": [],
                "fix": {"title": "Write less", "safety": "shown", "edits": [{"start": 0, "end": 1, "text": "<"}]},
            },
        ],
        "summary": {
            "files": 3,
            "errors": 1,
            "warnings": 1,
            "notes": 1,
            "suppressed": 2,
            "fixed": 4,
            "held_back": 1,
        },
    }


def test_json_is_indented_and_in_the_order_of_the_contract() -> None:
    text = written("json", report(warning(Source("ü.xml", b"x"), "x")))
    assert text.startswith('{\n  "version": 1,\n  "tool": {\n    "name": "vmlint",\n')
    assert text.endswith('    "held_back": 0\n  }\n}\n')
    assert '"path": "ü.xml"' in text
    assert '"fix": null' in text
    assert list(json.loads(text)["diagnostics"][0]) == [
        "rule", "severity", "message", "path", "start", "end", "notes", "fix",
    ]  # fmt: skip


def test_json_of_a_utf_16_file_counts_code_points_and_bytes() -> None:
    source = Source("a.xml", b"\xff\xfe" + "𐀀\n語 𐀀x\n".encode("utf-16-le"), "utf-16-le", 2)
    start = span(source, "x").start
    fix = Fix("y", "safe", (Edit(start, start + 2, "ÿ".encode("utf-16-le")),))
    (found,) = json.loads(written("json", report(warning(source, "x")._replace(fix=fix))))["diagnostics"]
    assert found["start"] == {"line": 2, "column": 4, "offset": 16}
    assert found["end"] == {"line": 2, "column": 5, "offset": 18}
    assert found["fix"]["edits"] == [{"start": 16, "end": 18, "text": "ÿ"}]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, with the working directory in a folder of it."""
    top = tmp_path / "top"
    (top / ".git").mkdir(parents=True)
    (top / "my dir").mkdir()
    monkeypatch.chdir(top / "my dir")
    return top


def sarif(what: Report) -> dict[str, Any]:
    log = json.loads(written("sarif", what))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("/sarif-2.1.0.json")
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def uri(path: str) -> dict[str, str]:
    """Where SARIF says that the file at a path is."""
    run = sarif(report(warning(Source(path, b"x"), "x")))
    found = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert isinstance(found, dict)
    return found


def test_sarif_run(repository: Path) -> None:
    run = sarif(full_report())
    driver = run["tool"]["driver"]
    assert {key: driver[key] for key in ("name", "fullName", "version", "semanticVersion", "informationUri")} == {
        "name": "vmlint",
        "fullName": f"vmlint {__version__}",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": "https://github.com/vmlint/vmlint",
    }
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["automationDetails"] == {"id": "vmlint/"}
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"description": {"text": "The top of the repository."}}}
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "'no such/file.xml' could not be checked: No such file or directory."
    assert notification["level"] == "error"
    assert driver["notifications"][notification["descriptor"]["index"]]["id"] == notification["descriptor"]["id"]


def test_sarif_rules_are_those_referred_to(repository: Path) -> None:
    run = sarif(full_report())
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["mac-mismatch", "short-boolean", "worth-knowing"]
    assert [rule["name"] for rule in rules] == ["MacMismatch", "ShortBoolean", "WorthKnowing"]
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == ["error", "warning", "note"]
    assert [rule["properties"]["problem.severity"] for rule in rules] == ["error", "warning", "recommendation"]
    assert {rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"]} == {True}
    rule = rules[1]
    assert rule["shortDescription"] == {"text": "A short option."}
    assert rule["fullDescription"] == {"text": "QEMU 6.0 warns: the list (https://example.org/list)."}
    assert rule["helpUri"] == "https://github.com/vmlint/vmlint/blob/main/docs/rules/short-boolean.md"
    assert rule["properties"]["tags"] == ["options"]
    assert rule["properties"]["precision"] == "high"
    assert rule["help"]["text"] == rule_help_text(RULES["short-boolean"])
    assert rule["help"]["markdown"].startswith(rule_markdown(RULES["short-boolean"]))
    assert rule["helpUri"] in rule["help"]["markdown"]


def test_sarif_results(repository: Path) -> None:
    first, second, third = sarif(full_report())["results"]
    artifact = {"uri": "my%20dir/vm.xml", "uriBaseId": "%SRCROOT%"}

    def region(*numbers: int) -> dict[str, int]:
        names = ("startLine", "startColumn", "endLine", "endColumn", "byteOffset", "byteLength")
        return dict(zip(names, numbers, strict=True))

    assert [result["level"] for result in (first, second, third)] == ["warning", "error", "note"]
    assert first["message"]["text"] == "'server' has no value."
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": artifact,
                "region": {**region(6, 26, 6, 32, 161, 6), "snippet": {"text": "server"}},
            }
        }
    ]
    assert first["fixes"] == [
        {
            "description": {"text": "Write 'server=on'."},
            "artifactChanges": [
                {
                    "artifactLocation": artifact,
                    "replacements": [
                        {"deletedRegion": region(6, 32, 6, 32, 167, 0), "insertedContent": {"text": "=on"}}
                    ],
                }
            ],
        }
    ]
    assert second["message"]["text"] == (
        "'52:54:00:11:22:33' is not the other address. [the interface it belongs to \\[1\\]](1). [set here](2)."
    )
    assert [place["id"] for place in second["relatedLocations"]] == [1, 2]
    assert second["relatedLocations"][0]["message"]["text"] == "the interface it belongs to [1]."
    assert second["relatedLocations"][0]["physicalLocation"]["region"]["snippet"]["text"] == "persistent"
    (change,) = second["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [{"deletedRegion": region(4, 20, 4, 30, 107, 10)}]
    assert "unsafe" in second["fixes"][0]["description"]["text"]
    assert third["locations"][0]["physicalLocation"]["region"]["endLine"] == 5
    assert not third.keys() & {"fixes", "relatedLocations", "suppressions"}


def test_sarif_uris(repository: Path, tmp_path: Path) -> None:
    inside = {"uriBaseId": "%SRCROOT%"}
    assert uri("a b.xml") == {"uri": "my%20dir/a%20b.xml", **inside}
    assert uri("../ü#%?.xml") == {"uri": "%C3%BC%23%25%3F.xml", **inside}
    assert uri("./a:b.xml") == {"uri": "my%20dir/a%3Ab.xml", **inside}
    assert uri(str(repository / "vm.xml")) == {"uri": "vm.xml", **inside}
    assert uri(str(tmp_path / "elsewhere é.xml")) == {"uri": (tmp_path / "elsewhere é.xml").as_uri()}
    assert uri(str(tmp_path / "top2.xml")) == {"uri": (tmp_path / "top2.xml").as_uri()}


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
def test_sarif_uris_follow_links_within_the_repository(repository: Path, tmp_path: Path) -> None:
    (repository / "real.xml").touch()
    (repository / "link.xml").symlink_to("real.xml")
    (repository / "out.xml").symlink_to(tmp_path / "outside.xml")
    (repository / "folder").symlink_to("my dir")
    assert uri("../link.xml")["uri"] == "real.xml"
    assert uri("../out.xml")["uri"] == "out.xml"
    assert uri("../folder/x.xml")["uri"] == "my%20dir/x.xml"


def test_sarif_has_one_result_a_line(repository: Path) -> None:
    lines = written("sarif", full_report()).splitlines()
    assert [json.loads(line.rstrip(",").removesuffix("]}]}"))["ruleId"] for line in lines[1:3]] == [
        "short-boolean",
        "mac-mismatch",
    ]


def test_sarif_keeps_explicit_defaults_and_uses_the_final_names() -> None:
    assert plain(om.Suppression(kind="inSource", state="accepted")) == {"kind": "inSource", "status": "accepted"}
    assert plain(om.Notification(message="x", level="warning")) == {"message": "x", "level": "warning"}
    assert plain(om.ReportingDescriptorReference(id="x")) == {"id": "x"}
    assert plain(om.ReportingDescriptorReference(index=0)) == {"index": 0}


def test_fingerprints_stay_when_lines_move(repository: Path) -> None:
    def prints(data: bytes) -> list[dict[str, str]]:
        source = Source("vm.xml", data)
        at = [place for place in range(len(data)) if data.startswith(b"server", place)]
        found = [warning(source, "server")._replace(span=Span(place, place + 6)) for place in at]
        return [result["partialFingerprints"] for result in sarif(report(*found))["results"]]

    tail = b"x" * 200 + b"\n"
    before, after = prints(b"a server\nb server\n" + tail), prints(b"new\n\na server\nb server\n" + tail)
    assert before == after
    assert before[0]["vmlint/v1"] != before[1]["vmlint/v1"]
    assert before[0]["primaryLocationLineHash"] != before[1]["primaryLocationLineHash"]
    assert prints(b"a server\n" + tail)[0]["vmlint/v1"] == before[0]["vmlint/v1"]


def test_line_hashes_are_githubs() -> None:
    """Known values of the hash that code scanning itself computes."""

    def hashes(text: str) -> list[str]:
        return list(line_hashes(text.encode(), range(1, 100)).values())

    assert hashes("") == ["c129715d7a2bc9a3:1"]
    assert hashes(" a\nb\n  \t\tc\n d") == [
        "271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1",
    ]  # fmt: skip
    repeated = hashes("Lorem ipsum dolor sit amet.\r\n" * 10)
    assert repeated[:7] == [*(f"a7f2ff13bc495cf2:{count}" for count in range(1, 7)), "a7f2ff1481e87703:1"]
    assert repeated == hashes("Lorem ipsum dolor sit amet.\r" * 10)
    assert line_hashes(b"a\nb\nc", {2}).keys() == {2}


@pytest.mark.skipif(not VALIDATOR.exists(), reason="no validate-sarif beside the repository")
@pytest.mark.parametrize("what", [report(files=0), full_report("my dïr/a b.xml")], ids=["empty", "full"])
def test_sarif_is_valid(what: Report, repository: Path) -> None:
    file = repository / "out.sarif"
    with file.open("w", encoding="utf-8") as stream:
        write_report("sarif", what, RULES, stream)
    done = subprocess.run([VALIDATOR, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


PAGE = """\
# short-boolean

A `short` option

- Topic: `options`
- Severity: warning
- Versions: deprecated since QEMU 6.0
- Versions: needs libvirt 9.1.0 or newer
- Fix: safe (`vmlint check --fix` applies it)

## Why

QEMU 6.0 **warns**: [the list](https://example.org/list).

## Messages

- warning: `'{name}' has no value`; fix (safe): `Write '{name}=on'`
- note: `` `{name}` ``

## Examples

Reported at `server` in `start.sh`, on QEMU `>=6`:

```sh
qemu -x `y`,server
```

Instead:

```sh
qemu -x `y`,server=on
```

## Sources

- <https://example.org/list>
- chardev/char.c
"""

HELP = """\
A short option

QEMU 6.0 warns: the list (https://example.org/list).

Severity: warning.
Versions: deprecated since QEMU 6.0.
Versions: needs libvirt 9.1.0 or newer.
Fix (safe): vmlint check --fix applies it.
https://github.com/vmlint/vmlint/blob/main/docs/rules/short-boolean.md"""


def test_rule_page() -> None:
    assert rule_markdown(RULES["short-boolean"]) == PAGE
    assert rule_help_text(RULES["short-boolean"]) == HELP


def test_a_rule_page_fences_what_has_fences() -> None:
    rule = RULES["short-boolean"]
    example = rule.examples[0]._replace(file="README.md", bad="```sh\nx\n```\n", good="")
    assert "````markdown\n```sh\nx\n```\n````\n" in rule_markdown(
        rule._replace(page=lambda: Page("Why.", (), (example,)))
    )
