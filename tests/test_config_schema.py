"""The JSON schema of the configuration takes what the program takes."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from tests.helpers import ROOT
from tests.test_config import EVERYTHING, tomllib
from tests.test_config_mistakes import MISTAKES
from vmlint.config import SETTINGS
from vmlint.config_schema import config_schema


def test_the_schema_is_current_and_takes_what_the_program_takes() -> None:
    text = (ROOT / "schemas" / "vmlint.schema.json").read_text("utf-8")
    assert text == config_schema(), "run 'make docs'"
    schema: dict[str, Any] = json.loads(text)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert [error.message for error in validator.iter_errors(tomllib.loads(EVERYTHING))] == []
    for config, message in MISTAKES:
        if "must be" in message or "unknown key" in message:
            assert not validator.is_valid(tomllib.loads(config)), config
    assert set(SETTINGS) == {
        *(key for key in schema["properties"] if key not in ("limits", "rules")),
        *(f"{table}.{key}" for table in ("limits", "rules") for key in schema["properties"][table]["properties"]),
    }
