"""The page of a rule, and its help in SARIF."""

from __future__ import annotations

from tests.reports import RULES
from vmlint.model import Page
from vmlint.rulepage import rule_help_text, rule_markdown

PAGE = """\
# short-boolean

A `short` option

- Topic: `options`
- Severity: warning
- Versions: deprecated since QEMU 6.0
- Versions: needs libvirt 9.1.0 or newer
- Fix: safe; `--fix` applies it, as the new form means the same on every release that the target admits

## Why

QEMU 6.0 **warns**: [the list](https://example.org/list).

## Messages

- warning: `'{name}' has no value`; fix (safe): `Write '{name}=on'`
- note: `` `{name}` ``

## Examples

Reported at `server` in `start.sh`, on QEMU `>=6`:

```sh
qemu -x `y`,server
```

Instead:

```sh
qemu -x `y`,server=on
```

## Sources

- <https://example.org/list>
- chardev/char.c
"""

HELP = """\
A short option

QEMU 6.0 warns: the list (https://example.org/list).

Severity: warning.
Versions: deprecated since QEMU 6.0.
Versions: needs libvirt 9.1.0 or newer.
Fix (safe): --fix applies it, as the new form means the same on every release that the target admits.
https://github.com/vmlint/vmlint/blob/main/docs/rules/short-boolean.md"""


def test_rule_page() -> None:
    assert rule_markdown(RULES["short-boolean"]) == PAGE
    assert rule_help_text(RULES["short-boolean"]) == HELP


def test_a_rule_page_fences_what_has_fences() -> None:
    rule = RULES["short-boolean"]
    example = rule.examples[0]._replace(file="README.md", bad="```sh\nx\n```\n", good="")
    assert "````markdown\n```sh\nx\n```\n````\n" in rule_markdown(
        rule._replace(page=lambda: Page("Why.", (), (example,)))
    )


def test_a_message_that_variants_share_stands_once() -> None:
    rule = RULES["short-boolean"]
    page = rule_markdown(rule._replace(variants={**rule.variants, "same": rule.variants[""]}))
    assert page.count("- warning: `'{name}' has no value`;") == 1


def test_each_safety_of_fixes_is_told_with_its_reason() -> None:
    rule = RULES["short-boolean"]
    unsafe = rule.variants["odd"]._replace(fix_title="Guess", safety="unsafe")
    page = rule_markdown(rule._replace(variants={**rule.variants, "guess": unsafe}))
    assert "\n- Fix: safe; `--fix` applies it" in page
    assert "\n- Fix: unsafe; only `--fix --unsafe-fixes` applies it" in page
    assert "\n- Fix: none\n" in rule_markdown(
        RULES["short-boolean"]._replace(variants={"": unsafe._replace(fix_title=None)})
    )
