"""Rules on what the interfaces of a pair say besides `<teaming>`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..finding import Context, Finding
from ..libvirt.networks import POOL
from ..libvirt.pci import pci_address
from ..libvirt.sides import PERSISTENT, TRANSIENT, Side, is_virtio
from ..libvirt.teaming import Team
from ..libvirt.values import known_text
from ..model import Node
from ..qemu.failover import disables_modern
from ..qemu.optstring import TRUE
from ..source import Edit, Value

DRIVER_OF_VIRTIO = ("queues", "rx_queue_size", "tx_queue_size", "txmode", "ioeventfd", "event_idx")
"""Attributes of `<driver>` for a NIC that QEMU emulates: nothing reads them on a host device."""
OPTIONS = {"filterref": "filter", "bandwidth": "bandwidth", "mtu": "mtu", "target": "ignored", "vlan": "trunk"}
OPTIONS_OF_POOL = {"filterref": "filter-of-pool", "bandwidth": "bandwidth", "vlan": "trunk"}
"""Elements that a host device cannot have, or not in full, and what becomes of them."""


def option_of_hostdev(node: Node, context: Context) -> Iterator[Finding]:
    """What libvirt ignores, drops or refuses in the XML of a host device."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != TRANSIENT:
        return
    if side.kind in ("hostdev", "pci"):
        name = side.device.get("driver@name")
        if name is not None and name.text == "kvm":
            yield Finding(name, {}, variant="legacy")
    if side.is_interface and side.kind == "hostdev":
        yield from _elements(side, OPTIONS)
        yield from _driver(side)
        model = side.device.get("model@type")
        if model is not None and not model.opaque and not is_virtio(model.text):
            yield Finding(model, {"model": model.text}, variant="model")
    elif side.network:
        network = context.networks.find(side.network)
        if network is not None and network.mode == POOL:
            yield from _elements(side, OPTIONS_OF_POOL)


def _elements(side: Side, variants: Mapping[str, str]) -> Iterator[Finding]:
    for name, variant in variants.items():
        element = side.device.child(name)
        if element is not None and (name != "vlan" or _is_trunk(element)):
            edits = element.drop() if name in ("target", "bandwidth") else ()
            yield Finding(element, {"name": name}, side.team.offer(edits), variant)


def _is_trunk(vlan: Node) -> bool:
    return known_text(vlan, "@trunk") == "yes" or sum(child.name == "tag" for child in vlan.children) > 1


def _driver(side: Side) -> Iterator[Finding]:
    driver = side.device.child("driver")
    if driver is None:
        return
    name = driver.value("name")
    values = [(key, value) for key in DRIVER_OF_VIRTIO if (value := driver.value(key)) is not None]
    if values:
        edits: list[Edit] = [] if name is not None else list(driver.drop())
        if name is not None:
            edits = [edit for key, _ in values for edit in driver.drop_value(key)]
        yield Finding(driver, {"name": "driver"}, side.team.offer(tuple(edits)), "ignored")


def other_host_device(node: Node, context: Context) -> Iterator[Finding]:
    """A passed-through device in no pair, in a domain that has one. Reported once for the domain."""
    side = context.of_root(Team).at(node)
    if side is None or side is not side.team.sides[0]:
        return
    team = side.team
    if not any(team.target(side) for side in team.transients):
        return
    for device in team.devices:
        if device.child("teaming") is None and not device.has_template_parts and _is_passed_through(device, context):
            source = device.child("source")
            address = pci_address(source.child("address")) if source is not None else None
            yield Finding(device, {"address": f" {address}" if address else ""})


def _is_passed_through(device: Node, context: Context) -> bool:
    kind = (device.name, known_text(device, "@type"))
    if kind == ("interface", "network"):
        network = context.networks.find(known_text(device, "source@network"))
        return network is not None and network.mode == POOL
    return kind == ("interface", "hostdev") or (kind == ("hostdev", "pci") and device.child("source") is not None)


def standby_legacy_only(node: Node, context: Context) -> Iterator[Finding]:
    """A persistent side that what is passed to QEMU directly makes a legacy device, which cannot offer the feature."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != PERSISTENT or not side.alias:
        return
    for value in (*_overridden(context.root, side.alias), *_passed(context.root, side.alias)):
        yield Finding(value, {"name": "disable-modern"}, notes=(("standby", side.teaming),))


def _overridden(domain: Node, alias: str) -> Iterator[Value]:
    """`disable-modern` in `qemu:override`."""
    override = domain.child("qemu:override")
    for device in override.children if override else ():
        frontend = device.child("qemu:frontend") if known_text(device, "@alias") == alias else None
        for entry in frontend.children if frontend else ():
            value = entry.value("value")
            if known_text(entry, "@name") == "disable-modern" and value is not None and value.text in TRUE:
                yield value


def _passed(domain: Node, alias: str) -> Iterator[Value]:
    """`disable-modern` in the arguments of `qemu:commandline`."""
    element = domain.child("qemu:commandline")
    for argument in element.children if element else ():
        value = argument.value("value")
        if value is not None and disables_modern(value.text, alias):
            yield value
