"""The JSON schema of a configuration file, for editors: made from the keys that it may have."""

from __future__ import annotations

import json
from typing import Any

from .catalog import rules
from .config import SETTINGS, Setting
from .model import SEVERITIES

KINDS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "file": {"type": "string"},
    "flag": {"type": "boolean"},
    "severity": {"enum": [*SEVERITIES]},
    "texts": {"type": "array", "items": {"type": "string"}},
    "files": {"type": "array", "items": {"type": "string"}},
    "number": {"type": "integer", "minimum": 1},
    "some": {"type": ["string", "array"], "items": {"type": "string"}},
}
NAME = {"$ref": "#/$defs/name"}


def config_schema() -> str:
    """The schema as the text of its file."""
    properties: dict[str, Any] = {}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "vmlint",
        "description": "Configuration of vmlint: vmlint.toml, or [tool.vmlint] in pyproject.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": {"name": _name()},
    }
    for key, setting in SETTINGS.items():
        table, _, name = key.rpartition(".")
        place = properties
        if table:
            empty = {"type": "object", "additionalProperties": False, "properties": {}}
            place = properties.setdefault(table, empty)["properties"]
        place[name] = {"description": f"{setting.about} (default: {setting.default})", **_values(setting)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _values(setting: Setting) -> dict[str, Any]:
    value = KINDS[setting.kind]
    if setting.names_rules and setting.kind == "texts":
        value = {**value, "items": NAME}
    if not setting.is_table:
        return value
    keys = {"propertyNames": NAME} if setting.names_rules and setting.kind != "texts" else {}
    return {"type": "object", "additionalProperties": value, **keys}


def _name() -> dict[str, Any]:
    """The name of a rule or topic: those of vmlint for editors to offer, and any other, of a rule of the user's own."""
    topics = dict.fromkeys(rule.topic for rule in rules().values())
    return {"anyOf": [{"enum": [*topics, *rules()]}, {"type": "string"}]}
