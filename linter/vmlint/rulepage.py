"""The page of a rule, made from its table: for `vmlint rule`, the manual and SARIF."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from .model import Example, Gate, Rule, Variant

HOME = "https://github.com/vmlint/vmlint"

PRODUCTS = {"qemu": "QEMU", "libvirt": "libvirt"}
GATE_WORDS = {
    "deprecated": "deprecated since {}",
    "removed": "removed in {}",
    "needs": "needs {} or newer",
}
EFFECT_WORDS = {
    "starts": "",
    "refused": " (the VM does not start)",
    "unknown": " (whether the VM starts, the file does not tell)",
}
FIX_WORDS = {
    "safe": "`--fix` applies it, as the new form means the same on every release that the target admits",
    "unsafe": "only `--fix --unsafe-fixes` applies it, as it changes what the guest sees or guesses what was meant",
    "shown": "shown, never applied",
}
LANGUAGES = {
    ".bash": "bash",
    ".conf": "ini",
    ".ini": "ini",
    ".json": "json",
    ".md": "markdown",
    ".mk": "make",
    ".nix": "nix",
    ".pl": "perl",
    ".py": "python",
    ".rb": "ruby",
    ".rs": "rust",
    ".service": "ini",
    ".sh": "sh",
    ".toml": "toml",
    ".xml": "xml",
    ".yaml": "yaml",
    ".yml": "yaml",
}


def page_url(name: str) -> str:
    """Address of the page of one of vmlint's rules in the manual."""
    return f"{HOME}/blob/main/docs/rules/{name}.md"


def rule_url(rule: Rule) -> str:
    """Address of a rule's page in the manual; empty for a rule of the user's own."""
    return "" if rule.file else page_url(rule.name)


def rule_markdown(rule: Rule) -> str:
    """The page of a rule in Markdown."""
    return "\n".join(_page(rule))


def rule_help_text(rule: Rule) -> str:
    """What the page says of a rule, without the examples, as plain text."""
    facts = [f"Severity: {rule.severity}.", *(f"Versions: {words}." for words in _versions(rule))]
    fixes = [f"Fix ({safety}): {plain_text(FIX_WORDS[safety])}." for safety in fix_safeties(rule)]
    words = [plain_text(rule.summary), "", plain_text(rule.why.strip()), ""]
    return "\n".join([*words, *facts, *fixes, rule_url(rule)]).rstrip()


def plain_text(markdown: str) -> str:
    """Markdown without the marks of code, bold and links."""
    text = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1 (\2)", markdown)
    return re.sub(r"`+|\*\*", "", text)


def _page(rule: Rule) -> Iterator[str]:
    yield from (f"# {rule.name}", "", rule.summary, "")
    yield from (f"- Topic: `{rule.topic}`", f"- Severity: {rule.severity}")
    yield from (f"- Versions: {words}" for words in _versions(rule))
    yield from [f"- Fix: {safety}; {FIX_WORDS[safety]}" for safety in fix_safeties(rule)] or ["- Fix: none"]
    yield from ("", "## Why", "", rule.why.strip(), "")
    yield from ("## Messages", "", *dict.fromkeys(map(_message, rule.variants.values())), "")
    if rule.examples:
        yield from ("## Examples", "")
    for example in rule.examples:
        yield from _example(example)
    if rule.sources:
        yield from ("## Sources", "", *(f"- {_linked(source)}" for source in rule.sources), "")


def _versions(rule: Rule) -> list[str]:
    return [_gate(gate) for gate in rule.gates]


def _gate(gate: Gate) -> str:
    release = f"{PRODUCTS[gate.product]} {'.'.join(map(str, gate.version))}"
    return GATE_WORDS[gate.kind].format(release)


def fix_safeties(rule: Rule) -> list[str]:
    """The safeties of the fixes that a rule has, the safest first."""
    used = {variant.safety for variant in rule.variants.values() if variant.fix_title}
    return [safety for safety in FIX_WORDS if safety in used]


def _message(variant: Variant) -> str:
    words = f"- {variant.severity}{EFFECT_WORDS[variant.effect]}: {code_span(variant.message)}"
    return f"{words}; fix ({variant.safety}): {code_span(variant.fix_title)}" if variant.fix_title else words


def _example(example: Example) -> Iterator[str]:
    targets = [(PRODUCTS[name], versions) for name, versions in (("qemu", example.qemu), ("libvirt", example.libvirt))]
    on = " and ".join(f"{product} `{versions}`" for product, versions in targets if versions)
    on = f"target `{example.target}`" if example.target else on
    at = ", ".join(code_span(" ".join(text.split())) for text in example.at)
    where = f" at {at}" if at else ""
    yield from (f"Reported{where} in `{example.file}`{f', on {on}' if on else ''}:", "")
    yield from (*_fenced(example.bad, example.file), "")
    if example.good and example.good != example.bad:
        yield from ("Instead:", "", *_fenced(example.good, example.file), "")


def code_span(text: str) -> str:
    """A code span that holds the text, whatever backticks are in it."""
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _fenced(text: str, file: str) -> tuple[str, str, str]:
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{_language(file)}", text.rstrip("\n"), fence


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _language(file: str) -> str:
    name = os.path.basename(file)
    if name in ("Makefile", "Dockerfile"):
        return name.lower().replace("makefile", "make")
    return LANGUAGES.get(os.path.splitext(name)[1], "text")


def _linked(source: str) -> str:
    return f"<{source}>" if source.startswith(("https://", "http://")) else source
