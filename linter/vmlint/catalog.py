"""Reads the rule files strictly: every mistake is told with file and key."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial

from . import model, versions
from .data import compiled, data_path, parse_toml
from .light_typing import TYPE_CHECKING
from .model import EFFECTS, SAFETIES, SEVERITIES, Example, Gate, Match, Page, Rule, Variant
from .versions import PRODUCTS, parse

if TYPE_CHECKING:
    from typing import Any

RULE_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
RAISED_ELSEWHERE = ("input", "suppression")
"""Topics whose rules look at no node: what a format cannot read, and comments that switch rules off."""
KINDS: dict[type, str] = {str: "a text", list: "a list", dict: "a table"}
GATES = ("deprecated", "removed", "needs")
RULE_KEYS = frozenset(
    (*GATES, "summary", "severity", "effect", "select", "where", "at", "match", "check", "message", "fix", "why")
) | {"sources", "variants", "notes", "example", "covers"}
MATCH_KEYS = frozenset(("select", "where", "at", "check"))
VARIANT_KEYS = frozenset(("message", "severity", "effect", "fix"))
FIX_KEYS = frozenset(("title", "safety", "set"))
EXAMPLE_KEYS = frozenset(("file", "bad", "good", "at", "qemu", "libvirt", "target"))


Way = tuple[str | int, ...]
"""The way to a key in a rule file: names, and places in lists from 0."""


class CatalogError(ValueError):
    """A mistake in a rule file; the message names file and key, and `way` leads to it."""

    def __init__(self, message: str, way: Way = ()) -> None:
        super().__init__(message)
        self.way = way


@cache
def rules() -> dict[str, Rule]:
    """All rules by name, in the order of their topics and files."""
    found: list[Any] = _compiled("rules", lambda rule: [*(rule._asdict() | {"page": None}).values()])
    return {rule.name: rule for rule in map(_from_lists, found)}


@cache
def _pages() -> dict[str, Page]:
    """The pages of all rules by their names."""
    found: dict[str, Any] = dict(_compiled("rule-pages", lambda rule: (rule.name, rule.page())))
    return {
        name: Page(why, tuple(sources), tuple(Example(*example)._replace(at=tuple(example[3])) for example in examples))
        for name, (why, sources, examples) in found.items()
    }


def _page(name: str) -> Page:
    return _pages()[name]


def _compiled(name: str, part: Callable[[Rule], Any]) -> Any:
    """A part of each rule, as JSON has it."""
    folder = data_path("rules")
    files = [os.path.join(folder, file) for file in sorted(os.listdir(folder)) if file.endswith(".toml")]
    code = [model.__file__, versions.__file__, __file__]
    return compiled(name, [*files, *code], lambda: list(map(part, _read(files))))


def _read(files: Iterable[str]) -> list[Rule]:
    found: dict[str, Rule] = {}
    for file in files:
        name = f"rules/{os.path.basename(file)}"
        for rule in load(name, parse_toml(file)):
            if rule.name in found:
                raise CatalogError(f"{name}: [{rule.name}]: another rule has that name")
            found[rule.name] = rule
    return list(found.values())


def _from_lists(values: Iterable[Any]) -> Rule:
    """A rule from its values in JSON, where tuples are lists."""
    rule = Rule(*values)
    return rule._replace(
        page=partial(_page, rule.name),
        matches=tuple(_match(*match) for match in rule.matches),
        gates=tuple(Gate(kind, product, tuple(version)) for kind, product, version in rule.gates),
        variants={name: Variant(*variant) for name, variant in rule.variants.items()},
        covers=tuple(rule.covers),
    )


def _match(select: str, where: dict[str, Any], at: str, check: str | None, values: dict[str, str]) -> Match:
    return Match(select, {p: tuple(w) if isinstance(w, list) else w for p, w in where.items()}, at, check, values)


def load(file: str, tables: Mapping[str, Any]) -> list[Rule]:
    """The rules of one parsed rule file, `TOPIC.toml` or one part of a large topic, `TOPIC.PART.toml`.

    Raises CatalogError.
    """
    topic = os.path.basename(file).partition(".")[0]
    return [_Table(f"{file}: [{name}]", table, RULE_KEYS, (name,)).rule(name, topic) for name, table in tables.items()]


class _Table:
    """A table of a rule file whose keys have been checked."""

    def __init__(self, where: str, table: Any, keys: frozenset[str], way: Way) -> None:
        self.where = where
        self.way = way
        if not isinstance(table, dict):
            raise self.mistake("must be a table")
        for key in table:
            if key not in keys:
                raise self.mistake(f"unknown key '{key}'; known are {', '.join(sorted(keys))}", key)
        self.table = table

    def mistake(self, message: str, *below: str, place: str = "") -> CatalogError:
        """The error to raise; `below` is the way to the key from here, and `place` what that is called."""
        return CatalogError(f"{self.where}{place}: {message}", (*self.way, *below))

    def below(self, place: str, table: Any, keys: frozenset[str], *way: str | int) -> _Table:
        """A table in this one."""
        return _Table(f"{self.where}{place}", table, keys, (*self.way, *way))

    def rule(self, name: str, topic: str) -> Rule:
        if not RULE_NAME.fullmatch(name):
            raise self.mistake("a rule's name is words of small letters and digits, joined by '-'")
        severity = self.one_of("severity", SEVERITIES)
        matches = tuple(self._matches())
        fires = Variant(self.text("message"), severity, *self._fix(None, "safe"), self._effect(severity, EFFECTS[0]))
        variants = {"": fires}
        for key, value in self.get("variants", dict, {}).items():
            variants[key] = self.below(f".variants.{key}", value, VARIANT_KEYS, "variants", key).variant(fires)
        examples = self.get("example", list, [])
        if not matches and topic not in RAISED_ELSEWHERE:
            raise self.mistake("'select' or 'match' is missing")
        shown = tuple(self._example(at, example) for at, example in enumerate(examples))
        page = Page(self.text("why"), self.texts("sources"), shown)
        return Rule(
            name, topic, self.text("summary"), severity, lambda: page, matches,
            tuple(self._gates()), variants, self._notes(), self.texts("covers"),
        )  # fmt: skip

    def _notes(self) -> dict[str, str]:
        notes: dict[str, str] = self.get("notes", dict, {})
        for name, note in notes.items():
            if not isinstance(note, str):
                raise self.mistake(f"'{name}' must be a text", "notes", name, place=".notes")
        return notes

    def variant(self, base: Variant) -> Variant:
        severity = self.one_of("severity", SEVERITIES, base.severity)
        fix, effect = self._fix(base.fix_title, base.safety), self._effect(severity, base.effect)
        return Variant(self.text("message", base.message), severity, *fix, effect)

    def _example(self, at: int, table: Any) -> Example:
        return self.below(".example", table, EXAMPLE_KEYS, "example", at).example()

    def example(self) -> Example:
        return Example(
            self.text("file"), self.text("bad"), self.text("good"), self.texts("at"),
            self.text("qemu", "") or None, self.text("libvirt", "") or None, self.text("target", "") or None,
        )  # fmt: skip

    def _effect(self, severity: str, default: str) -> str:
        """What becomes of the VM; only an error can say that it is refused, so a milder variant of one is not."""
        if "effect" not in self.table and severity != "error" and default == "refused":
            return EFFECTS[0]
        effect = self.one_of("effect", EFFECTS, default)
        if effect == "refused" and severity != "error":
            raise CatalogError(f"{self.where}: what is refused must be an error, not a {severity}")
        return effect

    def _fix(self, title: str | None, safety: str) -> tuple[str | None, str]:
        fix = self.table.get("fix")
        if fix is None or fix is False:
            return (title if fix is None else None), safety
        if not isinstance(fix, dict):
            raise self.mistake("'fix' must be a table, or false for none", "fix")
        table = self.below(".fix", fix, FIX_KEYS, "fix")
        return table.text("title"), table.one_of("safety", SAFETIES, safety)

    def _gates(self) -> Iterable[Gate]:
        for kind in GATES:
            for product, version in self.get(kind, dict, {}).items():
                if product not in PRODUCTS:
                    raise self.mistake(f"unknown product '{product}'", kind, product, place=f".{kind}")
                try:
                    yield Gate(kind, product, parse(version))
                except (ValueError, AttributeError):
                    raise self.mistake(f"'{version}' is not a version", kind, product, place=f".{kind}") from None

    def _set(self) -> dict[str, str]:
        """What a fix of the table's own puts where, by path."""
        fix = self.get("fix", dict, {}) if self.table.get("fix") else {}
        values: dict[str, str] = self.below(".fix", fix, FIX_KEYS, "fix").get("set", dict, {})
        for path, value in values.items():
            if not isinstance(value, str) or "@" not in path:
                words = f"'{path}' must be the path of an attribute or parameter, as in 'driver@cache', and a text"
                raise self.mistake(words, "fix", "set", path, place=".fix.set")
        return values

    def _matches(self) -> Iterable[Match]:
        values = self._set()
        if "select" in self.table:
            yield self.match(None, values)
        for number, entry in enumerate(self.get("match", list, []), 1):
            table = self.below(f".match {number}", entry, MATCH_KEYS, "match", number - 1)
            yield table.match(self.text("check", "") or None, values)

    def match(self, check: str | None, values: dict[str, str]) -> Match:
        """One place where the rule looks; `check`: the function that decides, unless it names one itself.

        `values`: what the fix puts where.
        """
        where = {}
        for path, given in self.get("where", dict, {}).items():
            texts = isinstance(given, list) and all(isinstance(text, str) for text in given)
            wanted = tuple(given) if texts else given
            if not isinstance(wanted, (str, bool, tuple)):
                words = f"'{path}' must be a text, a list of texts, true or false"
                raise self.mistake(words, "where", path, place=".where")
            where[path] = wanted
        return Match(self.text("select"), where, self.text("at", ""), self.text("check", "") or check, values)

    def get(self, key: str, kind: type, default: Any) -> Any:
        value = self.table.get(key, default)
        if value is not default and not isinstance(value, kind):
            raise self.mistake(f"'{key}' must be {KINDS[kind]}", key)
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self.get(key, str, default)
        if value is None or (default is None and not value.strip()):
            raise self.mistake(f"'{key}' is missing", key)
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.get(key, list, [])
        if not all(isinstance(value, str) for value in values):
            raise self.mistake(f"'{key}' must be a list of texts", key)
        return tuple(values)

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in allowed:
            raise self.mistake(f"'{key}' must be one of {', '.join(allowed)}", key)
        return value
