"""Tables of the fields that a JSON schema describes, for docs/json.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
WORDS = {"string": "text", "integer": "number", "boolean": "true or false", "null": "null", "object": "object"}


def fields(name: str) -> str:
    """The fields of a report by the name of its schema: its own, then those of each object in it."""
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return "\n".join([*_table(schema), *_parts(schema.get("$defs", {})), ""])


def _parts(parts: dict[str, Any]) -> Iterator[str]:
    for name, part in parts.items():
        yield from ("", f"### {name}", "", part["description"], "", *_table(part))


def _table(part: dict[str, Any]) -> Iterator[str]:
    yield from ("| key | holds | |", "|---|---|---|")
    for key, held in part["properties"].items():
        optional = "" if key in part["required"] else " (may be absent)"
        about = held["description"].replace("|", "\\|")
        yield f"| `{key}` | {_kind(held)}{optional} | {about} |"


def _kind(held: dict[str, Any]) -> str:
    """What a field holds, in words."""
    if "anyOf" in held:
        return " or ".join(map(_kind, held["anyOf"]))
    if "$ref" in held:
        return str(held["$ref"].rpartition("/")[2])
    if "const" in held or "enum" in held:
        return ", ".join(f"`{value}`" for value in held.get("enum", [held.get("const")]))
    if held["type"] == "array":
        return f"list of {_kind(held['items'])}"
    if "additionalProperties" in held:
        return f"object, each value {_kind(held['additionalProperties'])}"
    return WORDS[held["type"]]
