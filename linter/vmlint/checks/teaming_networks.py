"""Rules on sides of a pair whose network decides what they are."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.networks import POOL, Network
from ..libvirt.pci import PciAddress, host_address
from ..libvirt.sides import PERSISTENT, TRANSIENT, Side
from ..libvirt.teaming import Team
from ..libvirt.values import known_text
from ..light_typing import cast
from ..model import Node

POOLED = "devices of pools"
"""What the rule on fixed devices keeps in the memo of a domain."""
CONVENTIONAL_MODELS = ("rtl8139", "e1000", "virtio-transitional", "vmxnet3")
"""Models that libvirt plugs into a conventional slot (measured on libvirt 9.0 and 11.3: the first two; 11.3: all)."""


def network_unknown(node: Node, context: Context) -> Iterator[Finding]:
    """A side whose network is not at hand, or not told beyond doubt."""
    side = _on_network(node, context)
    if side is None:
        return
    at = side.device.get("source@network") or side.device
    network = context.networks.find(side.network)
    fields = {"network": side.network, "role": side.role}
    if network is None:
        yield Finding(at, fields)
    elif network.mode is None:
        yield Finding(at, fields, variant="unclear")


def network_not_pool(node: Node, context: Context) -> Iterator[Finding]:
    """A transient side whose network hands out no host devices."""
    side = _on_network(node, context)
    if side is None or side.role != TRANSIENT:
        return
    network = context.networks.find(side.network)
    if network is not None and network.mode not in (None, POOL):
        variant = "isolated" if network.mode == "isolated" else ""
        fields = {"network": side.network, "mode": network.mode or ""}
        yield Finding(side.device.get("source@network") or side.device, fields, variant=variant)


def transient_without_model(node: Node, context: Context) -> Iterator[Finding]:
    """A transient side of a network whose model, or the lack of it, may get it a conventional slot."""
    side = _on_network(node, context)
    if side is None or side.role != TRANSIENT or side.may_differ or side.device.child("address"):
        return
    team, network = side.team, context.networks.find(side.network)
    if network is not None and network.mode not in (None, POOL):
        return
    model = side.device.get("model@type")
    if model is None and network is None:
        element = side.device.child("model")
        added = element.set_value("type", "virtio") if element else side.teaming.insert_before("<model type='virtio'/>")
        yield Finding(side.device, {"network": side.network, "model": "virtio"}, team.offer(added))
    elif model is not None and model.text.lower() in CONVENTIONAL_MODELS:
        edits = team.offer(model.replace(0, len(model.text), "virtio"))
        yield Finding(model, {"network": side.network, "model": model.text}, edits, "conventional", (), "unsafe")


def macvtap_on_own_function(node: Node, context: Context) -> Iterator[Finding]:
    """A macvtap persistent side on the physical function whose virtual functions the transient side comes from."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != PERSISTENT or side.kind != "direct":
        return
    dev = side.device.get("source@dev")
    for other in side.team.by_name.get(side.alias, []) if side.alias else ():
        network = _network(other, context)
        if dev is not None and not dev.opaque and network is not None and dev.text and network.pf == dev.text:
            yield Finding(dev, {"dev": dev.text, "network": known_text(other.device, "source@network")})


def pool_too_small(node: Node, context: Context) -> Iterator[Finding]:
    """More interfaces of a domain on a pool than the pool lists devices. Reported once for each pool."""
    side = _on_network(node, context)
    if side is None or side.role != TRANSIENT or side.team.is_open:
        return
    network, wanted = context.networks.find(side.network), len(side.team.by_network[side.network])
    is_last = side is side.team.last_on_network[side.network]
    if is_last and network is not None and network.size is not None and network.size < wanted:
        fields = {"network": side.network, "size": str(network.size), "wanted": str(wanted)}
        yield Finding(side.device.get("source@network") or side.device, fields)


def host_device_fixed(node: Node, context: Context) -> Iterator[Finding]:
    """A transient side that names a device of this host. Reported once for a domain in which none uses a pool."""
    side = context.of_root(Team).at(node)
    address = host_address(side.device) if side is not None and side.role == TRANSIENT else None
    source = side.device.child("source") if side is not None else None
    element = source.child("address") if source is not None else None
    if side is None or element is None or address is None:
        return
    team, fields = side.team, {"address": str(address)}
    other = _pooled(team, context).get(address)
    if other is not None:
        yield Finding(element, fields | {"network": other.network}, variant="pool", notes=(("pool", other.device),))
    elif team.from_networks:
        yield Finding(element, fields, (), "mixed", (("pool", team.from_networks[0].device),))
    elif side is team.first_fixed:
        yield Finding(element, fields)


def _pooled(team: Team, context: Context) -> dict[PciAddress, Side]:
    """By host device: a transient side from whose network, a pool, it may come."""
    found = cast("dict[PciAddress, Side] | None", context.memo.get(POOLED))
    if found is None:
        found = {}
        for side in team.from_networks:
            network = _network(side, context)
            for address in network.addresses if network is not None and network.mode == POOL else ():
                found.setdefault(address, side)
        context.memo[POOLED] = found
    return found


def _network(side: Side, context: Context) -> Network | None:
    """The network of an interface, if its XML is at hand."""
    name = known_text(side.device, "source@network") if side.kind == "network" else ""
    return context.networks.find(name) if name else None


def _on_network(node: Node, context: Context) -> Side | None:
    """An interface in a pair that names a network."""
    side = context.of_root(Team).at(node)
    return side if side is not None and side.role and side.network else None
