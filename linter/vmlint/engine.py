"""One walk over a document; nodes are handed to rules by their path. Knows no rule and no format."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from importlib import import_module

from .finding import Check, Context, Finding, condition_of
from .libvirt.networks import Networks
from .light_typing import cast
from .model import Diagnostic, Document, Fix, Match, Node, Note, Place, Rule
from .source import Edit, Span
from .versions import Target

Condition = Callable[[Node, Context], object]
MORE = "too-many-findings"


class Engine:
    """Some rules, ready to look at documents meant for some target."""

    def __init__(self, rules: Mapping[str, Rule], target: Target) -> None:
        self._rules = rules
        self._target = target
        self._by_path: dict[str, list[_Group]] = {}
        for rule in rules.values():
            if applies(rule, target):
                for match in rule.matches:
                    _add(self._by_path.setdefault(match.select, []), rule, match)
        self._wanted = frozenset(self._by_path)

    @property
    def active(self) -> set[str]:
        """Names of the rules that the target admits."""
        return {name for name, rule in self._rules.items() if applies(rule, self._target)}

    def diagnostic(self, document: Document, rule: str, finding: Finding) -> Diagnostic:
        """A finding that another part of vmlint makes, in the words of its rule."""
        return _diagnostic(document, self._rules[rule], finding)

    def lint(self, document: Document, networks: Networks | None = None, most: int = sys.maxsize) -> list[Diagnostic]:
        """The findings in a document, in the order of the file: so many of the first, and how many more there are.

        `networks`: those whose XML is at hand.
        """
        found = _First(most, self._problems(document))
        networks = Networks() if networks is None else networks
        for root, facts in zip(document.roots, document.facts, strict=True):
            context = Context(self._target, root, networks, {}, facts, document.source)
            for path, node in root.walk(self._wanted):
                for group in self._by_path[path]:
                    if group.where and not group.holds(node):
                        continue
                    for condition, checks in group.checks:
                        if condition is None or condition(node, context):
                            for rule, check in checks:
                                for finding in check(node, context):
                                    found.add(_diagnostic(document, rule, finding))
        left = sorted(self._uncovered(found.all()), key=_order)
        if found.more and MORE in self._rules:
            fields = {"more": str(found.more), "listed": str(most)}
            left.append(_diagnostic(document, self._rules[MORE], Finding(left[-1].span, fields)))
        return left

    def _uncovered(self, found: list[Diagnostic]) -> list[Diagnostic]:
        """Findings without those at places that another, of a rule that covers theirs, marks or notes."""
        told = {
            (name, span)
            for diagnostic in found
            for name in self._rules[diagnostic.rule].covers
            for span in (diagnostic.span, *(note.span for note in diagnostic.notes))
        }
        return [d for d in found if (d.rule, d.span) not in told] if told else found

    def _problems(self, document: Document) -> Iterator[Diagnostic]:
        for problem in document.problems:
            if problem.rule in self._rules:
                finding = Finding(problem.span, problem.fields)
                yield _diagnostic(document, self._rules[problem.rule], finding)


def _order(diagnostic: Diagnostic) -> tuple[Span, str, str]:
    return diagnostic.span, diagnostic.rule, diagnostic.message


class _First:
    """Keeps the findings that come first in the file, up to a number, whatever order they are found in."""

    def __init__(self, most: int, found: Iterable[Diagnostic]) -> None:
        self._most = most
        self._found = list(found)
        self.more = 0
        """Findings that were left out."""

    def add(self, diagnostic: Diagnostic) -> None:
        """One more finding."""
        self._found.append(diagnostic)
        if len(self._found) > 2 * self._most:  # so that each is sorted but a few times
            self._cut()

    def all(self) -> list[Diagnostic]:
        """What is kept."""
        if len(self._found) > self._most:
            self._cut()
        return self._found

    def _cut(self) -> None:
        self._found.sort(key=_order)
        self.more += len(self._found) - self._most
        del self._found[self._most :]


class _Group:
    """Rules that look at the same nodes under the same conditions, which are asked once for all of them."""

    def __init__(self, where: Mapping[str, str | tuple[str, ...] | bool]) -> None:
        self.where = where
        self.matches: list[tuple[Rule, Match]] = []

    def holds(self, node: Node) -> bool:
        """Whether the rules want to see a node."""
        return all(_holds(node, *condition) for condition in self.where.items())

    @cached_property
    def checks(self) -> list[tuple[Condition | None, list[tuple[Rule, Check]]]]:
        """The functions of the rules by what must hold for them to find something; loaded when a node is first handed
        to them: most files need few."""
        found: dict[Condition | None, list[tuple[Rule, Check]]] = {}
        for rule, match in self.matches:
            check = _function(match.check) if match.check else _declared(match)
            found.setdefault(condition_of(check), []).append((rule, check))
        return [*found.items()]


def _add(groups: list[_Group], rule: Rule, match: Match) -> None:
    group = next((group for group in groups if group.where == match.where), None)
    if group is None:
        group = _Group(match.where)
        groups.append(group)
    group.matches.append((rule, match))


def applies(rule: Rule, target: Target) -> bool:
    """Whether all of a rule's version gates are open for a target."""
    return all(
        target.admits_before(gate.product, gate.version)
        if gate.kind == "needs"
        else target.admits_from(gate.product, gate.version)
        for gate in rule.gates
    )


