"""SARIF as code scanning reads it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import sarif_om as om

from tests.reports import RULES, VALIDATOR, full_report, report, warning, written
from vmlint import __version__
from vmlint.model import Report
from vmlint.reporters import write_report
from vmlint.reporters.fingerprints import line_hashes
from vmlint.reporters.sarif_values import plain
from vmlint.rulepage import rule_help_text, rule_markdown
from vmlint.source import Source, Span


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
