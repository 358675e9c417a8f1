"""What libvirt no longer takes or passes over in domain XML: the rows of facts/libvirt-deprecations.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from ..data import read_toml
from ..light_typing import TYPE_CHECKING, NamedTuple
from ..model import Node
from ..qemu.machine_kinds import kind_of_machine
from ..source import Value
from ..versions import Version, parse
from .values import known_text

if TYPE_CHECKING:
    from typing import Any

OUTSIDE = "../"
"""What begins the path of a value of the element around."""


class Row(NamedTuple):
    """One way to write what libvirt removed or ignores."""

    id: str
    paths: tuple[str, ...]
    at: str
    values: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    only_on: tuple[str, ...]
    """Kinds of machines that have it; empty for what does not depend on the machine."""
    removed: Version | None
    set: str | None
    drop: bool
    instead: str
    source: str


@cache
def facts() -> dict[str, list[Row]]:
    """The rows by what became of them: `removed`, `ignored`."""
    tables = read_toml("rules/facts/libvirt-deprecations.toml")
    return {kind: [_row(table) for table in several] for kind, several in tables.items()}


def concerns(kind: str, node: Node) -> bool:
    """Whether rows of a kind may be about an element: a quick look, which few elements pass."""
    for at, values in _looks(kind).get(node.name, ()):
        text = node.plain(at)
        if text is not None and (not values or text.strip() in values):
            return True
    return False


@cache
def _looks(kind: str) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """The attributes that the rows of a kind are about, and their values, by the name of the element."""
    return {name: [(row.at, row.values) for row in rows] for name, rows in _by_name()[kind].items()}


def matches(kind: str, node: Node, root: Node) -> Iterator[tuple[Row, Value]]:
    """The rows of a kind that an element below `root` fits, and the value that each is about."""
    for row in _by_name()[kind].get(node.name, ()):
        value = node.value(row.at) if row.at else node.text
        if value is None or not _is_one(value, row.values) or _path(node, root) not in row.paths:
            continue
        if row.only_on and _kind_of_domain(root) in ("", *row.only_on):
            continue
        if all(_is_one(_get(node, where), wanted) for where, wanted in row.where.items()):
            yield row, value


@cache
def _by_name() -> dict[str, dict[str, list[Row]]]:
    """The rows by what became of them, and by the name of the element that they are about."""
    found: dict[str, dict[str, list[Row]]] = {}
    for kind, rows in facts().items():
        by_name = found.setdefault(kind, {})
        for row in rows:
            for name in {path.rpartition("/")[2] for path in row.paths}:
                by_name.setdefault(name, []).append(row)
    return found


def _path(node: Node, root: Node) -> str:
    """The names of an element and those around it up to `root`, as rules select them."""
    return root.name if node == root or node.parent is None else f"{_path(node.parent, root)}/{node.name}"


def _kind_of_domain(root: Node) -> str:
    """What kind of machine a domain has; '' where it is not known."""
    return kind_of_machine(known_text(root, "os/type@machine"), known_text(root, "os/type@arch"))


def _get(node: Node, path: str) -> Value | None:
    return node.parent.get(path[len(OUTSIDE) :]) if path.startswith(OUTSIDE) and node.parent else node.get(path)


def _is_one(value: Value | None, wanted: Sequence[str]) -> bool:
    return value is not None and not value.opaque and (not wanted or value.text.strip() in wanted)


def _row(table: Mapping[str, Any]) -> Row:
    removed = table.get("removed")
    return Row(
        id=table["id"],
        paths=_texts(table["in"]),
        at=table.get("at", ""),
        values=_texts(table.get("is", ())),
        where={path: _texts(wanted) for path, wanted in table.get("where", {}).items()},
        only_on=_texts(table.get("only-on", ())),
        removed=parse(removed) if removed else None,
        set=table.get("set"),
        drop=table.get("drop", False),
        instead=table["instead"],
        source=table["source"],
    )


def _texts(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
