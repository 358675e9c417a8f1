"""Rules of the user's own, in files like those of vmlint; no code of theirs runs.

A rule may name a check function of vmlint's only as vmlint's own rules do, with the same variants, notes and fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import Formatter

from . import toml_file
from .catalog import CatalogError, load
from .discover import UsageError
from .model import Match, Rule
from .suggest import suggestion

FIELD = re.compile(r"[\w:.*/@-]+")


def read_rules(path: str, own: Mapping[str, Rule]) -> list[Rule]:
    """The rules of a user's file, where vmlint has its `own`. Raises UsageError, with file and line, on a mistake."""
    file = toml_file.read(path)
    try:
        rules = [rule._replace(file=path) for rule in load(path, file.tables)]
        for rule in rules:
            _check(rule, own)
    except CatalogError as error:
        raise UsageError(f"{file.where(error.way)}: {str(error).removeprefix(f'{path}: ')}") from error
    return rules


def _check(rule: Rule, own: Mapping[str, Rule]) -> None:
    """Raise CatalogError for what vmlint's own rules are trusted with."""
    if rule.name in own:
        raise _mistake(rule, "vmlint has a rule of that name")
    if not rule.matches:
        raise _mistake(rule, "'select' or 'match' is missing")
    roots = sorted({_root(match) for ours in own.values() for match in ours.matches})
    for match in rule.matches:
        if _root(match) not in roots:
            words = f"'select' must begin with {', '.join(roots)}{suggestion(_root(match), roots)}"
            raise _mistake(rule, words, "select")
        if match.check:
            _check_function(rule, match, own)
    for way, template in _templates(rule):
        for name in _fields(rule, way, template):
            if not FIELD.fullmatch(name):
                raise _mistake(rule, f"'{{{name}}}' is not the path of a value", *way)


def _root(match: Match) -> str:
    """Where its path begins: XML of a domain or network, a command line."""
    return match.select.partition("/")[0]


def _check_function(rule: Rule, match: Match, own: Mapping[str, Rule]) -> None:
    """A check says what it finds in the words of its rule, so all that vmlint's rules with it have must be there."""
    known = {other.check for ours in own.values() for other in ours.matches if other.check}
    if match.check not in known:
        words = suggestion(match.check or "", known) or f"; known are {', '.join(sorted(known))}"
        raise _mistake(rule, f"vmlint has no check '{match.check}'{words}", "check")
    if match.set:
        raise _mistake(rule, "'set' is for rules without 'check', which makes its own fixes", "fix", "set")
    models = [ours for ours in own.values() if any(other.check == match.check for other in ours.matches)]
    variants, notes = set(models[0].variants), set(models[0].notes)
    fields = set()
    for model in models:
        variants, notes = variants & set(model.variants), notes & set(model.notes)
        fields |= {name for way, template in _templates(model) for name in _fields(model, way, template)}
    for missing in sorted(variants - set(rule.variants)):
        raise _mistake(rule, f"check '{match.check}' needs [{rule.name}.variants.{missing}]")
    for missing in sorted(notes - set(rule.notes)):
        raise _mistake(rule, f"check '{match.check}' needs '{missing}' in [{rule.name}.notes]")
    for way, template in _templates(rule):
        for name in _fields(rule, way, template):
            if name not in fields:
                listed = suggestion(name, fields) or f"; it gives {', '.join(sorted(fields)) or 'none'}"
                raise _mistake(rule, f"check '{match.check}' gives no '{{{name}}}'{listed}", *way)


def _templates(rule: Rule) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each template of a rule's words, and the way to it."""
    for name, variant in rule.variants.items():
        way = ("variants", name) if name else ()
        yield (*way, "message"), variant.message
        if variant.fix_title:
            yield (*way, "fix"), variant.fix_title
    yield from ((("notes", name), note) for name, note in rule.notes.items())


def _fields(rule: Rule, way: tuple[str, ...], template: str) -> list[str]:
    """The names of the fields in a template: plain names, without any formatting."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise _mistake(rule, f"'{way[-1]}': {error}; write {{{{ and }}}} for braces", *way) from error
    for _, name, form, conversion in parts:
        if name is not None and (form or conversion):
            raise _mistake(rule, f"'{way[-1]}': '{{{name}}}' can only be the path of a value", *way)
    return [name for _, name, _, _ in parts if name is not None]


def _mistake(rule: Rule, message: str, *way: str) -> CatalogError:
    return CatalogError(f"[{rule.name}]: {message}", (rule.name, *way))
