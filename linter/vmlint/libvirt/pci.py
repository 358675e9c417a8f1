"""PCI addresses in a domain, and what kind of bus they are on."""

from __future__ import annotations

import re

from ..light_typing import NamedTuple
from ..model import Node
from ..qemu.machine_kinds import EXPRESS, kind_of_machine
from .values import known_text

NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+)|(0[0-7]+)|(?:0|[1-9][0-9]*)")
EXPRESS_PORTS = ("pcie-root-port", "pcie-switch-downstream-port")
CONVENTIONAL = ("pci-root", "pci-bridge", "pci-expander-bus", "pcie-to-pci-bridge", "dmi-to-pci-bridge")
PORTS_ONLY = ("pcie-expander-bus", "pcie-switch-upstream-port")
"""Controllers whose bus libvirt gives to no other device (measured on libvirt 11.3)."""


class PciAddress(NamedTuple):
    """Where a PCI device is, in the guest or on the host."""

    domain: int
    bus: int
    slot: int
    function: int

    def __str__(self) -> str:
        return f"{self.domain:04x}:{self.bus:02x}:{self.slot:02x}.{self.function:x}"


def pci_address(node: Node | None) -> PciAddress | None:
    """The address that an `<address>` element gives; None where it is of another kind, not whole or not known.

    libvirt reads numbers as C does (base 0); domain, slot and function may be left out. libvirt refuses what
    is beyond the limits of PCI, so that is none either.
    """
    if node is None or (node.value("type") is not None and known_text(node, "@type") != "pci"):
        return None
    parts = [
        _number(node, name, default) for name, default in zip(PciAddress._fields, ("0", None, "0", "0"), strict=True)
    ]
    domain, bus, slot, function = parts
    if domain is None or bus is None or slot is None or function is None:
        return None
    return PciAddress(domain, bus, slot, function) if bus < 256 and slot < 32 and function < 8 else None


def guest_address(device: Node) -> PciAddress | None:
    """The address of a device in the guest; None also for zeros, for which libvirt chooses one (measured on 7.0, 9.0
    and 11.3)."""
    address = pci_address(device.child("address"))
    return address if address is not None and any(address[:3]) else None


def _number(node: Node, name: str, default: str | None) -> int | None:
    value = node.value(name)
    text = default if value is None else value.text
    match = NUMBER.fullmatch(text) if text is not None else None
    return int(match[0], 16 if match[1] else 8 if match[2] else 10) if match else None


def host_address(device: Node) -> PciAddress | None:
    """The address on the host of a PCI device that is passed through."""
    kind = known_text(device, "@type")
    if (device.name, kind) not in (("interface", "hostdev"), ("hostdev", "pci")):
        return None
    source = device.child("source")
    return pci_address(source.child("address")) if source is not None else None


class PciTopology:
    """What PCI buses a domain has, and what is on them."""

    def __init__(self, domain: Node) -> None:
        self.machine = kind_of_machine(known_text(domain, "os/type@machine"), known_text(domain, "os/type@arch"))
        """What the machine offers to PCI devices, as kind_of_machine says; '' where none is written."""
        self._controllers: dict[int, list[Node]] = {}
        self._slots: dict[tuple[int, ...], list[Node]] = {}
        self._places: dict[PciAddress, list[Node]] = {}
        self._passed: dict[PciAddress, list[Node]] = {}
        self._first_in_pair: dict[PciAddress, Node] = {}
        devices = domain.child("devices")
        for node in devices.children if devices else ():
            self._add(node)

    def _add(self, node: Node) -> None:
        address, source = guest_address(node), host_address(node)
        if node.name == "controller" and known_text(node, "@type") == "pci":
            bus = _number(node, "index", None)
            if bus is not None:
                self._controllers.setdefault(bus, []).append(node)
        if address is not None:
            self._slots.setdefault(address[:3], []).append(node)
            self._places.setdefault(address, []).append(node)
        if source is not None:
            self._passed.setdefault(source, []).append(node)
            if node.child("teaming") is not None:
                self._first_in_pair.setdefault(source, node)

    def controller(self, bus: int) -> Node | None:
        """The `<controller type='pci'>` whose bus has that number, if exactly one is written."""
        found = self._controllers.get(bus, [])
        return found[0] if len(found) == 1 else None

    def model(self, bus: int) -> str:
        """The model of that controller; '' where it is not known."""
        controller = self.controller(bus)
        return known_text(controller, "@model") if controller else ""

    def bus_kind(self, bus: int) -> str:
        """`root` (pcie.0), `port` (behind a root or downstream port),
        `conventional`, `ports-only` (takes nothing but ports), or '' where that is not known: a bus may be one that
        libvirt adds itself."""
        model = self.model(bus)
        for kind, models in (("port", EXPRESS_PORTS), ("conventional", CONVENTIONAL), ("ports-only", PORTS_ONLY)):
            if model in models:
                return kind
        return "root" if bus == 0 and model in ("pcie-root", "") and self.machine in EXPRESS else ""

    def other_in_slot(self, device: Node, address: PciAddress) -> Node | None:
        """Another device of the guest than this one in the slot of its address."""
        return next((node for node in self._slots.get(address[:3], []) if node != device), None)

    def other_at(self, device: Node, address: PciAddress) -> Node | None:
        """Another device of the guest than this one with its address."""
        return next((node for node in self._places.get(address, []) if node != device), None)

    def also_passed_through(self, device: Node, address: PciAddress) -> Node | None:
        """Another device of the domain that is the host's device at an address too; none but for the first that is in a
        pair."""
        same, first = self._passed.get(address, []), self._first_in_pair.get(address)
        return next((node for node in same if node != device), None) if device == first else None
