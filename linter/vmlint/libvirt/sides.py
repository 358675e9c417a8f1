"""One side of a NIC teaming pair, as libvirt reads it."""

from __future__ import annotations

from functools import cached_property

from ..light_typing import TYPE_CHECKING
from ..model import Node
from ..qemu.machine_kinds import kind_of_machine
from ..source import Value
from .mac import parse_mac
from .values import known_text

if TYPE_CHECKING:
    from .teaming import Team

PERSISTENT, TRANSIENT = "persistent", "transient"
VIRTIO_MODELS = ("virtio", "virtio-transitional", "virtio-non-transitional")
"""Models libvirt accepts on the persistent side (6.1 and later; measured on 7.0, 9.0 and 11.3)."""
RTL8139_ARCHITECTURES = ("x86_64", "i686")
"""Where libvirt fills in `rtl8139` for a missing model (measured on x86_64); on other machines it may be virtio."""
OF_X86 = ("q35", "i440fx", "microvm")
"""Machines that no other architecture has."""


def octets_of(mac: Value | None) -> bytes | None:
    """The MAC address that a value gives, if it is known and libvirt reads it."""
    return None if mac is None or mac.opaque else parse_mac(mac.text)


class Side:
    """A device with `<teaming>`: an `<interface>`, or a plain `<hostdev>`."""

    def __init__(self, device: Node, team: Team) -> None:
        self.device = device
        self.team = team
        """All sides of its domain."""
        self.elements = [node for node in device.children if node.name == "teaming"]
        self.teaming = self.elements[0]
        self.is_interface = device.name == "interface"
        self.mac = device.get("mac@address")
        self.octets = octets_of(self.mac)
        """The MAC address; None where there is none, or none that libvirt reads."""
        self.kind = known_text(device, "@type")
        """The device's `type=`."""

    def _first(self, name: str) -> Value | None:
        """The attribute as libvirt 7.1 and later read it: of whichever `<teaming>` has it first."""
        return next((value for node in self.elements if (value := node.value(name)) is not None), None)

    @cached_property
    def type(self) -> Value | None:
        """The value of `type=`."""
        return self._first("type")

    @cached_property
    def named(self) -> Value | None:
        """The value of `persistent=`."""
        return self._first("persistent")

    @property
    def role(self) -> str:
        """PERSISTENT, TRANSIENT, or '' where that cannot be told; a wrong case counts as what is meant."""
        text = "" if self.type is None else self.type.text.lower()
        return text if text in (PERSISTENT, TRANSIENT) else ""

    @property
    def name(self) -> str:
        """The alias it names, or '' where it names none or that is partly unknown."""
        return "" if self.named is None or self.named.opaque else self.named.text

    @property
    def alias(self) -> str:
        """Its own alias as it is written, kept by libvirt or not."""
        return known_text(self.device, "alias@name")

    @property
    def has_no_alias(self) -> bool:
        """Whether it has no alias, or an empty one, which counts as none."""
        alias = self.device.get("alias@name")
        return alias is None or alias.text == ""

    @property
    def network(self) -> str:
        """The network it is on, or '' where it is on none or that is partly unknown."""
        return known_text(self.device, "source@network") if self.kind == "network" else ""

    @property
    def may_differ(self) -> bool:
        """Whether a template may add to the device."""
        return self.device.has_template_parts or any(node.has_template_parts for node in self.elements)


def is_virtio(model: str) -> bool:
    """Whether libvirt takes a model for a virtio one; upper and lower case are the same to it (measured on 7.0, 9.0 and
    11.3)."""
    return model.lower() in VIRTIO_MODELS


def default_model_is_virtio(domain: Node) -> bool | None:
    """Whether libvirt makes an interface without a model a virtio one; None where that is not known."""
    arch, machine = known_text(domain, "os/type@arch"), known_text(domain, "os/type@machine")
    is_x86 = arch in RTL8139_ARCHITECTURES or (not arch and kind_of_machine(machine, arch) in OF_X86)
    return False if is_x86 else None
