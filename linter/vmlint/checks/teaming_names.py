"""Rules on the aliases by which the sides of a teaming pair find each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.aliases import USER_ALIAS
from ..libvirt.sides import PERSISTENT, TRANSIENT, Side, is_virtio, octets_of
from ..libvirt.teaming import (
    AUTOMATIC_ALIAS,
    ITSELF,
    NOTHING,
    OTHER_DEVICE,
    OTHER_TRANSIENT,
    PLAIN_NIC,
    UNNAMED,
    Team,
)
from ..libvirt.values import known_text
from ..libvirt.words import one_letter_apart
from ..model import Node
from ..source import Edit
from ..versions import parse

EMPTY_NAME_REFUSED = parse("7.1")
"""Since when libvirt takes `persistent=''` as none (measured on 7.0, 9.0 and 11.3)."""
TWO_REFUSED = parse("7.2")
"""A QEMU that refuses a second primary device; 5.2 does not (measured; what lies between was not)."""
PREFIX = re.compile(r"ua[-_.]", re.IGNORECASE)
NOT_IN_ALIAS = re.compile(r"[^A-Za-z0-9_-]+")


def alias_dropped(node: Node, context: Context) -> Iterator[Finding]:
    """A persistent interface whose alias libvirt drops, or that has none."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != PERSISTENT or not side.is_interface or side.team.is_live:
        return
    team = side.team
    alias = side.device.get("alias@name")
    if alias is None or side.has_no_alias:
        if team.nameless and not side.may_differ:
            yield _nameless(team, side)
    elif not alias.opaque and not team.keeps(alias.text):
        new, namers = team.free_alias(_sanitised(alias.text)), team.by_name.get(alias.text, [])
        edits: tuple[Edit, ...] = ()
        if new and len(namers) == 1 and team.is_pair(namers[0], side) and not team.mentions(alias.text):
            edits = (*alias.replace(0, len(alias.text), new), *_point_at(namers[0], new))
        fields = {"alias": alias.text, "new": new}
        notes = tuple(("transient", namer.named) for namer in namers if namer.named is not None)
        yield Finding(alias, fields, edits if len(edits) > 1 else (), notes=notes)


def _nameless(team: Team, side: Side) -> Finding:
    """A persistent interface without an alias; it is given the name that exactly one transient one looks for."""
    if not team.transients:
        return Finding(side.device, {}, variant="alone")
    wanting = team.dangling[0] if len(team.dangling) == len(team.nameless) == 1 else None
    if wanting is None or not USER_ALIAS.fullmatch(wanting.name):
        return Finding(side.device, {}, variant="missing")
    name = wanting.name
    safety = "safe" if _same_mac(side, wanting) else "unsafe"
    edits = () if team.has_rival(side, wanting.device) else _add_alias(side, name)
    return Finding(side.device, {"new": name}, edits, "named", (("transient", wanting.named or side.device),), safety)


def persistent_not_found(node: Node, context: Context) -> Iterator[Finding]:
    """A transient side that names no persistent one."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != TRANSIENT or side.named is None:
        return
    team = side.team
    word, device = team.resolve(side)
    fields = {"name": side.name, "device": device.name if device else ""}
    at = side.named
    if word == NOTHING:
        if not (len(team.nameless) == 1 and len(team.dangling) == 1 and USER_ALIAS.fullmatch(side.name)):
            meant = _meant(team, side)
            edits = team.offer(_point_at(side, meant.alias)) if meant else ()
            yield Finding(at, fields | {"meant": meant.alias if meant else ""}, edits)
    elif word == PLAIN_NIC and device is not None:
        notes = (("named", device),)
        yield Finding(at, fields, team.offer(_make_persistent(side, device)), "nic", notes)
    elif word in (ITSELF, OTHER_TRANSIENT, OTHER_DEVICE) and device is not None:
        yield Finding(at, fields, (), word, () if word == ITSELF else (("named", device),))


def automatic_alias(node: Node, context: Context) -> Iterator[Finding]:
    """A transient side that names an alias which libvirt gives by itself."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != TRANSIENT or side.named is None:
        return
    team = side.team
    word, device = team.resolve(side)
    if word != AUTOMATIC_ALIAS:
        return
    target, fields = team.side(device), {"name": side.name}
    if device is None:
        yield Finding(side.named, fields, variant="unclear")
    elif target is None or target.role != PERSISTENT:
        yield Finding(side.named, fields, variant="other", notes=(("named", device),))
    else:
        new = team.free_alias(f"ua-{side.name}")
        edits = (*_add_alias(target, new), *_point_at(side, new)) if new and team.is_pair(side, target) else ()
        yield Finding(side.named, fields | {"new": new}, edits, notes=(("named", device),))


