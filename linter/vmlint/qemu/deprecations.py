"""What QEMU deprecated and removed: the rows of facts/qemu-deprecations.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property, lru_cache

from ..data import read_toml
from ..light_typing import TYPE_CHECKING, NamedTuple
from ..source import Value
from ..versions import Target, Version, parse

if TYPE_CHECKING:
    from typing import Any

OLDEST_ASKED = "5.2"
"""The oldest of the emulators that were asked whether they take a new form; before it that is not known."""


RELEASES = ("kept-by", "deprecated", "until", "removed")


class Pattern:
    """Texts with a `*` for any characters but a comma; one at the end may stand for commas too."""

    def __init__(self, given: str | Sequence[str]) -> None:
        self._texts = _texts(given)
        self._is_plain = not any("*" in text for text in self._texts)

    def rest(self, text: str) -> str | None:
        """What the `*` at the end stands for in a text, '' where there is none; None for a text that does not fit."""
        if self._is_plain:
            return "" if text in self._texts else None
        found = self._expression.match(text)
        return None if found is None else found["rest"] or ""

    @cached_property  # most are never needed, and to make them takes long
    def _expression(self) -> re.Pattern[str]:
        begun = "|".join(_expression(text[:-1]) for text in self._texts if text.endswith("*"))
        whole = [_expression(text) for text in self._texts if not text.endswith("*")]
        alternatives = "|".join([f"(?:{begun})(?P<rest>.*)" if begun else "(?P<rest>(?!))", *whole])
        return re.compile(rf"(?:{alternatives})\Z", re.DOTALL)


class Row(NamedTuple):
    """One way to write what QEMU deprecated or removed."""

    id: str
    options: tuple[str, ...]
    at: tuple[str, ...]
    """Parameters to look at; empty: the option itself, or its argument as a whole."""
    values: Pattern | None
    """What the value must be, else any."""
    where: Mapping[str, Pattern | bool]
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
    types_from: Version | None
    """With machine types of this release and later it means that on all releases."""
    silent: bool
    """Whether releases that deprecate it print no warning."""
    change: Mapping[str, Any]
    """The new form: the rest of the row, for whoever writes it."""

    def state(self, target: Target, is_kept: bool = False) -> str:
        """`removed` or `deprecated` on a release that the target admits, or ''; `is_kept`: by the machine type."""
        if self.removed is not None and target.admits_from("qemu", self.removed) and not is_kept:
            return "removed"
        if self.deprecated is None or not target.admits_from("qemu", self.deprecated):
            return ""
        return "deprecated" if self.until is None or target.admits_before("qemu", self.until) else ""


class Match(NamedTuple):
    """A row that an option matches: the parameter and its value, None where the option itself is meant."""

    row: Row
    name: str
    value: Value | None
    rest: str
    """What a `*` at the end of the row's value stands for."""


@cache
def _tables() -> dict[str, list[dict[str, Any]]]:
    return read_toml("rules/facts/qemu-deprecations.toml")


def kinds() -> list[str]:
    """The kinds of things that there are rows of: tables of facts/qemu-deprecations.toml."""
    return list(_tables())


@cache  # for each kind by itself: a domain in XML needs few of the rows
def rows(kind: str) -> list[Row]:
    """The rows of a kind, in the order of the file."""
    return [_row(table) for table in _tables().get(kind, ())]


@cache
def by_option(kind: str) -> dict[str, list[Row]]:
    """The rows of a kind by the options in which they stand."""
    found: dict[str, list[Row]] = {}
    for row in rows(kind):
        for option in row.options:
            found.setdefault(option, []).append(row)
    return found


@lru_cache(maxsize=1024)
def named(kind: str, name: str, arch: str) -> Match | None:
    """The first row of a kind that a name fits, on an architecture ('' where it is not told)."""
    for row in rows(kind):
        rest = row.values.rest(name) if row.values is not None and is_for(row, arch) else None
        if rest is not None:
            return Match(row, name, None, rest)
    return None


@lru_cache(maxsize=1024)
def is_named(kind: str, name: str) -> bool:
    """Whether a name fits a row of a kind on any architecture."""
    return any(row.values is not None and row.values.rest(name) is not None for row in rows(kind))


def is_for(row: Row, arch: str) -> bool:
    """Whether a row is about an architecture."""
    return not row.arches or arch in row.arches


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
        values=Pattern(read.pop("is")) if "is" in read else None,
        where={name: given if isinstance(given, bool) else Pattern(given) for name, given in conditions},
        arches=tuple(read.pop("arch", ())),
        machines=tuple(read.pop("on", ())),
        works=parse(read.pop("works", OLDEST_ASKED)),
        types_from=parse(read.pop("types-from")) if "types-from" in read else None,
        silent=read.pop("silent", False),
        change=read,
        **{key.replace("-", "_"): version for key, version in versions.items()},
    )


def _texts(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _expression(text: str) -> str:
    return "[^,]*".join(map(re.escape, text.split("*")))
