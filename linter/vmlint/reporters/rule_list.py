"""Rules as `vmlint rule` lists them, by topic, and as JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TextIO

from ..model import Gate, Rule, Variant
from ..rulepage import fix_safeties, rule_url
from .json_stream import JsonText
from .printing import escape, put
from .summary import plural

FIXES = {"safe": "fix", "unsafe": "unsafe fix"}
"""What is said of the best fix that a rule has."""


def write_text(rules: Collection[Rule], stream: TextIO) -> None:
    """A line for each rule, below its topic."""
    width = max(len(rule.name) for rule in rules)
    for topic in dict.fromkeys(rule.topic for rule in rules):
        members = [rule for rule in rules if rule.topic == topic]
        put(stream, f"{escape(topic)}, {plural(len(members), 'rule')}:")
        for rule in members:
            put(stream, f"  {rule.name:{width}}  {rule.severity:7}  {_fix(rule):10}  {escape(rule.summary)}")
        put(stream, "")


def write_json(rules: Iterable[Rule], stream: TextIO) -> None:
    """All that the page of each rule says, but for the examples. Keys are added, never renamed."""
    document = {"version": 1, "rules": [_rule(rule) for rule in rules]}
    stream.write(JsonText(stream, indent=2).of(document) + "\n")


def _fix(rule: Rule) -> str:
    return next((FIXES[safety] for safety in fix_safeties(rule) if safety in FIXES), "")


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "name": rule.name,
        "topic": rule.topic,
        "summary": rule.summary,
        "severity": rule.severity,
        "why": rule.why.strip(),
        "versions": [_version(gate) for gate in rule.gates],
        "messages": [_message(variant) for variant in rule.variants.values()],
        "sources": [*rule.sources],
        "url": rule_url(rule) or None,
        "file": rule.file or None,
    }


def _version(gate: Gate) -> dict[str, str]:
    return {"kind": gate.kind, "product": gate.product, "version": ".".join(map(str, gate.version))}


def _message(variant: Variant) -> dict[str, object]:
    fix = {"title": variant.fix_title, "safety": variant.safety} if variant.fix_title else None
    return {"message": variant.message, "severity": variant.severity, "effect": variant.effect, "fix": fix}
