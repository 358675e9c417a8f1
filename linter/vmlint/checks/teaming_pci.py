"""Rules on where in the guest the transient side is plugged."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.pci import PciAddress, PciTopology, guest_address, host_address
from ..libvirt.sides import TRANSIENT, Side
from ..libvirt.teaming import Team
from ..libvirt.values import known_text
from ..model import Node
from ..qemu.failover import EIGHT, SEVEN, refuses_port_since
from ..qemu.machine_kinds import NO_EXPRESS
from ..source import Edit
from ..versions import parse

TWICE_REFUSED = parse("9.0")
"""The oldest libvirt known to refuse a host device that is in a domain twice; 7.0 takes it (both measured)."""

EXPRESS_MODELS = ("virtio", "virtio-non-transitional")
"""Models of a network's interface for which libvirt plans a PCI Express slot (measured on libvirt 11.3)."""

X86_GUESTS = ("x86_64", "i686")
"""Where libvirt takes the machine `pc` if none is written and the emulator has it (measured on libvirt 11.3)."""


def bus_not_pcie(node: Node, context: Context) -> Iterator[Finding]:
    """A transient side where there is no PCI Express bus, or on another."""
    side = _passed_through(node, context)
    if side is None:
        return
    topology, machine = context.of_root(PciTopology), context.root.get("os/type@machine")
    if topology.machine in NO_EXPRESS and machine is not None:
        variant = topology.machine if topology.machine in ("microvm", "pseries", "s390x") else ""
        yield Finding(side.teaming, {"machine": machine.text}, (), variant, (("machine", machine),))
        return
    arch = context.root.get("os/type@arch")
    if machine is None and arch is not None and arch.text in X86_GUESTS:
        yield Finding(side.teaming, {"arch": arch.text}, (), "default", (("arch", arch),))
        return
    element, address = side.device.child("address"), guest_address(side.device)
    if element is not None and address is not None and topology.bus_kind(address.bus) == "conventional":
        controller = topology.controller(address.bus)
        fields = {"bus": str(address.bus), "model": topology.model(address.bus)}
        notes = (("controller", controller),) if controller else ()
        yield Finding(element, fields, side.team.offer(_free_address(side, element)), "conventional", notes)


def bus_without_hotplug(node: Node, context: Context) -> Iterator[Finding]:
    """A transient side on a bus into which nothing can be plugged while the guest runs."""
    side = _passed_through(node, context)
    element = side.device.child("address") if side is not None else None
    address = guest_address(side.device) if side is not None else None
    if side is None or element is None or address is None:
        return
    topology = context.of_root(PciTopology)
    kind, controller = topology.bus_kind(address.bus), topology.controller(address.bus)
    releases = context.target.of("qemu")
    alone = topology.other_in_slot(side.device, address) is None
    since = refuses_port_since(topology.machine)
    refused = max(EIGHT, since) if kind == "port" else EIGHT
    safety = "safe" if releases[0] >= refused and alone else "unsafe"
    edits = side.team.offer(_free_address(side, element))
    if kind == "root":
        starts = "starts" if all(SEVEN <= release < EIGHT for release in releases) else ""
        yield Finding(element, {}, edits, "virt" if topology.machine == "virt" else starts, safety=safety)
    elif kind == "ports-only":
        fields = {"bus": str(address.bus), "model": topology.model(address.bus)}
        yield Finding(element, fields, edits, kind)
    elif kind == "port" and controller is not None and known_text(controller, "target@hotplug") == "off":
        hotplug = controller.get("target@hotplug")
        variant = "port" if context.target.admits_from("qemu", since) else "port-older"
        edits = side.team.offer(hotplug.replace(0, len(hotplug.text), "on")) if hotplug is not None else ()
        fields = {"bus": str(address.bus), "since": ".".join(map(str, since))}
        yield Finding(hotplug or element, fields, edits, variant, (("transient", element),), safety)


