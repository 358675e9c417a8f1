"""What one device, object, machine or back end of QEMU knows: facts/properties/*.toml, each read when first asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from ..data import read_toml
from ..light_typing import NamedTuple
from ..source import OPAQUE
from .jsontext import json_members
from .options import Option
from .optstring import Param
from .parameters import BOOLEAN, VALUE, WORD, Parameter, read_mark, read_parameters

MACHINE_VERSION = re.compile(r"-\d+(?:\.\d+)+(?:\.\w+)?$")
MACHINE_FAMILIES = {"pc-q35": "q35", "pc-i440fx": "pc"}

UNDERSCORES = read_mark(VALUE, "7.2..")
"""Where a machine's property may be written with `_` for `-`: `mem_merge`. Measured: 5.2 does not read it, 7.2 does."""


class Known(NamedTuple):
    """What is known of the parameters of one option as it stands in a command line."""

    option: Option
    kind: str
    """The device, object, machine or back end it makes; '' where the text does not say or a variable does."""

    @property
    def is_told(self) -> bool:
        """Whether its parameters are those of one kind that is known, not of all that there may be."""
        return not self.option.properties or self.itself is not None

    @property
    def itself(self) -> Parameter | None:
        """Which releases have what it makes, as if that were a parameter; None where it is not known."""
        return releases_of(self.option.properties, self.kind) if self.option.properties else None

    def get(self, name: str) -> Parameter | None:
        """The parameter of that name; None: it has none, as far as is known."""
        section = self.option.properties
        if name in self.option.parameters or not section:
            return self.option.parameters.get(name)
        table = properties(section, self.kind)
        if table is None:
            table = all_properties(section)
        found = table.get(name)
        if found is None and section == "blockdev" and "." in name:  # file.locking: of the node below
            return all_properties(section).get(name.partition(".")[2])
        if found is None and section == "machine" and "_" in name:
            dashed = table.get(name.replace("_", "-"))
            return dashed.within(UNDERSCORES) if dashed else None
        return found


def known_parameters(option: Option, text: str, params: Sequence[Param]) -> Known:
    """What is known of an option with that argument."""
    return Known(option, _kind(option, text, params) if option.properties else "")


def _kind(option: Option, text: str, params: Sequence[Param]) -> str:
    if text.startswith("{"):
        kinds = [member.value.strip('"') for member in json_members(text) if member.name in option.kind_keys]
    else:
        kinds = [param.value for param in params if param.key in option.kind_keys]
    kind = kinds[-1] if kinds and OPAQUE not in kinds[-1] else ""
    if option.properties == "machine":
        kind = MACHINE_VERSION.sub("", kind)
        kind = MACHINE_FAMILIES.get(kind, kind)
    return kind


@cache
def _tables(section: str) -> dict[str, dict[str, Any]]:
    return read_toml(f"rules/facts/properties/{section}.toml")


@cache
def releases_of(section: str, kind: str) -> Parameter | None:
    """Which releases have a `device`, `object`, … of that kind; None where the kind is not known."""
    table = _tables(section).get(kind)
    if table is None:
        return None
    there = read_mark(VALUE, table.get("releases", ""))
    above = releases_of(section, table["parent"]) if "parent" in table else None
    return there.within(above) if above is not None else there


@cache
def properties(section: str, kind: str) -> Mapping[str, Parameter] | None:
    """What a `device`, `object`, … of that kind knows, those above it included; None where the kind is not known.

    Source: the header of the file.
    """
    tables, there = _tables(section), releases_of(section, kind)
    if there is None:
        return None
    found: dict[str, Parameter] = {}
    name = kind
    while name:
        found = read_parameters(tables[name]) | found
        name = tables[name].get("parent", "")
    return {name: parameter.within(there) for name, parameter in found.items()}


@cache
def all_properties(section: str) -> Mapping[str, Parameter]:
    """The parameters of all kinds: a boolean is one for all that have it, and missing where no kind has it."""
    found: dict[str, Parameter] = {}
    for kind in _tables(section):
        for name, parameter in (properties(section, kind) or {}).items():
            found[name] = _merged(found[name], parameter) if name in found else parameter
    return found


def _merged(one: Parameter, other: Parameter) -> Parameter:
    takes = {one.takes, other.takes}
    came = min(one.came, other.came) if one.came and other.came else None
    went = max(one.went, other.went) if one.went and other.went else None
    return Parameter(VALUE if VALUE in takes else WORD if WORD in takes else BOOLEAN, came, went)
