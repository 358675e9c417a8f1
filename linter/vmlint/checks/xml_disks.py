"""Rules on the disks of a domain."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.disks import NAME, DrivePlace, bus_of, place_of
from ..light_typing import cast
from ..model import Node
from ..source import Value

FORMATS = {"qcow2": "qcow2", "qcow": "qcow", "qed": "qed", "vmdk": "vmdk", "vdi": "vdi"}
"""Formats by what follows the last dot in an image's name."""


def disk_format_missing(node: Node, context: Context) -> Iterator[Finding]:
    """A disk whose image is named after a format that the disk does not say."""
    source = node.child("source")
    file = source.value("file") if source else None
    format_ = FORMATS.get(file.text.rpartition(".")[2].lower()) if file else None
    if file is None or source is None or format_ is None or file.opaque or node.has_template_parts:
        return
    driver = node.child("driver")
    if driver is None or driver.value("type") is None:
        edits = driver.set_value("type", format_) if driver else ()
        edits = edits or source.insert_before(f"<driver name='qemu' type='{format_}'/>")
        yield Finding(file, {"format": format_}, edits)


def disk_target_twice(node: Node, context: Context) -> Iterator[Finding]:
    """The target of a disk that another disk has too."""
    target, devices = node.value("dev"), node.parent.parent if node.parent else None
    if target is None or target.opaque or devices is None:
        return
    first = cast("dict[str, Value]", context.memo.setdefault("disk targets", {}))
    if target.text in first and not devices.has_template_parts:
        yield Finding(target, {"dev": target.text}, notes=(("first", first[target.text]),))
    first.setdefault(target.text, target)


def disk_target_mismatch(node: Node, context: Context) -> Iterator[Finding]:
    """A disk whose target is one that its kind of disk cannot have."""
    target, device = node.child("target"), node.value("device")
    name = target.value("dev") if target else None
    if target is None or name is None or name.opaque or (device is not None and device.opaque):
        return
    kind = "disk" if device is None else device.text
    match = NAME.fullmatch(name.text)
    if match and (match[1] == "fd") != (kind == "floppy") and kind != "cdrom":
        yield Finding(name, {"dev": name.text, "kind": kind}, variant="" if kind == "floppy" else "not-floppy")
    elif match and name.text[-1].isdecimal():
        yield Finding(name, {"dev": name.text, "disk": name.text.rstrip("0123456789")}, variant="partition")
    elif (bus := bus_of(node)) is not None and (bus == "fdc") != (kind == "floppy"):
        yield Finding(target.value("bus") or name, {"bus": bus, "kind": kind}, variant="bus")


def disk_place_twice(node: Node, context: Context) -> Iterator[Finding]:
    """A disk that is put where another is on their bus."""
    place, devices = place_of(node), node.parent
    if place is None or devices is None:
        return
    first = cast("dict[DrivePlace, Node]", context.memo.setdefault("disk places", {}))
    other = first.setdefault(place, node)
    if other is node or devices.has_template_parts:
        return
    name, others = node.get("target@dev"), other.get("target@dev")
    if name is None or others is None or name.text == others.text:
        return
    where = f"controller {place.controller}, bus {place.bus}, unit {place.unit}"
    fields = {"dev": name.text, "other": others.text, "bus": place.bus_type, "where": where}
    yield Finding(node.child("address") or name, fields, notes=(("first", other.child("address") or others),))
