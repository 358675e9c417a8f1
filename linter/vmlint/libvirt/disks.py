"""Disks of a domain: what their targets say, and where libvirt puts them on their bus."""

from __future__ import annotations

import re

from ..light_typing import NamedTuple
from ..model import Node

NAME = re.compile(r"(fd|hd|vd|sd|xvd|ubd)([a-z]{1,3})\d*")
"""Names of disks by which libvirt counts them; a number after the letters is passed over."""
BUSES = {"hd": "ide", "vd": "virtio", "sd": "scsi", "xvd": "xen", "ubd": "uml"}
"""The bus that libvirt takes where none is given, by how the name begins."""
PLACES = {"fdc": (2, 2), "ide": (4, 2), "sata": (6, 6), "scsi": (7, 7)}
"""Places on a controller of a bus that has them, and on each of the controller's buses."""


class DrivePlace(NamedTuple):
    """Where a disk is on a bus that has places."""

    bus_type: str
    controller: int
    bus: int
    target: int
    unit: int


def bus_of(disk: Node) -> str | None:
    """The bus of a disk, given or taken from the name; None where it is not known."""
    target = disk.child("target")
    given = None if target is None else target.value("bus")
    if given is not None:
        return None if given.opaque else given.text
    name = None if target is None else target.value("dev")
    match = None if name is None or name.opaque else NAME.fullmatch(name.text)
    if match and match[1] == "fd":
        device = disk.value("device")
        return "fdc" if device is not None and device.text == "floppy" else "ide"
    return BUSES[match[1]] if match else None


def place_of(disk: Node) -> DrivePlace | None:
    """Where a disk is: as its address says, or, without one, where libvirt puts it by its name; None if not known."""
    bus = bus_of(disk)
    if bus not in PLACES:
        return None
    address = disk.child("address")
    if address is None:
        return _by_name(disk, bus)
    values = [address.value(name) for name in ("controller", "bus", "target", "unit")]
    numbers = [0 if value is None else int(value.text) if value.text.isdecimal() else -1 for value in values]
    kind = address.value("type")
    is_known = kind is not None and kind.text == "drive" and -1 not in numbers
    return DrivePlace(bus, *numbers) if is_known else None


def _by_name(disk: Node, bus: str) -> DrivePlace | None:
    """The n-th name takes the n-th place, whatever the names begin with."""
    name = disk.get("target@dev")
    match = None if name is None or name.opaque else NAME.fullmatch(name.text)
    if match is None:
        return None
    index = 0
    for letter in match[2]:
        index = index * 26 + ord(letter) - ord("a") + 1
    of_controller, of_bus = PLACES[bus]
    controller, place = divmod(index - 1, of_controller)
    return DrivePlace(bus, controller, place // of_bus, 0, place % of_bus)