def _declared(match: Match) -> Check:
    """The check of a rule that is all table: what it selects is wrong."""

    def check(node: Node, context: Context) -> Iterable[Finding]:
        at = node.get(match.at) if match.at else None
        return (Finding(at or node, _Fields(node), _edits(node, match.set)),)

    return check


def _edits(node: Node, values: Mapping[str, str]) -> tuple[Edit, ...]:
    """Edits that put values at paths, all of them or none."""
    found: list[Edit] = []
    for path, value in values.items():
        elements, _, name = path.rpartition("@")
        at = node.below(elements)
        edits = at.set_value(name, value) if at is not None else ()
        if not edits:
            return ()
        found += edits
    return tuple(found)


def _holds(node: Node, path: str, wanted: str | tuple[str, ...] | bool) -> bool:
    """Whether the value at a path is as wanted; a value that is partly opaque is never a given text."""
    if path[0] == "@":
        text = node.plain(path[1:])
    else:
        value = node.get(path)
        text = None if value is None else value.text
    if isinstance(wanted, bool):
        return (text is not None) is wanted
    return text == wanted if isinstance(wanted, str) else text in wanted


class _Fields(dict[str, str]):
    """Fields of a declarative rule's message: `{@type}` is the value at that path of the node."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self._node = node

    def __missing__(self, path: str) -> str:
        value = self._node.get(path)
        return value.text if value else ""


def _function(name: str) -> Check:
    """The function that a rule names."""
    module, _, function = name.partition(".")
    return cast(Check, getattr(import_module(f".checks.{module}", __package__), function))


def _diagnostic(document: Document, rule: Rule, finding: Finding) -> Diagnostic:
    variant = rule.variants[finding.variant]
    fix = None
    if finding.edits and variant.fix_title:
        title = _worded(variant.fix_title, finding.fields)
        fix = Fix(title, finding.safety or variant.safety, tuple(sorted(finding.edits)))
    notes = tuple(Note(_worded(rule.notes[name], finding.fields), _span(place)) for name, place in finding.notes)
    message = _worded(variant.message, finding.fields)
    at = _span(finding.at)
    return Diagnostic(rule.name, variant.severity, message, document.source, at, notes, fix, effect=variant.effect)


def _worded(template: str, fields: Mapping[str, str]) -> str:
    """A template with its fields filled in; `str.format` would take `{@file.driver}` for an attribute of a value."""
    return "".join(words if name is None else words + fields[name] for words, name in _parts(template))


@cache
def _parts(template: str) -> tuple[tuple[str, str | None], ...]:
    """The words of a template, each with the name of the field after them."""
    from string import Formatter  # which only a finding needs

    return tuple((words, name) for words, name, _, _ in Formatter().parse(template))


def _span(place: Place) -> Span:
    if isinstance(place, Node):
        return place.name_span
    return place if isinstance(place, Span) else place.span()
