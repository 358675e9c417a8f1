"""Rules on failover pairs of QEMU command lines: who is paired with whom."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..model import Node
from ..qemu.device import Device
from ..qemu.failover import facts, failover_of
from ..versions import parse

LATE_PRIMARY_FOUND = ID_NEEDED = TWO_REFUSED = parse("7.2")
"""A QEMU that finds a primary device created before its standby, refuses one without an id, and refuses a second one;
5.2 does none of that (measured on 5.2, 7.2, 10.0 and 11.1; what lies between was not)."""


def too_old(node: Node, context: Context) -> Iterator[Finding]:
    """Failover for a QEMU that has none; the rule's table says which."""
    line = context.of_root(failover_of)
    for device in line.standbys:
        yield Finding(device.at("failover"))
    for device in line.primaries:
        yield Finding(device.at("failover_pair_id"))


def standby_not_virtio(node: Node, context: Context) -> Iterator[Finding]:
    """`failover=on` on a device that has no such property."""
    line = context.of_root(failover_of)
    for device in line.standbys:
        if device.driver and device.driver not in facts()["standby"]:
            yield Finding(device.at("driver"), {"driver": device.driver}, variant="qemu")


def pair_not_found(node: Node, context: Context) -> Iterator[Finding]:
    """A `failover_pair_id` that names no standby NIC."""
    line = context.of_root(failover_of)
    for device in line.primaries:
        at, name = device.at("failover_pair_id"), device.text("failover_pair_id")
        named = line.by_id.get(name, [])
        if at.opaque or len(named) > 1:
            continue
        if not named and line.is_whole and not line.has_unknown_id:
            yield Finding(at, {"name": name}, variant="qemu")
        elif named and named[0] is device:
            yield Finding(at, {"name": name}, variant="qemu-itself")
        elif named and not named[0].is_standby and _is_plain(named[0]) and not line.failover_elsewhere:
            yield Finding(at, {"name": name}, variant="qemu-plain", notes=(("named", named[0].at("id")),))


def _is_plain(device: Device) -> bool:
    """Whether a device certainly has no failover."""
    failover = device.value("failover")
    return device.is_known and (failover is None or not failover.opaque)


def standby_shared(node: Node, context: Context) -> Iterator[Finding]:
    """A second primary device for one standby."""
    line = context.of_root(failover_of)
    for name, devices in line.by_pair.items():
        if name and line.standby(devices[0]) is not None:
            variant = "" if context.target.admits_from("qemu", TWO_REFUSED) else "older"
            for device in devices[1:]:
                notes = (("first", devices[0].at("failover_pair_id")),)
                yield Finding(device.at("failover_pair_id"), {"name": name}, (), variant, notes)


def primary_without_id(node: Node, context: Context) -> Iterator[Finding]:
    """A primary device without `id=`, which matters as soon as there is a standby."""
    line = context.of_root(failover_of)
    for device in line.primaries if line.standbys else ():
        if device.value("id") is None and device.is_known:
            variant = "" if context.target.admits_from("qemu", ID_NEEDED) else "older"
            yield Finding(device.at("failover_pair_id"), {"driver": device.driver}, variant=variant)


def primary_before_standby(node: Node, context: Context) -> Iterator[Finding]:
    """A primary device that QEMU creates before its standby."""
    line = context.of_root(failover_of)
    for device in line.primaries:
        standby = line.standby(device)
        if standby is not None and not line.is_hidden(device):
            variant = "" if context.target.admits_before("qemu", LATE_PRIMARY_FOUND) else "visible"
            notes = (("standby", standby.at("failover")),)
            yield Finding(device.at("failover_pair_id"), {"name": standby.id}, (), variant, notes)


def standby_alone(node: Node, context: Context) -> Iterator[Finding]:
    """A standby NIC for which no primary device is there."""
    line = context.of_root(failover_of)
    if not line.standbys or not line.is_whole:
        return
    if any(device.at("failover_pair_id").opaque for device in line.primaries):
        return
    wrong = any(name not in line.by_id for name in line.by_pair)
    for device in line.standbys:
        if device.id and device.id not in line.by_pair and not wrong and device.driver in facts()["standby"]:
            yield Finding(device.at("failover"), {"name": device.id}, variant="qemu")


def id_repeated(node: Node, context: Context) -> Iterator[Finding]:
    """A name that a device of the pair shares with another device."""
    line = context.of_root(failover_of)
    for name, devices in line.by_id.items():
        if len(devices) > 1 and any(map(_in_pair, devices)):
            for device in devices[1:]:
                yield Finding(device.at("id"), {"alias": name}, (), "qemu", (("other", devices[0].at("id")),))


def _in_pair(device: Device) -> bool:
    return device.is_standby or device.value("failover_pair_id") is not None


def legacy_only(node: Node, context: Context) -> Iterator[Finding]:
    """A standby NIC that is a legacy device, which cannot offer the feature."""
    line = context.of_root(failover_of)
    for device in line.standbys:
        if device.is_on("disable-modern"):
            yield Finding(device.at("disable-modern"), {"name": "disable-modern"})
        elif device.value("disable-modern") is None:
            disabled = line.modern_disabled(device)
            if disabled is not None:
                notes = (("standby", device.at("failover")),)
                yield Finding(disabled.text, {"name": "disable-modern"}, notes=notes)


def boot_index_repeated(node: Node, context: Context) -> Iterator[Finding]:
    """The same boot index in both devices of a pair."""
    line = context.of_root(failover_of)
    for device in line.primaries:
        standby = line.standby(device)
        own = device.value("bootindex")
        other = standby.value("bootindex") if standby is not None else None
        if own is not None and other is not None and own.text == other.text and not own.opaque:
            variant = "qemu" if line.is_hidden(device) else "qemu-start"
            yield Finding(own, {"order": own.text}, (), variant, (("persistent", other),))
