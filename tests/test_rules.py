"""Every rule keeps what its table says: its examples are reported where they say and fixed as they say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from vmlint import catalog, formats
from vmlint.choice import target
from vmlint.engine import Engine
from vmlint.fixer import apply
from vmlint.libvirt.networks import Networks, networks_in
from vmlint.model import Diagnostic, Document, Example, Rule
from vmlint.suppress import suppress

PACKAGE = Path(__file__).parent.parent / "linter" / "vmlint"
RULES = list(catalog.rules().values())
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.name}-{example.file}") for rule in RULES for example in rule.examples
]


OF_LIMITS = ("file-too-large", "too-many-findings")
"""Rules whose examples would be larger than all others together; tests/test_limits.py shows them."""


def look(text: str, example: Example, rules: dict[str, Rule]) -> tuple[Document, list[Diagnostic]]:
    data = text.encode()
    format_ = formats.claim(example.file, data)
    assert format_ is not None, f"no format reads {example.file}"
    document = format_.parse(example.file, data)
    engine = Engine(catalog.rules(), target(example.qemu, example.libvirt, [example.target] if example.target else []))
    found = engine.lint(document, Networks(networks_in(document)))
    left = suppress(document, found, catalog.rules(), engine.active, requires_reason=True)
    found = left.diagnostics + [engine.diagnostic(document, rule, finding) for rule, finding in left.told]
    return document, [diagnostic for diagnostic in found if diagnostic.rule in rules]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_bad_example_is_reported_where_it_says(rule: Rule, example: Example) -> None:
    document, found = look(example.bad, example, {rule.name: rule})
    assert [document.source.data[slice(*d.span)].decode() for d in found] == list(example.at)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_good_example_is_silent_under_all_rules_but_for_notes_of_others(rule: Rule, example: Example) -> None:
    found = look(example.good, example, catalog.rules())[1]
    assert [(d.rule, d.message) for d in found if d.rule == rule.name or d.severity != "note"] == []


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_good_example_is_the_fixed_bad_one(rule: Rule, example: Example) -> None:
    found = look(example.bad, example, {rule.name: rule})[1]
    fixes = [d.fix for d in found if d.fix]
    if fixes:
        assert len(fixes) == len(found), "an example is fixed as a whole or not at all"
        fixed = apply(example.bad.encode(), [edit for fix in fixes for edit in fix.edits])
        assert fixed.decode() == example.good
    else:
        assert not (rule.fixable and example is rule.examples[0]), "the first example of a fixable rule shows the fix"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_table_is_whole(rule: Rule) -> None:
    assert rule.why.strip()
    assert rule.examples or rule.name in OF_LIMITS
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", rule.name)
    assert not re.match(r"(no|dont|do-not|use|prefer|check|avoid|missing-fix)-", rule.name), "names the bad thing"
    assert rule.sources or rule.topic == "input", "a fact needs a source"
    assert not rule.summary.endswith(".")
    for variant in rule.variants.values():
        assert variant.message[0].isupper() or variant.message[0] in "'{"
        assert not variant.message.endswith(".")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_examples_show_every_way_a_rule_fires(rule: Rule) -> None:
    if rule.name in OF_LIMITS:
        return
    shown = [d.message for e in rule.examples for d in look(e.bad, e, {rule.name: rule})[1]]
    for name, variant in rule.variants.items():
        pattern = re.compile(re.sub(r"\\\{.*?\\\}", ".*", re.escape(variant.message)))
        assert any(pattern.fullmatch(message) for message in shown), f"no example of '{name}'"


def test_check_functions_and_tables_name_each_other() -> None:
    named = {match.check for rule in RULES for match in rule.matches if match.check}
    public = {
        f"{path.stem}.{node.name}"
        for path in (PACKAGE / "checks").glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    assert named == public


@pytest.mark.parametrize("option", ["-serial unix:server", "-mon mux", "-device ramfb", "-chardev null,id=server"])
def test_a_name_that_is_also_a_boolean_is_a_name(option: str) -> None:
    example = Example("start.sh", "", "", (), None, None)
    options = {rule.name: rule for rule in RULES if rule.topic == "options"}
    assert look(f"qemu-system-x86_64 {option}\n", example, options)[1] == []
