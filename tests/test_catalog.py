"""Rule files are read strictly; targets admit what their specifiers say."""

from __future__ import annotations

from typing import Any

import pytest

from vmlint import versions
from vmlint.catalog import CatalogError, load, rules
from vmlint.choice import target

RULE: dict[str, Any] = {
    "summary": "A thing is bad",
    "severity": "error",
    "message": "It is bad",
    "why": "Because.",
    "select": "domain",
}


def mistake(**changes: Any) -> str:
    with pytest.raises(CatalogError) as caught:
        load("rules/house.toml", {"bad-thing": {**RULE, **changes}})
    return str(caught.value)


def test_a_whole_rule_is_read() -> None:
    table = {
        **RULE,
        "select": "qemu/-device",
        "where": {"@failover": ["on", "yes"], "@id": True},
        "removed": {"qemu": "9.1"},
    }
    (rule,) = load("rules/house.toml", {"bad-thing": table})
    assert (rule.name, rule.topic, rule.severity, rule.fixable) == ("bad-thing", "house", "error", False)
    assert rule.matches[0].where == {"@failover": ("on", "yes"), "@id": True}
    assert rule.gates[0] == ("removed", "qemu", (9, 1))


def test_a_variant_has_the_effect_of_its_rule_unless_it_says_another_or_is_no_error() -> None:
    variants = {"same": {}, "other": {"effect": "unknown"}, "milder": {"severity": "warning"}}
    (rule,) = load("rules/house.toml", {"bad-thing": {**RULE, "effect": "refused", "variants": variants}})
    effects = {name: variant.effect for name, variant in rule.variants.items()}
    assert effects == {"": "refused", "same": "refused", "other": "unknown", "milder": "starts"}
    (rule,) = load("rules/house.toml", {"bad-thing": RULE})
    assert rule.variants[""].effect == "starts", "where nothing is said"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sevrity": "error"}, "rules/house.toml: [bad-thing]: unknown key 'sevrity'; known are"),
        ({"severity": "fatal"}, "rules/house.toml: [bad-thing]: 'severity' must be one of error, warning, note"),
        ({"effect": "explodes"}, "rules/house.toml: [bad-thing]: 'effect' must be one of starts, refused, unknown"),
        (
            {"severity": "warning", "effect": "refused"},
            "rules/house.toml: [bad-thing]: what is refused must be an error, not a warning",
        ),
        ({"message": 3}, "rules/house.toml: [bad-thing]: 'message' must be a text"),
        ({"removed": {"qemu": "nine"}}, "rules/house.toml: [bad-thing].removed: 'nine' is not a version"),
        ({"removed": {"xen": "4.1"}}, "rules/house.toml: [bad-thing].removed: unknown product 'xen'"),
        (
            {"select": "domain", "where": {"@type": 3}},
            "rules/house.toml: [bad-thing].where: '@type' must be a text, a list",
        ),
        ({"match": [{"where": {}}]}, "rules/house.toml: [bad-thing].match 1: 'select' is missing"),
        ({"fix": {"title": "Do it", "safety": "sure"}}, "rules/house.toml: [bad-thing].fix: 'safety' must be one of"),
        ({"variants": {"odd": {"mesage": ""}}}, "rules/house.toml: [bad-thing].variants.odd: unknown key 'mesage'"),
        ({"example": [{"file": "a.sh", "bad": "x"}]}, "rules/house.toml: [bad-thing].example: 'good' is missing"),
    ],
)
def test_a_mistake_is_told_with_file_and_key(changes: dict[str, Any], message: str) -> None:
    assert mistake(**changes).startswith(message)


def test_a_missing_key_and_a_table_that_is_none() -> None:
    with pytest.raises(CatalogError, match=r"\[bad-thing\]: 'why' is missing"):
        load("rules/house.toml", {"bad-thing": {key: value for key, value in RULE.items() if key != "why"}})
    with pytest.raises(CatalogError, match="must be a table"):
        load("rules/house.toml", {"bad-thing": "x"})


@pytest.mark.parametrize(
    ("spec", "before_6_0", "from_11_1"),
    [
        (None, False, True),
        (">=5.2", True, True),
        (">=6.2,<11", False, False),
        ("==7.2", False, False),
        ("==7.2.22", False, False),
        ("~=5.0", True, False),
        ("==11.1.3", False, True),
        (">=12", False, True),
    ],
)
def test_target_admits_what_its_specifier_says(spec: str | None, before_6_0: bool, from_11_1: bool) -> None:
    made = target(spec)
    assert made.admits_before("qemu", (6, 0)) is before_6_0
    assert made.admits_from("qemu", (11, 1)) is from_11_1


def test_versions_are_compared_as_numbers() -> None:
    assert versions.parse("2.10") > versions.parse("2.9")
    assert target("<2.10,>=2.8").qemu == ((2, 8), (2, 9))


def test_what_a_rule_covers_is_another_rule() -> None:
    known = rules()
    assert any(rule.covers for rule in known.values())
    assert [(rule.name, name) for rule in known.values() for name in rule.covers if name not in known] == []
