"""Rules on what the interfaces of a pair say besides `<teaming>`."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.pci import pci_address
from ..libvirt.sides import PERSISTENT, TRANSIENT, VIRTIO_MODELS, Side
from ..libvirt.teaming import Team, side_at
from ..libvirt.values import known_text
from ..model import Node
from ..qemu.failover import disables_modern
from ..qemu.optstring import TRUE
from ..source import Edit, Value

DRIVER_OF_VIRTIO = ("queues", "rx_queue_size", "tx_queue_size", "txmode", "ioeventfd", "event_idx")
"""Attributes of `<driver>` for a NIC that QEMU emulates: nothing reads them on a host device."""


def option_of_hostdev(node: Node, context: Context) -> Iterator[Finding]:
    """What libvirt ignores, drops or refuses in an interface that is a host device."""
    side = side_at(node, context.root)
    if side is None or side.role != TRANSIENT or side.kind != "hostdev" or not side.is_interface:
        return
    team = side.team
    for name, variant in (("filterref", "filter"), ("bandwidth", "bandwidth"), ("mtu", "mtu"), ("target", "ignored")):
        element = side.device.child(name)
        if element is not None:
            edits = element.drop() if name in ("target", "bandwidth") else ()
            yield Finding(element, {"name": name}, team.offer(edits), variant)
    yield from _driver(team, side)
    model = side.device.get("model@type")
    if model is not None and not model.opaque and model.text not in VIRTIO_MODELS:
        yield Finding(model, {"model": model.text}, variant="model")


def _driver(team: Team, side: Side) -> Iterator[Finding]:
    driver = side.device.child("driver")
    if driver is None:
        return
    name = driver.value("name")
    if name is not None and name.text == "kvm":
        yield Finding(name, {}, variant="legacy")
    values = [(key, value) for key in DRIVER_OF_VIRTIO if (value := driver.value(key)) is not None]
    if values:
        edits: list[Edit] = [] if name is not None else list(driver.drop())
        if name is not None:
            edits = [edit for key, _ in values for edit in driver.drop_value(key)]
        yield Finding(driver, {"name": "driver"}, team.offer(tuple(edits)), "ignored")


def persistent_link_down(node: Node, context: Context) -> Iterator[Finding]:
    """A persistent side whose link is down."""
    side = side_at(node, context.root)
    state = side.device.get("link@state") if side is not None and side.role == PERSISTENT else None
    if state is not None and state.text == "down":
        yield Finding(state, {})


def other_host_device(node: Node, context: Context) -> Iterator[Finding]:
    """A passed-through device in no pair, in a domain that has one. Reported once for the domain."""
    side = side_at(node, context.root)
    if side is None or side is not side.team.sides[0]:
        return
    team = side.team
    if not any(team.target(side) for side in team.transients):
        return
    for device in team.devices:
        kind = (device.name, known_text(device, "@type"))
        source = device.child("source")
        passed = kind == ("interface", "hostdev") or (kind == ("hostdev", "pci") and source is not None)
        if passed and device.child("teaming") is None and not device.has_template_parts:
            address = pci_address(source.child("address")) if source is not None else None
            yield Finding(device, {"address": f" {address}" if address else ""})


def standby_legacy_only(node: Node, context: Context) -> Iterator[Finding]:
    """A persistent side that what is passed to QEMU directly makes a legacy device, which cannot offer the feature."""
    side = side_at(node, context.root)
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