def no_persistent_name(node: Node, context: Context) -> Iterator[Finding]:
    """A transient side that names nothing at all."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != TRANSIENT or side.team.resolve(side)[0] != UNNAMED or side.may_differ:
        return
    team = side.team
    accepted = side.named is not None and context.target.admits_before("libvirt", EMPTY_NAME_REFUSED)
    free = team.free
    edits: tuple[Edit, ...] = ()
    if len(free) == 1 and not team.is_open and not (_other_mac(side, free[0]) or team.has_rival(free[0], side.device)):
        edits = team.offer(_point_at(side, free[0].alias))
    safety = "safe" if free and _same_mac(side, free[0]) and not accepted else "unsafe"
    fields = {"new": free[0].alias if free else ""}
    yield Finding(side.named or side.teaming, fields, edits, "empty" if accepted else "", safety=safety)


def persistent_shared(node: Node, context: Context) -> Iterator[Finding]:
    """A second transient side that names the same persistent one."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != TRANSIENT or side.team.target(side) is None or side.team.has_template_parts:
        return
    team = side.team
    first = team.by_name[side.name][0]
    if first is not side and side.named is not None and first.named is not None:
        variant = "" if context.target.admits_from("qemu", TWO_REFUSED) else "older"
        yield Finding(side.named, {"name": side.name}, (), variant, (("first", first.named),))


def alias_repeated(node: Node, context: Context) -> Iterator[Finding]:
    """A side of a pair with the alias of another device."""
    side = context.of_root(Team).at(node)
    alias = side.device.get("alias@name") if side is not None else None
    if side is None or alias is None or alias.opaque or not USER_ALIAS.fullmatch(alias.text):
        return
    team = side.team
    same = team.by_alias.get(alias.text, [])
    if team.has_template_parts or len(same) < 2 or side.device != next(device for device in same if team.side(device)):
        return
    others = [device for device in same if device != side.device]
    other = others[0].get("alias@name")
    new = team.free_alias(f"{alias.text}-2")
    alone = len(others) == 1 and not _is_persistent(team, others[0]) and len(team.by_name.get(alias.text, [])) < 2
    renamed = alone and side.role == PERSISTENT and new and not team.is_live
    edits = other.replace(0, len(other.text), new) if other is not None and renamed else ()
    yield Finding(alias, {"alias": alias.text, "new": new}, edits, notes=(("other", other or others[0]),))


def without_transient(node: Node, context: Context) -> Iterator[Finding]:
    """A persistent side that no transient one names."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != PERSISTENT or not side.is_interface or side.team.is_open:
        return
    team = side.team
    alone = team.keeps(side.alias) and side.alias not in team.by_name
    if alone and not team.has_loose_ends and not team.mentions(side.alias):
        yield Finding(side.teaming, {"alias": side.alias})


def _sanitised(alias: str) -> str:
    """An alias that libvirt keeps and that says the same."""
    return f"ua-{NOT_IN_ALIAS.sub('_', PREFIX.sub('', alias, count=1)) or 'standby'}"


def _point_at(transient: Side, alias: str) -> tuple[Edit, ...]:
    """Edits that make a transient side name an alias."""
    named = transient.named
    if named is not None and named.text:
        return named.replace(0, len(named.text), alias)
    return transient.teaming.set_value("persistent", alias)


def _add_alias(side: Side, alias: str) -> tuple[Edit, ...]:
    element = side.device.child("alias")
    if element is not None:
        return element.set_value("name", alias)
    return side.teaming.insert_before(f"<alias name='{alias}'/>")


def _make_persistent(transient: Side, device: Node) -> tuple[Edit, ...]:
    """Edits that make an interface the persistent side, if it is virtio and has the same address."""
    if transient.octets is None or transient.octets != octets_of(device.get("mac@address")):
        return ()
    if not is_virtio(known_text(device, "model@type")) or known_text(device, "@type") == "hostdev":
        return ()
    alone = len(transient.team.by_name[transient.name]) == 1
    return device.children[-1].insert_before("<teaming type='persistent'/>") if alone else ()


def _meant(team: Team, transient: Side) -> Side | None:
    """The one persistent side that is free, if its alias is but one letter off and it has the same address."""
    if len(team.free) != 1 or len(team.by_name[transient.name]) != 1:
        return None
    (free,) = team.free
    near = _is_near(transient.name, free.alias) and _same_mac(transient, free)
    return free if near and not team.has_rival(free, transient.device) else None


def _is_near(one: str, other: str) -> bool:
    """Whether two names differ in one letter, or only in case and white space."""
    return one.strip().lower() == other.strip().lower() or one_letter_apart(one, other)


def _same_mac(one: Side, other: Side) -> bool:
    return one.octets is not None and one.octets == other.octets and one.is_interface and other.is_interface


def _other_mac(one: Side, other: Side) -> bool:
    return one.octets is not None and other.octets is not None and one.octets != other.octets


def _is_persistent(team: Team, device: Node) -> bool:
    side = team.side(device)
    return side is not None and side.role == PERSISTENT
