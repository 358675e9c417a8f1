"""Rules on the MAC addresses by which the guest pairs the two sides."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from ..finding import Context, Finding
from ..libvirt.mac import format_mac, is_usable, is_usual_form, meant_mac, parse_mac
from ..libvirt.pci import PciTopology
from ..libvirt.sides import PERSISTENT, TRANSIENT, Side, is_virtio, octets_of
from ..libvirt.teaming import DROPPED, FOUND, Team
from ..libvirt.values import known_text
from ..model import Node
from ..qemu.machine_kinds import NO_EXPRESS
from ..source import Edit, Value


def mac_mismatch(node: Node, context: Context) -> Iterator[Finding]:
    """A transient interface and its persistent side whose addresses differ as bytes, or where libvirt makes one up."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != TRANSIENT:
        return
    team = side.team
    persistent = team.target(side)
    if persistent is None or not persistent.is_interface or persistent.may_differ or side.may_differ:
        return
    kept, own = persistent.mac, side.mac
    fields = {"alias": side.name}
    if not side.is_interface:
        if kept is None:
            yield Finding(persistent.device, fields, variant="missing-hostdev", notes=(("transient", side.device),))
    elif kept is None and own is None:
        yield _both_missing(team, side, persistent, fields)
    elif own is None and kept is not None:
        yield _missing(team, (side, persistent), side, kept, fields)
    elif kept is None and own is not None:
        yield _missing(team, (side, persistent), persistent, own, fields)
    elif kept is not None and own is not None and _differ(kept, own):
        fields |= {"mac": kept.text, "other": own.text}
        crossed = _crossed(team, side)
        canonical = _usable(kept)
        if crossed is not None:
            yield Finding(own, fields | {"second": crossed.name}, variant="crossed", notes=(("persistent", kept),))
        else:
            edits = own.replace(0, len(own.text), canonical) if canonical and team.is_pair(side, persistent) else ()
            yield Finding(own, fields, team.offer(edits), notes=(("persistent", kept),))


def _crossed(team: Team, transient: Side) -> Side | None:
    """Another transient side with whose persistent one this one shares its address: only who knows the host can tell
    which is right."""
    other = team.by_mac_of_target.get(transient.octets) if transient.octets is not None else None
    return other if other is not transient else None


def _differ(one: Value, other: Value) -> bool:
    """Whether two addresses are known to differ; libvirt refuses what it cannot read, so that says nothing."""
    if one.opaque or other.opaque:
        return False
    first, second = meant_mac(one.text), meant_mac(other.text)
    return first is not None and second is not None and first != second


def _both_missing(team: Team, side: Side, persistent: Side, fields: dict[str, str]) -> Finding:
    """A pair without any address: one is made from the names in the file, so that it is the same each time."""
    seed = f"{known_text(team.domain, 'name')} {known_text(team.domain, 'uuid')} {side.name}"
    address = format_mac(b"\x52\x54\x00" + crc32(seed.encode("utf-8", "replace")).to_bytes(4, "big")[1:])
    one, other = _add_mac(side.device, address), _add_mac(persistent.device, address)
    edits = team.offer((*one, *other)) if one and other and team.is_pair(side, persistent) else ()
    fields = fields | {"mac": address}
    return Finding(side.device, fields, edits, "both-missing", (("persistent", persistent.device),))


def _missing(team: Team, pair: tuple[Side, Side], bare: Side, given: Value, fields: dict[str, str]) -> Finding:
    """An interface without an address: libvirt would make one up, where that of the other side is needed."""
    giver = "persistent" if bare is pair[0] else "transient"
    canonical = _usable(given)
    edits = team.offer(_add_mac(bare.device, canonical)) if canonical and team.is_pair(*pair) else ()
    # A file with a uuid may be what libvirt wrote out: then the domain is defined, and its addresses are known outside.
    safety = "unsafe" if team.domain.child("uuid") else None
    return Finding(bare.device, fields | {"mac": given.text}, edits, "missing", ((giver, given),), safety)


def _usable(address: Value) -> str | None:
    """An address in its usual form, if a NIC can have it."""
    octets = None if address.opaque else parse_mac(address.text)
    return format_mac(octets) if octets is not None and is_usable(octets) else None


def _add_mac(interface: Node, address: str) -> tuple[Edit, ...]:
    mac = interface.child("mac")
    if mac is not None:
        return mac.set_value("address", address)
    return interface.children[0].insert_before(f"<mac address='{address}'/>")


def mac_malformed(node: Node, context: Context) -> Iterator[Finding]:
    """An address that libvirt does not read, or reads though its schema refuses it."""
    side = context.of_root(Team).at(node)
    if side is None or not side.is_interface or side.mac is None or side.mac.opaque:
        return
    team, mac = side.team, side.mac
    read, meant = parse_mac(mac.text), meant_mac(mac.text)
    if read is not None and is_usual_form(mac.text):
        return
    new = format_mac(meant) if meant is not None else ""
    edits = mac.replace(0, len(mac.text), new) if new else ()
    yield Finding(mac, {"mac": mac.text, "new": new}, team.offer(edits), "" if read is None else "odd")


