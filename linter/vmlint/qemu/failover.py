"""Primary and standby NICs of a QEMU command line, as virtio-net pairs them."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import Any

from ..data import read_toml
from ..light_typing import cast
from ..model import Node
from ..versions import Version, parse
from .commandline import CommandNode, OptionNode
from .device import Device
from .machine_kinds import EXPRESS, X86_DEFAULT, kind_of_machine
from .machines import arch_of
from .optstring import TRUE

SEVEN, EIGHT = parse("7.0"), parse("8.0")
"""QEMU 7.2 alone starts with a primary device on pcie.0 of q35 (measured on 5.2, 7.2, 10.0 and 11.1); none does on
that of virt (aarch64 of 5.2, 7.2 and 10.0, riscv64 of 7.2). From 8.0 on no file with one can have worked."""
HOTPLUG_CHECKED = {"q35": parse("7.2"), "virt": parse("10.0")}
"""The oldest QEMU known to refuse a primary device behind a port without hotplug, by machine (measured on the same)."""
ELSEWHERE = ("-readconfig", "-set")
"""Options that say more about devices than the command line shows."""
MODERN_DISABLED = re.compile(rf"(?:virtio-net-pci|virtio-pci|device\.(.+))\.disable-modern=(?:{'|'.join(TRUE)})")
"""`-global virtio-net-pci.disable-modern=on` and `-set device.ID.disable-modern=on` (tried on QEMU 5.2 and 10.0)."""


@cache
def facts() -> dict[str, Any]:
    """The table of facts/failover.toml."""
    return read_toml("rules/facts/failover.toml")


class Failover:
    """What a command line says of failover."""

    def __init__(self, command: CommandNode) -> None:
        self.command = command
        options = [node for node in command.children if isinstance(node, OptionNode)]
        self._options = options
        written = [node for node in options if node.name == "-device" and node.argument is not None]
        said = any("failover" in node.text.text for node in written)
        self.devices = [Device(node) for node in written] if said else []
        """Its devices, if one of them speaks of failover; most command lines have none that does."""
        self.place = {device: number for number, device in enumerate(self.devices)}
        self.standbys = [device for device in self.devices if device.is_standby]
        self.primaries = [device for device in self.devices if device.value("failover_pair_id") is not None]

    @cached_property
    def is_whole(self) -> bool:
        """Whether all devices of the machine are to be seen here."""
        words = [*self.command.words, *([self.command.program] if self.command.program else [])]
        taken = {id(node.argument) for node in self._options}
        loose = any(word.opaque and id(word) not in taken for word in words)
        unread = any(not device.driver or not device.is_known for device in self.devices)
        elsewhere = any(node.name in ELSEWHERE for node in self._options)
        return self.command.program is not None and not (loose or unread or elsewhere)

    @cached_property
    def machine(self) -> str:
        """What the machine offers, as kind_of_machine says."""
        values = [node.value("type") for node in self._options if node.name in ("-machine", "-M")]
        given = [value for value in values if value is not None]
        arch = arch_of(self.command)
        if given:
            return "" if given[-1].opaque else kind_of_machine(given[-1].text, arch)
        return "i440fx" if self.is_whole and arch in X86_DEFAULT else ""

    @cached_property
    def by_id(self) -> dict[str, list[Device]]:
        """Devices by their names."""
        found: dict[str, list[Device]] = {}
        for device in self.devices:
            if device.id:
                found.setdefault(device.id, []).append(device)
        return found

    @cached_property
    def has_unknown_id(self) -> bool:
        """Whether a device has a name that is not to be seen."""
        return any(device.value("id") is not None and not device.id for device in self.devices)

    @cached_property
    def by_pair(self) -> dict[str, list[Device]]:
        """Primary devices by the standby that they name."""
        found: dict[str, list[Device]] = {}
        for device in self.primaries:
            found.setdefault(device.text("failover_pair_id"), []).append(device)
        return found

    def standby(self, primary: Device) -> Device | None:
        """The standby NIC that a primary device names, if exactly one device has that name and is one."""
        named = self.by_id.get(primary.text("failover_pair_id"), [])
        return named[0] if len(named) == 1 and named[0].is_standby and named[0] is not primary else None

    def is_hidden(self, primary: Device) -> bool:
        """Whether QEMU leaves the device out until the guest's driver asks for it: its standby stands before it."""
        standby = self.standby(primary)
        return standby is not None and self.place[standby] < self.place[primary]

    def bus_kind(self, device: Device) -> str:
        """`root` (pcie.0), `port`, `conventional`, `ports_only` (nothing else fits), or '' where that is not known."""
        bus = device.value("bus")
        if bus is None:
            return {"q35": "root", "virt": "root", "i440fx": "conventional"}.get(self.machine, "")
        if bus.text == "pcie.0" and self.machine in EXPRESS:
            return "root"
        if bus.text == "pci.0" and self.machine == "i440fx":
            return "conventional"
        owner = self.bus_owner(device)
        driver = owner.driver if owner is not None else ""
        kinds = {"port": "ports", "conventional": "conventional", "ports_only": "ports_only"}
        return next((kind for kind, drivers in kinds.items() if driver in facts()[drivers]), "")

    def bus_owner(self, device: Device) -> Device | None:
        """The bridge or port whose bus a device is on."""
        owners = self.by_id.get(device.text("bus"), [])
        return owners[0] if len(owners) == 1 else None

    @cached_property
    def _by_slot(self) -> dict[tuple[str, int | None], list[Device]]:
        found: dict[tuple[str, int | None], list[Device]] = {}
        for device in self.devices:
            if device.text("bus"):
                found.setdefault((device.text("bus"), device.slot), []).append(device)
        return found

    def other_in_slot(self, device: Device) -> Device | None:
        """Another device behind the port that a device is plugged into, in the same slot."""
        if self.bus_kind(device) != "port" or device.slot is None:
            return None
        same = self._by_slot[device.text("bus"), device.slot]
        return next((other for other in same if other is not device), None)

    @cached_property
    def failover_elsewhere(self) -> bool:
        """Whether something else on the command line, or what it leaves to files, may switch failover on."""
        said = any(node.name in ("-global", "-set") and "failover" in node.text.text for node in self._options)
        return said or any(node.name == "-readconfig" for node in self._options)

    def modern_disabled(self, standby: Device) -> OptionNode | None:
        """The `-global` or `-set` that makes a standby NIC a legacy device."""
        for node in self._options:
            if node.name in ("-global", "-set") and disables_modern(node.text.text, standby.id):
                return node
        return None


def disables_modern(text: str, name: str) -> bool:
    """Whether the argument of `-global` or `-set` makes the virtio NIC with that id a legacy device."""
    match = MODERN_DISABLED.fullmatch(text)
    return match is not None and match[1] in (None, name)


def refuses_port_since(machine: str) -> Version:
    """The oldest QEMU known to refuse a primary device behind a port without hotplug, on a machine of that kind."""
    return HOTPLUG_CHECKED.get(machine, max(HOTPLUG_CHECKED.values()))


def failover_of(root: Node) -> Failover:
    """What a command line says of failover."""
    return Failover(cast("CommandNode", root))
