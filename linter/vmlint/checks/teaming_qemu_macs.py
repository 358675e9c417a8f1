"""Rules on failover pairs of QEMU command lines: the MAC addresses by which the guest pairs the two devices."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.mac import is_usable
from ..model import Node
from ..qemu.device import Device
from ..qemu.failover import Failover, facts, failover_of
from ..qemu.mac import parse_mac


def addresses_differ(node: Node, context: Context) -> Iterator[Finding]:
    """MAC addresses of a pair that differ; that of a host device is not to be seen, but is not what QEMU makes up."""
    line = context.of_root(failover_of)
    for device in line.primaries:
        standby = line.standby(device)
        if standby is None or not (device.is_known and standby.is_known):
            continue
        kept, own = standby.value("mac"), device.value("mac")
        fields = {"alias": standby.id}
        notes = (("persistent", kept or standby.at("failover")),)
        if device.driver == "vfio-pci" and kept is None:
            yield Finding(standby.at("failover"), fields, (), "qemu-missing-vfio")
        elif device.driver not in facts()["nics"]:
            continue
        elif kept is None or own is None:
            yield Finding(own or device.at("failover_pair_id"), fields, (), "qemu-missing", notes)
        elif not (kept.opaque or own.opaque):
            first, second = parse_mac(kept.text), parse_mac(own.text)
            if first is not None and second is not None and first != second:
                yield Finding(own, fields | {"mac": kept.text, "other": own.text}, (), "qemu", notes)


def address_malformed(node: Node, context: Context) -> Iterator[Finding]:
    """A MAC address that QEMU does not read; of a hidden device it looks only when the guest's driver asks for that."""
    line = context.of_root(failover_of)
    for device in _in_pairs(line):
        mac = device.value("mac")
        if mac is not None and not mac.opaque and device.driver in facts()["nics"] and parse_mac(mac.text) is None:
            yield Finding(mac, {"mac": mac.text}, variant="qemu-hidden" if line.is_hidden(device) else "qemu")


def address_unusable(node: Node, context: Context) -> Iterator[Finding]:
    """A MAC address that no NIC can have."""
    for device in _in_pairs(context.of_root(failover_of)):
        mac, octets = device.value("mac"), _octets(device)
        if mac is not None and octets is not None and not is_usable(octets):
            yield Finding(mac, {"mac": mac.text}, variant="qemu" if any(octets) else "zero")


def address_shared(node: Node, context: Context) -> Iterator[Finding]:
    """A NIC outside a pair with the pair's MAC address, or a second standby with it."""
    line = context.of_root(failover_of)
    first: dict[bytes, Device] = {}
    for standby in line.standbys:
        octets = _octets(standby)
        if octets is not None and is_usable(octets):
            first.setdefault(octets, standby)
    for device in line.devices if first else ():
        mac, octets = device.value("mac"), _octets(device)
        other = first.get(octets) if octets is not None else None
        if mac is not None and other is not None and other is not device and _is_no_primary(device):
            variant = "pairs" if device.is_standby else ""
            yield Finding(mac, {"mac": mac.text}, variant=variant, notes=(("first", other.at("mac")),))


def _is_no_primary(device: Device) -> bool:
    """Whether a NIC is certainly no primary device."""
    return device.value("failover_pair_id") is None and device.is_known and device.driver in facts()["nics"]


def _octets(device: Device) -> bytes | None:
    mac = device.value("mac")
    return None if mac is None or mac.opaque else parse_mac(mac.text)


def _in_pairs(line: Failover) -> Iterator[Device]:
    """All standby and primary devices, each once."""
    yield from line.standbys
    yield from (device for device in line.primaries if not device.is_standby)
