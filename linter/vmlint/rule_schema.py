"""The JSON schema of a file of rules, for editors; what it cannot say, the catalogue and vmlint.house say."""

from __future__ import annotations

import json
from typing import Any

from .catalog import EXAMPLE_KEYS, FIX_KEYS, GATES, MATCH_KEYS, RULE_KEYS, RULE_NAME, VARIANT_KEYS
from .model import SAFETIES, SEVERITIES
from .versions import PRODUCTS

TEXT: dict[str, Any] = {"type": "string"}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
TEXT_BY_NAME: dict[str, Any] = {"type": "object", "additionalProperties": TEXT}
VALUES: dict[str, dict[str, Any]] = {
    "severity": {"enum": [*SEVERITIES]},
    "safety": {"enum": [*SAFETIES]},
    "where": {"type": "object", "additionalProperties": {"type": ["string", "boolean", "array"], "items": TEXT}},
    "sources": TEXTS,
    "covers": TEXTS,
    "notes": TEXT_BY_NAME,
    "set": TEXT_BY_NAME,
}
"""What a key holds, where it is not a text."""
ABOUT = {
    "select": "where to look: a path of elements from domain or network on, or qemu/-option",
    "where": "what must hold there, by path: a text, one of a list, or true and false for there or not there",
    "at": "path of the value to point at",
    "match": "several places to look at",
    "check": "function of vmlint's that decides",
    "message": "what to say; {path} is the value at a path",
    "set": "what the fix writes, by the path of an attribute or parameter",
    "why": "the reason, in Markdown",
    "needs": "releases from which on it is there: the rule speaks where an older one is admitted",
}


def rule_schema() -> str:
    """The schema as the text of its file."""
    match, example = _table(MATCH_KEYS, "select"), _table(EXAMPLE_KEYS, "file", "bad", "good", at=TEXTS)
    fix: dict[str, Any] = {"anyOf": [_table(FIX_KEYS, "title"), {"const": False}]}
    variants: dict[str, Any] = {"type": "object", "additionalProperties": _table(VARIANT_KEYS, fix=fix)}
    gate: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": dict.fromkeys(PRODUCTS, TEXT),
    }
    tables: dict[str, Any] = {"fix": fix, "variants": variants, **dict.fromkeys(GATES, gate)}
    lists: dict[str, Any] = {"match": {"type": "array", "items": match}, "example": {"type": "array", "items": example}}
    rule = _table(RULE_KEYS, "summary", "severity", "message", "why", **tables, **lists)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "vmlint rules",
        "description": "Rules of your own for vmlint: a file for --rules or [rules] extend",
        "type": "object",
        "propertyNames": {"pattern": f"^{RULE_NAME.pattern}$"},
        "additionalProperties": rule,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _table(keys: frozenset[str], *required: str, **values: dict[str, Any]) -> dict[str, Any]:
    """A table that may have some keys and must have those that are required."""
    known = {key: values.get(key) or VALUES.get(key, TEXT) for key in sorted(keys)}
    told = {key: {"description": ABOUT[key], **value} if key in ABOUT else value for key, value in known.items()}
    return {"type": "object", "additionalProperties": False, "required": [*required], "properties": told}
