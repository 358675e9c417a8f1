"""Rules on what `<teaming>` itself says, and on which devices may have it."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.networks import POOL
from ..libvirt.sides import PERSISTENT, TRANSIENT, Side, default_model_is_virtio, is_virtio
from ..libvirt.teaming import Team
from ..libvirt.values import is_unknown, known_text
from ..model import Node
from ..source import Edit
from ..versions import parse

TEAMING_CAME, HOSTDEV_TEAMING_CAME = parse("6.1"), parse("7.1")
"""Since when libvirt knows `<teaming>` in an interface, and in a plain host device; the latter also reads several
elements as one (measured on 7.0 and 9.0)."""
REFUSED_TRANSIENTS = frozenset(
    ("bridge", "client", "direct", "ethernet", "internal", "mcast", "null", "server", "udp", "user", "vdpa", "vds")
) | {"vhostuser"}
NOT_PCI = ("usb", "scsi", "scsi_host", "mdev", "misc", "net", "storage")


def persistent_not_virtio(node: Node, context: Context) -> Iterator[Finding]:
    """The persistent interface of a pair with a model that has no failover."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != PERSISTENT or side.device.has_template_parts:
        return
    team = side.team
    model = side.device.get("model@type")
    if model is not None and (model.opaque or is_virtio(model.text)):
        return
    if side.kind == "hostdev":  # no model makes a host device a virtio one
        yield Finding(model or side.device, {"model": model.text if model else ""}, variant="hostdev")
    elif model is not None:
        yield Finding(model, {"model": model.text}, team.offer(model.replace(0, len(model.text), "virtio")))
    elif default_model_is_virtio(context.root) is False:
        yield Finding(side.device, {"model": ""}, team.offer(_add_model(side)), "no-model")


def _add_model(side: Side) -> tuple[Edit, ...]:
    model = side.device.child("model")
    if model is not None:
        return model.set_value("type", "virtio")
    return side.teaming.insert_before("<model type='virtio'/>")


def persistent_is_hostdev(node: Node, context: Context) -> Iterator[Finding]:
    """The persistent side is itself a host device, though its model says virtio."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != PERSISTENT:
        return
    device = side.device
    model = device.get("model@type")
    if side.kind == "hostdev" and model is not None and is_virtio(model.text):
        yield Finding(device.get("@type") or device, {})
    elif side.network:
        known = context.networks.find(side.network)
        if known is not None and known.mode == POOL:
            yield Finding(device.get("source@network") or device, {"network": side.network}, variant="pool")


def persistent_names_another(node: Node, context: Context) -> Iterator[Finding]:
    """A persistent side with a `persistent=` attribute, which is for the transient one."""
    side = context.of_root(Team).at(node)
    if side is not None and side.role == PERSISTENT and side.is_interface:
        team = side.team
        if side.named is not None and side.named.text:
            holder = next(node for node in side.elements if node.value("persistent") is not None)
            edits = holder.drop_value("persistent") if len(side.elements) == 1 else ()
            yield Finding(holder.attribute_name("persistent"), {"name": side.named.text}, team.offer(edits))


def unknown_type(node: Node, context: Context) -> Iterator[Finding]:
    """A `type=` that is neither persistent nor transient, or none where there is more."""
    side = context.of_root(Team).at(node)
    if side is None:
        return
    team = side.team
    text = "" if side.type is None else side.type.text
    if side.type is None or not text:
        if side.named is not None and side.named.text:
            yield Finding(side.teaming, {}, variant="missing")
    elif not side.type.opaque and text not in (PERSISTENT, TRANSIENT):
        edits = side.type.replace(0, len(text), side.role) if side.role else ()
        fields = {"type": text, "meant": side.role}
        yield Finding(side.type, fields, team.offer(edits), "case" if side.role else "")


def empty_element(node: Node, context: Context) -> Iterator[Finding]:
    """`<teaming/>`, which says nothing."""
    side = context.of_root(Team).at(node)
    if side is not None:
        team = side.team
        says = [value for value in (side.type, side.named) if value is not None and value.text]
        if not says and not side.may_differ:
            is_named = bool(side.alias) and side.alias in team.by_name
            is_meant = is_named or not {"type", "persistent"}.issuperset(side.teaming.attribute_names)
            edits = () if is_meant or len(side.elements) > 1 else side.teaming.drop()
            yield Finding(side.type or side.teaming, {}, team.offer(edits))


def repeated_element(node: Node, context: Context) -> Iterator[Finding]:
    """More than one `<teaming>` in a device."""
    side = context.of_root(Team).at(node)
    if side is None or len(side.elements) == 1:
        return
    team = side.team
    first, *others = side.elements
    edits: list[Edit] = []
    for name, value in (("type", side.type), ("persistent", side.named)):
        if value is not None and first.value(name) is None:
            edits.extend(first.set_value(name, value.text) if not value.opaque else ())
    dropped = [other.drop() for other in others]
    certain = all(dropped) and not side.may_differ and not any(v and v.opaque for v in (side.type, side.named))
    edits.extend(edit for drops in dropped for edit in drops)
    safety = "unsafe" if context.target.admits_before("libvirt", HOSTDEV_TEAMING_CAME) else "safe"
    yield Finding(others[0], {}, team.offer(tuple(edits)) if certain else (), safety=safety)


def transient_not_hostdev(node: Node, context: Context) -> Iterator[Finding]:
    """A transient interface of a type that is no host device."""
    side = context.of_root(Team).at(node)
    if side is not None and side.role == TRANSIENT and side.is_interface:
        kind = side.device.get("@type")
        if kind is not None and kind.text in REFUSED_TRANSIENTS:
            yield Finding(kind, {"type": kind.text})


def hostdev_not_pci(node: Node, context: Context) -> Iterator[Finding]:
    """Teaming on a host device that is no PCI device."""
    side = context.of_root(Team).at(node)
    if side is None:
        return
    device = side.device
    if not side.is_interface:
        kind = device.get("@type")
        if kind is not None and kind.text in NOT_PCI:
            yield Finding(node, {"type": kind.text})
    elif side.kind == "hostdev" and known_text(device, "source/address@type") == "usb":
        yield Finding(device.get("source/address@type") or device, {"type": "usb"}, variant="interface")


def hostdev_persistent(node: Node, context: Context) -> Iterator[Finding]:
    """A plain host device as the persistent side."""
    side = context.of_root(Team).at(node)
    if side is not None and not side.is_interface and side.role == PERSISTENT:
        yield Finding(side.type or node, {})


def hostdev_mac(node: Node, context: Context) -> Iterator[Finding]:
    """A MAC address in a plain host device, which has none in libvirt's XML."""
    side = context.of_root(Team).at(node)
    mac = side.device.child("mac") if side is not None and not side.is_interface else None
    if mac is not None:
        yield Finding(mac, {})


def libvirt_too_old(node: Node, context: Context) -> Iterator[Finding]:
    """`<teaming>` for a libvirt that does not read it."""
    side = context.of_root(Team).at(node)
    if side is not None and not is_unknown(side.device, "@type"):
        if context.target.admits_before("libvirt", TEAMING_CAME):
            yield Finding(node, {})
        elif not side.is_interface and context.target.admits_before("libvirt", HOSTDEV_TEAMING_CAME):
            yield Finding(node, {}, variant="hostdev")
