"""What a run looks for: the rules that names choose, and the releases that a configuration must hold on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .data import read_toml
from .discover import UsageError
from .model import Rule
from .suggest import suggestion
from .targets import admitted_by, find_all
from .versions import Target, Version, admitted, parse

ALWAYS = "input"
"""The topic of what cannot be read: chosen or not, a file that was not looked at must not pass as clean."""
LISTED = "; 'vmlint rule' lists them all"


def target(qemu: str | None = None, libvirt: str | None = None, names: Iterable[str] = ()) -> Target:
    """The releases that two specifier sets admit; where one is not given, those of some distributions, or the newest.

    Raises UsageError.
    """
    known = read_toml("rules/facts/releases.toml")
    found = find_all(names)
    named = admitted_by(found) if found else None
    return Target(
        named.qemu if named and qemu is None else _releases("QEMU", qemu, known["qemu"]),
        named.libvirt if named and libvirt is None else _releases("libvirt", libvirt, known["libvirt"]),
        names_qemu=named is not None or qemu is not None,
        systems=named.systems if named and qemu is None else (),
    )


def _releases(product: str, spec: str | None, known: list[str]) -> tuple[Version, ...]:
    try:
        return admitted(spec, known) if spec is not None else (parse(known[-1]),)
    except ValueError as error:
        raise UsageError(f"{product} '{spec}'{error}") from error


def chosen_rules(select: Iterable[str], ignore: Iterable[str], rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """The rules that names of rules and topics choose. Raises UsageError for a name that is neither."""
    wanted = named_rules(select, rules) or set(rules)
    wanted.update(rule.name for rule in rules.values() if rule.topic == ALWAYS)
    unwanted = named_rules(ignore, rules)
    return {name: rule for name, rule in rules.items() if name in wanted and name not in unwanted}


def named_rules(names: Iterable[str], rules: Mapping[str, Rule]) -> set[str]:
    """The names of the rules that names of rules and topics mean. Raises UsageError for a name that is neither."""
    topics = {rule.topic for rule in rules.values()}
    found: set[str] = set()
    for name in names:
        if name not in rules and name not in topics:
            raise UsageError(f"no rule or topic is called '{name}'{suggestion(name, [*rules, *topics]) or LISTED}")
        found.update(rule.name for rule in rules.values() if name in (rule.name, rule.topic))
    return found
