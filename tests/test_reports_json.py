"""The report that programs read, as it is promised to them."""

from __future__ import annotations

import json
from typing import Any

from tests.reports import full_report, report, span, warning, written
from vmlint import __version__
from vmlint.model import Fix
from vmlint.source import Edit, Source


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
