"""Whether an option has what a row of facts/qemu-deprecations.toml is about."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from ..model import Node
from ..source import Value
from ..versions import Version, parse
from .arguments import JSON_START
from .commandline import OptionNode
from .deprecations import OLDEST_ASKED, Match, Pattern, Row, by_option, is_for
from .device import Device
from .machine_types import is_of_distribution, machine_type
from .machines import arch_of, kind_of_command, machine_of
from .optstring import Param


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


def matches(kind: str, node: OptionNode) -> Iterator[Match]:
    """What an option has of a kind; for each parameter the first row that fits."""
    given, command = Given(node), node.parent
    taken: set[str] = set()
    for row in by_option(kind).get(node.name, ()):
        machines = row.machines and {kind_of_command(command), machine_of(command)}
        applies = is_for(row, arch_of(command)) and (not machines or not machines.isdisjoint(row.machines))
        if not applies or not all(_holds(given, *pair) for pair in row.where.items()):
            continue
        for name in row.at or ("",):
            match = None if name in taken else _match(row, name, given)
            if match is not None:
                taken.add(name)
                is_new = row.types_from is not None and _has_type_from(row.types_from, command)
                yield match._replace(row=row._replace(works=parse(OLDEST_ASKED))) if is_new else match


def _match(row: Row, name: str, given: Given) -> Match | None:
    value = given.value(name) if name else given.node.argument
    if value is None and (name or row.values is not None):
        return None
    if row.values is None or value is None:
        return Match(row, name, value, "")
    rest = row.values.rest(value.text)
    return None if rest is None else Match(row, name, value, rest)


def _holds(given: Given, name: str, wanted: Pattern | bool) -> bool:
    value = given.value(name)
    if isinstance(wanted, bool):
        return (value is not None) is wanted
    return value is not None and wanted.rest(value.text) is not None


def _has_type_from(release: Version, command: Node | None) -> bool:
    """Whether the machine type of a command is certainly of a release or later; one that names none is the newest."""
    machine, arch = machine_of(command), arch_of(command)
    found = machine_type(machine or "", "")
    if machine is None or found is not None:
        return found is not None and found.came >= release
    return kind_of_command(command) != "" and not is_of_distribution(machine, arch)


def is_kept(row: Row, node: OptionNode) -> bool:
    """Whether the machine type of the command is so old that it still takes what newer ones refuse."""
    found = machine_type(machine_of(node.parent) or "", "") if row.kept_by is not None else None
    return found is not None and row.kept_by is not None and found.came < row.kept_by
