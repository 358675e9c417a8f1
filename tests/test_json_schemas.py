"""What docs/json.md promises is what the commands write: each report is held against its schema, read strictly."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docs.fields import fields
from jsonschema import Draft202012Validator

from tests.helpers import ROOT, vmlint
from tests.reports import full_report, written
from vmlint.model import Known

REPORTS = {
    "report": [
        *("check --output-format json examples", "check --output-format json --qemu <6 --ignore options examples"),
        *("check --output-format json --baseline known.json examples", "check --output-format json nothing.txt"),
        *(
            "argv --output-format json -- qemu-system-x86_64 -serial tcp::1,server",
            "merge --output-format json report.json",
        ),
    ],
    "upgrade-report": [
        *(
            "upgrade --output-format json --to debian-13 --from debian-12 examples",
            "upgrade --to all examples --output-format json",
        ),
        *(
            "upgrade --output-format json --to qemu-11.1 nowhere nothing.txt",
            "upgrade --output-format json --to debian-13 broken.xml",
        ),
    ],
    "rule-list": ["rule --output-format json", "rule --output-format json --rules house.toml house"],
    "target-list": ["targets --output-format json"],
}
CASES = [pytest.param(name, command, id=command) for name, commands in REPORTS.items() for command in commands]


def schema_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text("utf-8"))
    return found


def strict(schema: Any) -> Any:
    """The schema, but that an object has only keys that are described."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "properties" in schema and "required" in schema else {}
    return {**{key: strict(value) for key, value in schema.items()}, **closed}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("json")
    shutil.copytree(ROOT / "examples", made / "examples")
    shutil.copy(ROOT / "docs" / "examples" / "house.toml", made)
    (made / "nothing.txt").write_text("nothing\n")
    (made / "broken.xml").write_text("<domain type='kvm'>\n")
    vmlint("check", "--write-baseline", "known.json", "examples", cwd=made)
    vmlint("check", "-q", "--output", "json:report.json", "examples", cwd=made)
    return made


@pytest.mark.parametrize(("name", "command"), CASES)
def test_a_report_has_the_described_keys_and_no_others(folder: Path, name: str, command: str) -> None:
    report = json.loads(vmlint(*command.split(), cwd=folder).stdout)
    errors = Draft202012Validator(strict(schema_of(name))).iter_errors(report)
    assert [f"{error.json_path}: {error.message}" for error in errors] == [], (
        "describe it in schemas/, then 'make docs'"
    )


def test_a_report_with_everything_and_its_lines() -> None:
    schema = strict(schema_of("report"))
    report = json.loads(written("json", full_report()._replace(baseline=Known(1, 2))))
    assert Draft202012Validator(schema).is_valid(report)
    line = Draft202012Validator(
        {**schema, "$ref": "#/$defs/diagnostic", "required": [], "properties": {}, "additionalProperties": True}
    )
    for text in written("json-lines", full_report()).splitlines():
        assert [error.message for error in line.iter_errors(json.loads(text))] == []


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    yield schema
    yield from schema.get("$defs", {}).values()


@pytest.mark.parametrize("name", REPORTS)
def test_a_schema_is_one_says_what_each_key_is_and_takes_keys_to_come(name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert all(key["description"] for part in parts(schema) for key in part["properties"].values())
    assert all("additionalProperties" not in part for part in parts(schema))
    used = json.dumps(schema)
    assert [each for each in schema.get("$defs", {}) if f'"#/$defs/{each}"' not in used] == []


@pytest.mark.parametrize("name", REPORTS)
def test_the_manual_describes_every_key(name: str) -> None:
    shown = (ROOT / "docs" / "json.md").read_text("utf-8")
    assert fields(name) in shown, "run 'make docs'"
    assert f"`vmlint schema {name}`" in shown
    assert all(f"| `{key}` |" in shown for part in parts(schema_of(name)) for key in part["properties"])


def test_the_path_of_each_schema_is_printed(tmp_path: Path) -> None:
    for name in REPORTS:
        (path,) = vmlint("schema", name, cwd=tmp_path).stdout.decode().splitlines()
        assert json.loads(Path(path).read_text("utf-8"))["title"].startswith("vmlint ")
