"""What QEMU deprecated and removed: rows of facts/qemu-deprecations.toml, and whether an option has what one says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

from ..data import read_toml
from ..model import Node
from ..source import Value
from ..versions import Target, Version, parse
from .arguments import JSON_START
from .commandline import OptionNode
from .device import Device
from .machine_types import machine_type
from .machines import arch_of, kind_of_command, machine_of
from .optstring import Param

OLDEST_ASKED = "5.2"
"""The oldest of the emulators that were asked whether they take a new form; before it that is not known."""


RELEASES = ("kept-by", "deprecated", "until", "removed")


class Row(NamedTuple):
    """One way to write what QEMU deprecated or removed."""

    id: str
    options: tuple[str, ...]
    at: tuple[str, ...]
    """Parameters to look at; empty: the option itself, or its argument as a whole."""
    values: re.Pattern[str] | None
    """What the value must be, else any."""
    where: Mapping[str, re.Pattern[str] | bool]
    """What other parameters must be."""
    arches: tuple[str, ...]
    """The only architectures on which it means this; empty: all."""
    machines: tuple[str, ...]
    """The only machines on which it does, by name or as kind_of_machine calls them; empty: all."""
    kept_by: Version | None
    """Machine types older than this release keep it working, with a warning."""
    deprecated: Version | None
    until: Version | None
    """The release that took the deprecation back."""
    removed: Version | None
    works: Version
    """The oldest release on which the new form is known to mean what the old one did."""
    silent: bool
    """Whether releases that deprecate it print no warning."""
    change: Mapping[str, Any]
    """The new form: the rest of the row, for whoever writes it."""

    def state(self, target: Target, command: Node | None = None) -> str:
        """`removed` or `deprecated` on a release that the target admits, or ''; for a machine of that command."""
        if self.removed is not None and target.admits_from("qemu", self.removed) and not self._is_kept(command):
            return "removed"
        if self.deprecated is None or not target.admits_from("qemu", self.deprecated):
            return ""
        return "deprecated" if self.until is None or target.admits_before("qemu", self.until) else ""

    def _is_kept(self, command: Node | None) -> bool:
        found = machine_type(machine_of(command) or "", "") if self.kept_by is not None else None
        return found is not None and self.kept_by is not None and found.came < self.kept_by


class Match(NamedTuple):
    """A row that an option matches: the parameter and its value, None where the option itself is meant."""

    row: Row
    name: str
    value: Value | None
    rest: str
    """What a `*` at the end of the row's value stands for."""


class Given:
    """The parameters of an option, in either way of writing them."""

    def __init__(self, node: OptionNode) -> None:
        self.node = node

    @cached_property
    def _json(self) -> Device | None:
        is_json = self.node.option.json and JSON_START.match(self.node.text.text)
        return Device(self.node) if is_json else None

    def value(self, name: str) -> Value | None:
        """The value of a parameter, None where it is not given."""
        return self.node.value(name) if self._json is None else self._json.value(name)

    def param(self, name: str) -> Param | None:
        """The last parameter of that name in an option string; None where it is JSON, or not given."""
        params = () if self._json is not None else self.node.params
        return next((param for param in reversed(params) if param.key == name), None)


@cache
def facts() -> dict[str, list[Row]]:
    """The rows of facts/qemu-deprecations.toml by their kind."""
    tables = read_toml("rules/facts/qemu-deprecations.toml")
    return {kind: [_row(table) for table in several] for kind, several in tables.items()}


@cache
def _by_option() -> dict[str, dict[str, list[Row]]]:
    """By kind and option, in the order of the file."""
    found: dict[str, dict[str, list[Row]]] = {}
    for kind, several in facts().items():
        for row in several:
            for option in row.options:
                found.setdefault(kind, {}).setdefault(option, []).append(row)
    return found


@lru_cache(maxsize=1024)
def named(kind: str, name: str, arch: str) -> Match | None:
    """The first row of a kind that a name fits, on an architecture ('' where it is not told)."""
    for row in facts().get(kind, ()):
        found = row.values.match(name) if row.values is not None and _is_for(row, arch) else None
        if found is not None:
            return Match(row, name, None, found["rest"] or "")
    return None


def _is_for(row: Row, arch: str) -> bool:
    return not row.arches or arch in row.arches


def matches(kind: str, node: OptionNode) -> Iterator[Match]:
    """What an option has of a kind; for each parameter the first row that fits."""
    given, command = Given(node), node.parent
    taken: set[str] = set()
    for row in _by_option().get(kind, {}).get(node.name, ()):
        machines = row.machines and {kind_of_command(command), machine_of(command)}
        is_for = _is_for(row, arch_of(command)) and (not machines or not machines.isdisjoint(row.machines))
        if not is_for or not all(_holds(given, *pair) for pair in row.where.items()):
            continue
        for name in row.at or ("",):
            match = None if name in taken else _match(row, name, given)
            if match is not None:
                taken.add(name)
                yield match


def _match(row: Row, name: str, given: Given) -> Match | None:
    value = given.value(name) if name else given.node.argument
    if value is None and (name or row.values is not None):
        return None
    if row.values is None or value is None:
        return Match(row, name, value, "")
    found = row.values.match(value.text)
    return None if found is None else Match(row, name, value, found["rest"] or "")


def _holds(given: Given, name: str, wanted: re.Pattern[str] | bool) -> bool:
    value = given.value(name)
    if isinstance(wanted, bool):
        return (value is not None) is wanted
    return value is not None and wanted.match(value.text) is not None


def _row(table: Mapping[str, Any]) -> Row:
    read = dict(table)
    versions = {
        key: parse(read.pop(key)) if key in read else None for key in ("kept-by", "deprecated", "until", "removed")
    }
    conditions = read.pop("where", {}).items()
    return Row(
        id=read.pop("id"),
        options=_texts(read.pop("option", ())),
        at=_texts(read.pop("at", ())),
        values=_pattern(read.pop("is")) if "is" in read else None,
        where={name: given if isinstance(given, bool) else _pattern(given) for name, given in conditions},
        arches=tuple(read.pop("arch", ())),
        machines=tuple(read.pop("on", ())),
        works=parse(read.pop("works", OLDEST_ASKED)),
        silent=read.pop("silent", False),
        change=read,
        **{key.replace("-", "_"): version for key, version in versions.items()},
    )


def _texts(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _pattern(given: str | Sequence[str]) -> re.Pattern[str]:
    """Texts with a `*` for any characters but a comma, as one expression; one at the end may stand for commas too."""
    texts = _texts(given)
    begun = "|".join(_expression(text[:-1]) for text in texts if text.endswith("*"))
    whole = [_expression(text) for text in texts if not text.endswith("*")]
    alternatives = "|".join([f"(?:{begun})(?P<rest>.*)" if begun else "(?P<rest>(?!))", *whole])
    return re.compile(rf"(?:{alternatives})\Z", re.DOTALL)


def _expression(text: str) -> str:
    return "[^,]*".join(map(re.escape, text.split("*")))
