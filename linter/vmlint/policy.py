"""What holds for each file: the settings of the command line over those of the file's configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from . import catalog
from .choice import chosen_rules, named_rules, target
from .config import SETTINGS, Config, InForce, Setting, check_readable, field, in_force
from .discover import UsageError
from .engine import Engine
from .light_typing import TYPE_CHECKING, NamedTuple
from .limits import DEFAULT, Limits
from .model import SEVERITIES, Diagnostic, Rule
from .settings import Settings
from .targets import find

if TYPE_CHECKING:
    from typing import Any

if TYPE_CHECKING:  # each is loaded when it is first needed, and few runs need any
    from .baseline import Baseline
    from .patterns import Patterns

THRESHOLD = "warning"
"""Findings less severe are shown, and do not make a run fail."""


class Policy(NamedTuple):
    """What holds for a file."""

    engine: Engine
    rules: Mapping[str, Rule]
    """All rules that a comment may name, by name."""
    min_severity: str | None
    requires_reason: bool
    baseline: Baseline | None
    """What is known already."""
    limits: Limits
    quiet: frozenset[str] = frozenset()
    """Rules that run though the configuration switches them off, because what they find may stop a VM."""

    def shows(self, diagnostic: Diagnostic) -> bool:
        """Whether a finding is severe enough to be told of."""
        return _is_at_least(diagnostic.severity, self.min_severity or SEVERITIES[-1])

    def fails(self, diagnostic: Diagnostic) -> bool:
        """Whether a finding is severe enough to make a run fail."""
        return _is_at_least(diagnostic.severity, self.min_severity or THRESHOLD)


def _is_at_least(severity: str, least: str) -> bool:
    return SEVERITIES.index(severity) <= SEVERITIES.index(least)


class Policies:
    """Makes the policy of each file; files of one configuration for which the same rules are ignored share one."""

    def __init__(self, settings: Settings) -> None:
        """Raises UsageError on settings that cannot be, also those of the working directory's configuration."""
        self._settings = settings
        self._last: tuple[str, Policy] | None = None
        self._made: dict[tuple[str, frozenset[str]], Policy] = {}
        self._baselines: dict[str, Baseline] = {}
        if settings.write_baseline is not None:
            from .baseline import Baseline

            self._baselines[settings.write_baseline] = Baseline(settings.write_baseline)
        self._house: dict[str, list[Rule]] = {}
        self._ignores: dict[str, list[tuple[Patterns, tuple[str, ...]]]] = {}
        self.of("")

    def of(self, path: str) -> Policy:
        """The policy of the file at a path. Raises UsageError on a mistake in its configuration."""
        if self._last is None or self._last[0] != path:  # what is asked of one file comes in a row
            self._last = path, self._find(path)
        return self._last[1]

    def _find(self, path: str) -> Policy:
        if self._settings.configs is None and self._made:
            return next(iter(self._made.values()))
        config = self._settings.configs.of(path) if self._settings.configs else None
        ignored = frozenset(self._ignored(config, path)) if config and config.per_file_ignores else frozenset[str]()
        key = (config.file if config else "", ignored)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._make(config, ignored)
        return found

    def _make(self, config: Config | None, ignored: Iterable[str]) -> Policy:
        found = in_force(config, self._settings._asdict())
        values = {key: setting.value for key, setting in found.items()}
        if config is not None:
            _check_files(config, found, () if self._settings.write_baseline else ("baseline",))
        rules = self._rules(values.get("rules.extend", ()))
        if config is not None:
            _check(config, rules)
        chosen = chosen_rules(values.get("select", ()), (*values.get("ignore", ()), *ignored), rules)
        given, judges = self._settings, self._settings.judges
        running = chosen_rules(given.select, given.ignore, rules) if judges else chosen
        return Policy(
            Engine(
                _weighed(running, values.get("severity", {})),
                target(values.get("qemu"), values.get("libvirt"), values.get("target", ())),
            ),
            rules,
            values.get("min-severity"),
            values.get("require-reason", False),
            None if judges else self._baseline(given.write_baseline or values.get("baseline")),
            _limits(values),
            frozenset(running.keys() - chosen.keys()),
        )

    def _rules(self, files: Iterable[str]) -> dict[str, Rule]:
        """vmlint's rules, and those in files of the user's own."""
        own = catalog.rules()
        found = dict(own)
        for file in dict.fromkeys(files):
            if file not in self._house:
                from .house import read_rules

                self._house[file] = read_rules(file, own)
            for rule in self._house[file]:
                if rule.name in found:
                    raise UsageError(f"{file}: [{rule.name}]: {found[rule.name].file} has a rule of that name")
                found[rule.name] = rule
        return found

    def _baseline(self, path: str | None) -> Baseline | None:
        if path is not None and path not in self._baselines:
            from .baseline import read

            self._baselines[path] = read(path)
        return self._baselines[path] if path is not None else None

    def is_own(self, path: str) -> bool:
        """Whether a file is a report, a baseline or a rule file of this run, which quote what they are about."""
        if not (self._settings.outputs or self._baselines or self._house):
            return False
        return os.path.abspath(path) in map(os.path.abspath, (*self._settings.outputs, *self._baselines, *self._house))

    @property
    def baselines(self) -> list[Baseline]:
        """All baselines that some policy has."""
        return [*self._baselines.values()]

    @property
    def rules(self) -> dict[str, Rule]:
        """All rules that some policy knows, by name."""
        return {name: rule for policy in self._made.values() for name, rule in policy.rules.items()}

    def _ignored(self, config: Config, path: str) -> Iterator[str]:
        """The rules and topics that a configuration leaves out in one file."""
        if config.file not in self._ignores:
            from .patterns import Patterns

            where = partial(config.where, "per-file-ignores")
            self._ignores[config.file] = [
                (Patterns(config.folder, [pattern], where), names) for pattern, names in config.per_file_ignores.items()
            ]
        for patterns, names in self._ignores[config.file]:
            if patterns.match(path):
                yield from names