def mac_unusable(node: Node, context: Context) -> Iterator[Finding]:
    """An address that no NIC can have."""
    side = context.of_root(Team).at(node)
    if (
        side is not None
        and side.is_interface
        and side.mac is not None
        and side.octets is not None
        and not is_usable(side.octets)
    ):
        yield Finding(side.mac, {"mac": side.mac.text}, variant="" if any(side.octets) else "zero")


def mac_shared(node: Node, context: Context) -> Iterator[Finding]:
    """Interfaces of different pairs, or of one and no pair, with the same address. Reported once for the domain."""
    side = context.of_root(Team).at(node)
    if side is None or side is not side.team.sides[0] or side.team.has_template_parts:
        return
    team = side.team
    for units in _same_address(team):
        first = next((unit for unit in units if team.side(unit)), units[0])
        for unit in units:
            mac, kept = unit.get("mac@address"), first.get("mac@address")
            if unit is not first and mac is not None and kept is not None:
                kind = "unrelated" if not team.side(first) else "pairs" if team.side(unit) else ""
                yield Finding(mac, {"mac": mac.text}, variant=kind, notes=(("first", kept),))


def _same_address(team: Team) -> Iterator[list[Node]]:
    """Devices with one address; a pair counts as its persistent side. What other rules report is left out."""
    for octets, devices in team.by_mac.items():
        if is_usable(octets) and len(devices) > 1:
            units = () if _half_pair(team, devices) else (_unit(team, device, octets) for device in devices)
            kept = list(dict.fromkeys(unit for unit in units if unit is not None))
            if len(kept) > 1:
                yield kept


def _half_pair(team: Team, devices: list[Node]) -> Side | None:
    """The persistent side, if these are one that nothing names and a host device that says nothing of a pair."""
    if len(devices) != 2:
        return None
    sides = [side for device in devices if (side := team.side(device)) is not None]
    others = [device for device in devices if team.side(device) is None]
    half = len(sides) == 1 and sides[0] in team.free and known_text(others[0], "@type") == "hostdev"
    return sides[0] if half else None


def _unit(team: Team, device: Node, octets: bytes) -> Node | None:
    """The device that stands for this one and its pair; None where the pair itself is wrong."""
    side = team.side(device)
    if side is None:
        return device
    if side.role == TRANSIENT:
        target = team.target(side)
        named = team.resolve(side)[0] in (FOUND, DROPPED)
        return target.device if target is not None and named and target.octets == octets else None
    wrong = side.role != PERSISTENT or side.kind == "hostdev" or len(team.by_alias.get(side.alias, [])) > 1
    partners = team.by_name.get(side.alias, []) if side.alias else []
    return None if wrong or any(other.octets not in (octets, None) for other in partners) else device


def teaming_forgotten(node: Node, context: Context) -> Iterator[Finding]:
    """A virtio NIC and a host device with one address that are no pair."""
    mac = node.get("mac@address")
    octets = octets_of(mac)
    if mac is None or octets is None or context.of_root(PciTopology).machine in NO_EXPRESS:
        return
    team = context.of_root(Team)
    half = _half_pair(team, team.by_mac.get(octets, []))
    if half is not None and not node.has_template_parts:
        markup = f"<teaming type='transient' persistent='{half.alias}'/>"
        edits = () if team.has_rival(half, node) else node.children[-1].insert_before(markup)
        notes = (("virtio", half.device),)
        yield Finding(mac, {"mac": mac.text, "alias": half.alias}, team.offer(edits), "half", notes)
        return
    same = [device for device in team.by_mac.get(octets, [])[:3] if device != node]
    if len(same) != 1 or same[0].child("teaming") or not is_virtio(known_text(same[0], "model@type")):
        return
    if known_text(same[0], "@type") == "hostdev" or node.has_template_parts or same[0].has_template_parts:
        return
    edits = team.offer(_make_pair(team, same[0], node))
    yield Finding(mac, {"mac": mac.text}, edits, notes=(("virtio", same[0]),))


def _make_pair(team: Team, persistent: Node, transient: Node) -> tuple[Edit, ...]:
    """Edits that make two interfaces a pair."""
    written = persistent.get("alias@name")
    alias = written.text if written is not None else team.free_alias("ua-standby")
    usable = written is None or (not written.opaque and team.keeps(alias) and len(team.by_alias[alias]) == 1)
    if not alias or not usable or alias in team.by_name:
        return ()
    markup = "<teaming type='persistent'/>" + ("" if written is not None else f"<alias name='{alias}'/>")
    one = persistent.children[-1].insert_before(markup)
    other = transient.children[-1].insert_before(f"<teaming type='transient' persistent='{alias}'/>")
    return (*one, *other) if one and other else ()
