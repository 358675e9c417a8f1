"""Reports that services read, each held against what its consumer says it takes."""

from __future__ import annotations

import io
import json
import re

import pytest
from jsonschema import Draft202012Validator
from junitparser import Error, JUnitXml
from junitparser import Failure as JUnitFailure
from lxml import etree

from tests.reports import RULES, full_report, report, warning, written
from vmlint.model import Diagnostic, Report
from vmlint.reporters import write_report
from vmlint.source import Source, Span

pytestmark = pytest.mark.usefixtures("repository")

ODD = Source("a,b:c%d\x1b\n&'\"<é>.sh", b"x")


def odd_report() -> Report:
    return report(warning(ODD, "x", "100% odd:\n::error::<b> & \x07,'\"]]>"))


# --- GitHub: the runner takes a line `::NAME KEY=VALUE,...::MESSAGE` and undoes three escapes, in properties five

COMMAND = re.compile(r"::(error|warning|notice) ([^\n]*?)::(.+)")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """What GitHub's runner reads."""

    def undone(value: str, *escapes: str) -> str:
        for code in (*escapes, "%0D", "%0A", "%25"):
            value = value.replace(code, bytes.fromhex(code[1:]).decode())
        return value

    found = []
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        pairs = dict(pair.split("=", 1) for pair in match[2].split(","))
        values = {key: undone(value, "%3A", "%2C") for key, value in pairs.items()}
        found.append((match[1], values, undone(match[3])))
    return found


def test_github_commands() -> None:
    first, second, third, failed = commands(written("github", full_report("a b.xml")))
    assert first == (
        "warning",
        {
            "file": "my dir/a b.xml",
            "line": "6",
            "endLine": "6",
            "col": "26",
            "endColumn": "32",
            "title": "vmlint: short-boolean",
        },
        "'server' has no value",
    )
    assert (second[0], third[0]) == ("error", "notice")
    assert {key for key in third[1] if "ol" in key} == set(), "GitHub has columns only within a line"
    assert failed[:2] == ("error", {"file": "my dir/no such/file.xml", "title": "vmlint"})


def test_github_reads_odd_characters_back() -> None:
    ((_, properties, message),) = commands(written("github", odd_report()))
    assert properties["file"] == "my dir/a,b:c%d\\x1b\\x0a&'\"<é>.sh"
    assert message == "100% odd:\\x0a::error::<b> & \\x07,'\"]]>"


# --- GitLab: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format

CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def test_gitlab_code_quality() -> None:
    for what in (report(), full_report(), odd_report()):
        issues = json.loads(written("gitlab", what))
        Draft202012Validator(CODE_QUALITY).validate(issues)
        assert len(issues) == len(what.diagnostics)
    issues = json.loads(written("gitlab", full_report()))
    assert [issue["severity"] for issue in issues] == ["minor", "major", "info"]
    assert issues[0]["location"] == {"path": "my dir/vm.xml", "lines": {"begin": 6, "end": 6}}


def test_gitlab_drops_no_issue_as_another_and_knows_them_again() -> None:
    def fingerprints(text: bytes) -> list[str]:
        source = Source("a.sh", text)
        spans = [Span(*match.span()) for match in re.finditer(b"server", text)]
        found = [Diagnostic("short-boolean", "warning", "odd", source, span) for span in spans]
        return [issue["fingerprint"] for issue in json.loads(written("gitlab", report(*found)))]

    before = fingerprints(b"server server\nserver")
    assert len(set(before)) == 3
    assert fingerprints(b"\n\n  server\nserver server") == before


# --- JUnit


