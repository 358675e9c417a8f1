"""Rules on failover pairs of QEMU command lines: what the primary device is and where it is plugged."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..model import Node
from ..qemu.device import Device
from ..qemu.failover import EIGHT, SEVEN, Failover, facts, failover_of, refuses_port_since
from ..source import Edit

ALWAYS_SEVERAL = ("igb",)
"""Drivers that make themselves multifunction devices (measured on 10.0 and 11.1; older releases have no igb)."""


def primary_not_pcie(node: Node, context: Context) -> Iterator[Finding]:
    """A primary device that is on no PCI Express bus."""
    for line, device in _primaries(context):
        machine, kind = line.machine, line.bus_kind(device)
        if machine == "microvm":
            yield Finding(device.at("failover_pair_id"), {}, variant="qemu-microvm")
        elif kind == "conventional" or (machine in ("pseries", "s390x") and device.driver):
            variant = "qemu" if line.is_hidden(device) else "qemu-start"
            at = device.value("bus") or device.at("failover_pair_id")
            yield Finding(at, {"standby": device.text("failover_pair_id")}, variant=variant)


def primary_without_hotplug(node: Node, context: Context) -> Iterator[Finding]:
    """A primary device on a bus into which nothing can be plugged while the guest runs."""
    releases = context.target.of("qemu")
    for line, device in _primaries(context):
        hidden, kind, owner = line.is_hidden(device), line.bus_kind(device), line.bus_owner(device)
        at = device.value("bus") or device.at("failover_pair_id")
        if kind == "root" and line.machine == "virt" and hidden:
            yield Finding(at, {}, variant="qemu-virt")
        elif kind == "root" and line.machine == "q35" and line.standby(device) is not None:
            starts = all(SEVEN <= release < EIGHT for release in releases)
            yield Finding(at, {}, variant="qemu-first" if not hidden else "qemu-starts" if starts else "qemu")
        elif kind == "ports_only" and owner is not None:
            yield Finding(at, {"driver": owner.driver}, variant="qemu-ports-only")
        elif kind == "port" and hidden and owner is not None and owner.is_off("hotplug"):
            hotplug = owner.at("hotplug")
            edits: tuple[Edit, ...] = hotplug.replace(0, len(hotplug.text), "on")
            since = refuses_port_since(line.machine)
            variant = "qemu-port" if context.target.admits_from("qemu", since) else "qemu-port-older"
            fields = {"bus": device.text("bus"), "since": ".".join(map(str, since))}
            yield Finding(hotplug, fields, edits, variant, (("transient", at),))


def primary_slot_shared(node: Node, context: Context) -> Iterator[Finding]:
    """A primary device that is not alone in its slot, or says it need not be."""
    for line, device in _primaries(context):
        if line.bus_kind(device) == "conventional" or line.machine == "microvm":
            continue
        end = "" if line.is_hidden(device) else "-start"
        if device.function:
            yield Finding(device.at("addr"), {"function": str(device.function)}, variant=f"qemu{end}")
        elif device.is_on("multifunction"):
            yield Finding(device.at("multifunction"), {}, variant=f"qemu-multifunction{end}")
        elif other := line.other_in_slot(device):
            yield Finding(device.at("addr"), {}, (), f"qemu-others{end}", (("other", other.at("driver")),))
        elif device.driver in ALWAYS_SEVERAL:
            known = context.target.admits_from("qemu", EIGHT)
            variant = f"qemu-driver{end}" if known else "qemu-driver-missing"
            yield Finding(device.at("driver"), {"driver": device.driver}, variant=variant)


def primary_not_ethernet(node: Node, context: Context) -> Iterator[Finding]:
    """A primary device that is no network card, or no PCI device."""
    for line, device in _primaries(context):
        if device.driver in facts()["not_pci"]:
            yield Finding(device.at("driver"), {"driver": device.driver}, variant="not-pci")
        elif device.driver in facts()["not_ethernet"] and line.bus_kind(device) != "conventional":
            variant = "" if line.is_hidden(device) else "start"
            yield Finding(device.at("driver"), {"driver": device.driver}, variant=variant)


def primary_property_unknown(node: Node, context: Context) -> Iterator[Finding]:
    """A property that the hidden primary device does not have."""
    table = facts()["properties"]
    for line, device in _primaries(context):
        if device.driver not in table or not line.is_hidden(device):
            continue
        known = {*table["pci"], *table[device.driver]}
        for name in device.names:
            if name not in known and not name.startswith("x-") and device.is_known:
                fields = {"name": name, "driver": device.driver}
                yield Finding(device.at(name), fields)


def _primaries(context: Context) -> Iterator[tuple[Failover, Device]]:
    """The primary devices of a command line that name a standby in full."""
    line = context.of_root(failover_of)
    for device in line.primaries:
        if device.text("failover_pair_id"):
            yield line, device