def _limits(values: Mapping[str, Any]) -> Limits:
    given = ((name, values.get(f"limits.{name}")) for name in Limits._fields)
    return DEFAULT._replace(**{name: value for name, value in given if value is not None})


def _check(config: Config, rules: Mapping[str, Rule]) -> None:
    """Raise UsageError, with the line, for releases that do not exist and names that are neither rule nor topic."""
    _located(config, "qemu", partial(target, qemu=config.qemu))
    _located(config, "libvirt", partial(target, libvirt=config.libvirt))
    for name in config.target:
        _located(config, "target", partial(find, name), name)
    for key, setting in SETTINGS.items():
        for way in _names(getattr(config, field(key)), setting) if setting.names_rules else ():
            _located(config, key, partial(named_rules, way[-1:], rules), *way)


def _check_files(config: Config, found: Mapping[str, InForce], single: Iterable[str]) -> None:
    """Raise UsageError, with the line, for a file that the configuration names and that cannot be read: in its list of
    rule files, or as one of its `single` ones."""
    for name, path in zip(
        config.rules_extend, found["rules.extend"].value if config.rules_extend else (), strict=False
    ):
        _located(config, "rules.extend", partial(check_readable, path), name)
    for key in single:
        if key in found and found[key].is_in_file:
            _located(config, key, partial(check_readable, found[key].value))


def _names(value: Any, setting: Setting) -> Iterator[tuple[str, ...]]:
    """The way to each name of a rule or topic in a value, and the name at its end."""
    if setting.is_table and setting.kind == "texts":
        yield from ((key, name) for key, names in value.items() for name in names)
    else:
        yield from ((name,) for name in value)


def _located(config: Config, key: str, work: Callable[[], object], *below: str) -> None:
    try:
        work()
    except UsageError as error:
        raise UsageError(f"{config.where(key, *below)}: {error}") from error


def _weighed(rules: Mapping[str, Rule], severities: Mapping[str, str]) -> dict[str, Rule]:
    """The rules with the severities that the user gives them; one for a rule counts more than one for its topic."""
    given = {name: severities.get(name) or severities.get(rule.topic) for name, rule in rules.items()}
    return {name: _with_severity(rule, given[name]) for name, rule in rules.items()}


def _with_severity(rule: Rule, severity: str | None) -> Rule:
    if severity is None:
        return rule
    variants = {name: variant._replace(severity=severity) for name, variant in rule.variants.items()}
    return rule._replace(severity=severity, variants=variants)