def test_junit() -> None:
    xml = JUnitXml.fromstring(written("junit", full_report()).encode())
    assert (xml.tests, xml.failures, xml.errors, xml.skipped) == (4, 2, 1, 0)
    suites = {suite.name: list(suite) for suite in xml}
    assert list(suites) == ["vm.xml", "no such/file.xml"]
    results = {case.name: case.result for case in suites["vm.xml"]}
    assert {name: [type(result) for result in found] for name, found in results.items()} == {
        "short-boolean": [JUnitFailure],
        "mac-mismatch": [JUnitFailure],
        "worth-knowing": [],
    }
    assert results["short-boolean"][0].message == "'server' has no value"
    assert results["short-boolean"][0].text == "vm.xml:6:26: 'server' has no value"
    (broken,) = suites["no such/file.xml"]
    assert [type(result) for result in broken.result] == [Error]
    for suite in xml:
        assert (suite.tests, suite.failures + suite.errors) == (
            len(list(suite)),
            sum(bool(case.result) for case in suite),
        )


def test_junit_of_a_run_without_findings_is_a_test_that_passes() -> None:
    xml = JUnitXml.fromstring(written("junit", report()).encode())
    assert (xml.tests, xml.failures, xml.errors) == (1, 0, 0)
    assert [case.is_passed for suite in xml for case in suite] == [True]


def test_junit_tests_have_names_of_their_own() -> None:
    source = Source("a.sh", b"x x x")
    found = [warning(source, "x")._replace(span=Span(at, at + 1)) for at in (0, 2, 4)]
    xml = JUnitXml.fromstring(written("junit", report(*found)).encode())
    assert [case.name for suite in xml for case in suite] == ["short-boolean", "short-boolean 2", "short-boolean 3"]


# --- Checkstyle: its schema as https://checkstyle.org/result_reports.html describes it

CHECKSTYLE = etree.XMLSchema(
    etree.XML(
        """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="checkstyle"><xs:complexType>
    <xs:sequence><xs:element name="file" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
      <xs:sequence><xs:element name="error" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
        <xs:attribute name="line" type="xs:positiveInteger" use="required"/>
        <xs:attribute name="column" type="xs:positiveInteger"/>
        <xs:attribute name="severity" use="required"><xs:simpleType><xs:restriction base="xs:string">
          <xs:enumeration value="error"/><xs:enumeration value="warning"/><xs:enumeration value="info"/>
          <xs:enumeration value="ignore"/>
        </xs:restriction></xs:simpleType></xs:attribute>
        <xs:attribute name="message" type="xs:string" use="required"/>
        <xs:attribute name="source" type="xs:string" use="required"/>
      </xs:complexType></xs:element></xs:sequence>
      <xs:attribute name="name" type="xs:string" use="required"/>
    </xs:complexType></xs:element></xs:sequence>
    <xs:attribute name="version" type="xs:string" use="required"/>
  </xs:complexType></xs:element>
</xs:schema>"""
    )
)


def test_checkstyle() -> None:
    for what in (report(), full_report(), odd_report()):
        CHECKSTYLE.assertValid(etree.XML(written("checkstyle", what).encode()))
    root = etree.XML(written("checkstyle", full_report()).encode())
    assert [file.get("name") for file in root] == ["vm.xml", "no such/file.xml"]
    assert {str(key): str(value) for key, value in root[0][1].items()} == {
        "line": "3",
        "column": "19",
        "severity": "error",
        "message": "'52:54:00:11:22:33' is not the other address.",
        "source": "vmlint.mac-mismatch",
    }


@pytest.mark.parametrize("name", ["junit", "checkstyle"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_xml_is_xml_on_every_stream(name: str, encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    write_report(name, odd_report(), RULES, stream)
    stream.flush()
    text = etree.tostring(etree.XML(raw.getvalue()), encoding="unicode")
    assert "<é>".replace("<", "&lt;").replace(">", "&gt;") in text or "&lt;é>" in text
    assert "\\x07" in text


# --- JSON lines


def test_json_lines_are_the_diagnostics_of_the_json_report() -> None:
    lines = written("json-lines", full_report()).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(written("json", full_report()))["diagnostics"]
    assert written("json-lines", report()) == ""
