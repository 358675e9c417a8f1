"""What distributions leave out of their QEMU, or have elsewhere: the rows of facts/left-out.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from ..data import read_toml
from ..light_typing import NamedTuple
from ..model import Node
from ..source import Value
from ..versions import System, Version, parse

EMULATOR = "emulator"
"""The kind of the rows that are about paths."""


class Scope(NamedTuple):
    """The releases of a distribution from one on."""

    vendor: str
    since: Version

    def among(self, systems: Sequence[System]) -> list[System]:
        """Those of some distributions that are meant."""
        return [each for each in systems if each.vendor == self.vendor and each.release >= self.since]


class Row(NamedTuple):
    """One thing that a distribution leaves out, at one place where a configuration can name it."""

    scope: Scope
    what: str
    instead: str
    at: str
    values: frozenset[str]
    where: Mapping[str, Sequence[str]]
    unless: Mapping[str, Sequence[str]]

    def fits(self, node: Node) -> Value | None:
        """What of a node names the thing, if it does."""
        value = node.value(self.at) if self.at else node.text
        if value is None or (self.values and (value.opaque or value.text not in self.values)):
            return None
        holds = all(_is_one(node, path, wanted) is True for path, wanted in self.where.items())
        is_other = any(_is_one(node, path, wanted) is not False for path, wanted in self.unless.items())
        return value if holds and not is_other else None


class Emulator(NamedTuple):
    """Paths of emulators that others have and a distribution has not, and what it has, with `{arch}` in it."""

    scope: Scope
    paths: re.Pattern[str]
    instead: str


@cache
def left_out() -> dict[str, list[Row]]:
    """The rows by the place where a configuration names the thing: the path of an element, or an option."""
    found: dict[str, list[Row]] = {}
    for kind, tables in _tables().items():
        for table in tables if kind != EMULATOR else ():
            for place in table["places"]:
                found.setdefault(place["in"], []).append(_row(table, place))
    return found


@lru_cache(maxsize=64)
def left_out_of(systems: tuple[System, ...]) -> Mapping[str, list[tuple[str, Row, list[System]]]]:
    """The rows about some distributions, with the place and the distributions, by the name of the element or option."""
    found: dict[str, list[tuple[str, Row, list[System]]]] = {}
    for place, several in left_out().items():
        for row in several:
            if meant := row.scope.among(systems):
                found.setdefault(place.rpartition("/")[2], []).append((place, row, meant))
    return found


@cache
def emulators() -> list[Emulator]:
    """The rows on paths of emulators."""
    return [Emulator(_scope(table), re.compile(table["paths"]), table["instead"]) for table in _tables()[EMULATOR]]


def _is_one(node: Node, path: str, wanted: Sequence[str]) -> bool | None:
    """Whether a value is one of some; None where that is not to be seen."""
    value = node.get(path)
    if value is None:
        return False
    return None if value.opaque else value.text in wanted


def _row(table: Mapping[str, Any], place: Mapping[str, Any]) -> Row:
    return Row(
        _scope(table),
        table["what"],
        table.get("instead", ""),
        place.get("at", ""),
        frozenset(place.get("is", ())),
        place.get("where", {}),
        place.get("unless", {}),
    )


def _scope(table: Mapping[str, Any]) -> Scope:
    return Scope(table["of"], parse(table["from"]))


def _tables() -> dict[str, list[dict[str, Any]]]:
    return read_toml("rules/facts/left-out.toml")