def slot_missing(node: Node, context: Context) -> Iterator[Finding]:
    """A transient side in a slot that its port does not have."""
    side = _passed_through(node, context)
    element = side.device.child("address") if side is not None else None
    address = guest_address(side.device) if side is not None else None
    if side is not None and element is not None and address is not None and _lacks_slot(context, address):
        edits = side.team.offer(_free_address(side, element))
        yield Finding(element, {"slot": str(address.slot), "bus": str(address.bus)}, edits)


def _lacks_slot(context: Context, address: PciAddress) -> bool:
    """Whether an address is behind a port, and in another than its one slot."""
    return address.slot > 0 and context.of_root(PciTopology).bus_kind(address.bus) == "port"


def slot_shared(node: Node, context: Context) -> Iterator[Finding]:
    """A transient side that is not alone in its slot, or says it need not be."""
    side = _passed_through(node, context)
    element = side.device.child("address") if side is not None else None
    address = guest_address(side.device) if side is not None else None
    topology = context.of_root(PciTopology)
    if side is None or element is None or address is None or topology.machine in NO_EXPRESS:
        return
    if _lacks_slot(context, address):
        return
    branches = side.team.has_template_parts
    same, other = topology.other_at(side.device, address), topology.other_in_slot(side.device, address)
    fields = {"function": f"{address.function:x}"}
    edits = side.team.offer(_free_address(side, element))
    if same is not None and not branches:
        yield Finding(element, {"address": str(address)}, edits, "taken", (("other", same),))
    elif address.function:
        yield Finding(element, fields, edits)
    elif known_text(element, "@multifunction") == "on":
        yield Finding(element, fields, edits, "multifunction")
    elif other is not None and not branches and topology.bus_kind(address.bus) not in ("root", "conventional"):
        yield Finding(element, fields, edits, "others", (("other", other),))


def boot_order_repeated(node: Node, context: Context) -> Iterator[Finding]:
    """The same boot order in both sides of a pair; or the transient side before the persistent one."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != TRANSIENT:
        return
    persistent = side.team.target(side)
    own = side.device.get("boot@order")
    other = persistent.device.get("boot@order") if persistent is not None else None
    if own is None or other is None:
        return
    if own.text == other.text and not own.opaque:
        yield Finding(own, {"order": own.text}, notes=(("persistent", other),))
    elif own.text.isdecimal() and other.text.isdecimal() and int(own.text) < int(other.text):
        yield Finding(own, {"order": own.text}, variant="first", notes=(("persistent", other),))


def host_device_repeated(node: Node, context: Context) -> Iterator[Finding]:
    """A transient side whose host device another device of the domain takes too."""
    side = _passed_through(node, context)
    source = host_address(side.device) if side is not None else None
    if side is None or source is None or side.team.has_template_parts:
        return
    other = context.of_root(PciTopology).also_passed_through(side.device, source)
    element = side.device.get("source/address@bus")
    if other is not None and element is not None:
        variant = "" if context.target.admits_from("libvirt", TWICE_REFUSED) else "older"
        yield Finding(element, {"address": str(source)}, variant=variant, notes=(("other", other),))


def _passed_through(node: Node, context: Context) -> Side | None:
    """The transient side that an element makes of a PCI device; None for what can be none."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != TRANSIENT:
        return None
    allowed = ("hostdev", "network") if side.is_interface else ("pci",)
    return side if side.kind in allowed else None


def _free_address(side: Side, address: Node) -> tuple[Edit, ...]:
    """Edits that let libvirt choose the address: a root port, if the model does not ask for another bus."""
    edits = address.drop()
    if not edits or side.kind != "network" or known_text(side.device, "model@type").lower() in EXPRESS_MODELS:
        return edits
    model = side.device.child("model")
    added = model.set_value("type", "virtio") if model else side.teaming.insert_before("<model type='virtio'/>")
    return (*edits, *added) if added else ()
