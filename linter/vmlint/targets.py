"""The releases of distributions that `--target` and `vmlint upgrade` may name, read strictly from facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from .data import read_toml
from .discover import UsageError
from .light_typing import TYPE_CHECKING, NamedTuple
from .suggest import suggestion
from .versions import System, Target, Version, parse

if TYPE_CHECKING:
    from typing import Any

FACTS = "rules/facts/distributions.toml"
NAME = re.compile(r"[a-z]+(?:-[a-z]+)*-\d+(?:\.\d+)?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
QEMU_RELEASE = re.compile(r"qemu-(\d+\.\d+)")
"""A release of QEMU by itself, for hosts of no distribution."""
ALL = "all"
LISTED = "; 'vmlint targets' lists them all"
KEYS: dict[str, type] = {"title": str, "qemu": str, "libvirt": str, "packages": list, "source": str, "seen": str}
OPTIONAL = frozenset(("libvirt",))


class TargetError(ValueError):
    """A mistake in the facts; the message names file and key."""


class Distribution(NamedTuple):
    """A release of a distribution.

    `qemu` and `libvirt` are series (`7.2` for all 7.2.x); `libvirt` is empty where it has none. `seen`: the day on
    which the source was looked at.
    """

    name: str
    title: str
    qemu: str
    libvirt: str
    packages: tuple[str, ...] = ()
    source: str = ""
    seen: str = ""

    @property
    def versions(self) -> str:
        """`QEMU 7.2, libvirt 9.0`."""
        return f"QEMU {self.qemu}, libvirt {self.libvirt}" if self.libvirt else f"QEMU {self.qemu}"

    @property
    def series(self) -> str:
        """The name without its last part, which also means this release if it is the newest: `rhel-9`."""
        return self.name.partition(".")[0]


def load(tables: Mapping[str, Any], releases: Mapping[str, list[str]]) -> dict[str, Distribution]:
    """Distributions by name, from parsed TOML; `releases` are those known of each product. Raises TargetError."""
    return {name: _distribution(f"{FACTS}: [{name}]", name, table, releases) for name, table in tables.items()}


def _distribution(where: str, name: str, table: Any, releases: Mapping[str, list[str]]) -> Distribution:
    if not NAME.fullmatch(name):
        raise TargetError(f"{where}: a name is words and a number, joined by '-', such as 'rhel-9.6'")
    if not isinstance(table, dict):
        raise TargetError(f"{where}: must be a table")
    for key in table:
        if key not in KEYS:
            raise TargetError(f"{where}: unknown key '{key}'; known are {', '.join(KEYS)}")
    for key, kind in KEYS.items():
        if key not in table and key not in OPTIONAL:
            raise TargetError(f"{where}: '{key}' is missing")
        if key in table and (not isinstance(table[key], kind) or not table[key]):
            raise TargetError(f"{where}: '{key}' must be a {kind.__name__} that is not empty")
    for product in ("qemu", "libvirt"):
        if product in table and table[product] not in releases[product]:
            raise TargetError(f"{where}: {product} '{table[product]}' does not stand in rules/facts/releases.toml")
    if not DAY.fullmatch(table["seen"]):
        raise TargetError(f"{where}: 'seen' must be a day, such as '2026-11-25'")
    if not all(isinstance(package, str) for package in table["packages"]):
        raise TargetError(f"{where}: 'packages' must be a list of texts")
    fields = {"libvirt": "", **table, "packages": tuple(table["packages"])}
    return Distribution(name, **fields)


@cache
def distributions() -> dict[str, Distribution]:
    """All distributions by name, in the order of the file."""
    return load(read_toml(FACTS), _releases())


def newest() -> list[Distribution]:
    """The newest release of each series."""
    last = {found.series: found for found in sorted(distributions().values(), key=_number)}
    return [found for found in distributions().values() if last[found.series] is found]


def find(name: str) -> Distribution:
    """The release with a name, the newest of a series (`rhel-9`), or a release of QEMU alone (`qemu-11.1`).

    Raises UsageError where there is none.
    """
    release = QEMU_RELEASE.fullmatch(name)
    if release and release[1] in _releases()["qemu"]:
        return Distribution(name, f"QEMU {release[1]}", release[1], "")
    by_series = {found.series: found for found in newest()}
    found = distributions().get(name) or by_series.get(name)
    if found is None:
        raise UsageError(f"no target is called '{name}'{suggestion(name, [*distributions(), *by_series]) or LISTED}")
    return found


def find_all(names: Iterable[str]) -> list[Distribution]:
    """The releases that some names mean, each once; `all` is the newest of each series. Raises UsageError."""
    found = [each for name in names for each in (newest() if name == ALL else [find(name)])]
    return list(dict.fromkeys(found))


def admitted_by(found: Iterable[Distribution]) -> Target:
    """The releases that a configuration must hold on to hold on all of some distributions.

    Where none of them has libvirt, that is none; but for a release of QEMU by itself, with which it is the newest.
    """
    chosen = list(found)
    systems = tuple(System(each.name, each.title) for each in chosen if each.packages)
    libvirt = {parse(each.libvirt) for each in chosen if each.libvirt}
    if not libvirt and not systems:
        libvirt = {parse(_releases()["libvirt"][-1])}
    return Target(_sorted(parse(each.qemu) for each in chosen), _sorted(libvirt), systems=systems)


def _sorted(versions: Iterable[Version]) -> tuple[Version, ...]:
    return tuple(sorted(set(versions)))


def _number(found: Distribution) -> Version:
    return parse(found.name.rpartition("-")[2])


@cache
def _releases() -> dict[str, list[str]]:
    return read_toml("rules/facts/releases.toml")
