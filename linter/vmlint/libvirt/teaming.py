"""The sides of NIC teaming pairs in a domain, and who names whom."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from ..model import Node
from ..source import Edit, Value
from .aliases import AUTOMATIC, USER_ALIAS
from .pci import host_address
from .sides import PERSISTENT, TRANSIENT, Side, octets_of
from .values import is_unknown, known_text

UNNAMED, UNKNOWN, FOUND, NOTHING = "unnamed", "unknown", "found", "nothing"
DROPPED, REPEATED, AUTOMATIC_ALIAS = "dropped", "repeated", "automatic"
ITSELF, OTHER_TRANSIENT, PLAIN_NIC, OTHER_DEVICE = "itself", "transient", "nic", "device"
"""What a transient side may name: nothing at all, no device, a persistent side, one whose alias libvirt drops, an alias
of several devices, one that libvirt gives by itself, itself, another transient, an interface in no pair, no NIC."""


class Team:
    """All sides in one domain, and the names that devices have."""

    def __init__(self, domain: Node) -> None:
        self.domain = domain
        devices = domain.child("devices")
        self.devices = list(devices.children) if devices else []
        self.sides = [
            Side(node, self) for node in self.devices if node.name in ("interface", "hostdev") and node.child("teaming")
        ]
        self.persistents = [side for side in self.sides if side.role == PERSISTENT]
        self.transients = [side for side in self.sides if side.role == TRANSIENT]
        self.has_template_parts = devices is not None and devices.has_template_parts
        """Whether a template may add devices, or leave some of these out: they may be its branches."""
        self._by_device = {side.device: side for side in self.sides}
        self._resolved: dict[Side, tuple[str, Node | None]] = {}

    def side(self, device: Node | None) -> Side | None:
        """The side that a device is."""
        return self._by_device.get(device) if device is not None else None

    def at(self, teaming: Node) -> Side | None:
        """The side that a `<teaming>` element makes of its device; None for a second one."""
        side = self.side(teaming.parent)
        return side if side is not None and side.teaming == teaming else None

    @cached_property
    def is_live(self) -> bool:
        """Whether this describes a running domain, whose aliases are those QEMU was given: it must not be edited."""
        parent = self.domain.parent
        return self.domain.value("id") is not None or (parent is not None and parent.name == "domstatus")

    def offer(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Edits of a fix, unless the file describes a running domain."""
        return () if self.is_live else edits

    @cached_property
    def is_open(self) -> bool:
        """Whether a template may add devices, or give one an alias that is not known here."""
        return self.has_template_parts or any(is_unknown(node, "alias@name") for node in self.devices)

    @cached_property
    def by_alias(self) -> dict[str, list[Node]]:
        """Devices by the alias that libvirt keeps."""
        found: dict[str, list[Node]] = {}
        for node in self.devices:
            alias = known_text(node, "alias@name")
            if alias and self.keeps(alias):
                found.setdefault(alias, []).append(node)
        return found

    def keeps(self, alias: str) -> bool:
        """Whether libvirt keeps an alias when this is defined."""
        return self.is_live or USER_ALIAS.fullmatch(alias) is not None

    @cached_property
    def by_written_alias(self) -> dict[str, list[Side]]:
        """Persistent sides by their alias as written."""
        found: dict[str, list[Side]] = {}
        for side in self.persistents:
            found.setdefault(side.alias, []).append(side)
        return found

    @cached_property
    def by_automatic_alias(self) -> dict[str, Node]:
        """Interfaces by the `netN` that libvirt gives them at start, as far as it can be told.

        It counts interfaces without an alias of their own that are no host devices. A network may be a pool of host
        devices: where that is not plain from the interface's role, nothing is told of what follows.
        """
        found: dict[str, Node] = {}
        if self.is_live or self.is_open:
            return found
        for node in self.devices:
            if node.name != "interface" or self.keeps(known_text(node, "alias@name")):
                continue
            side, kind = self.side(node), known_text(node, "@type")
            if kind == "hostdev" or (side is not None and side.role == TRANSIENT):
                continue
            if not kind or (kind == "network" and side is None):
                break
            found[f"net{len(found)}"] = node
        return found

    @cached_property
    def by_name(self) -> dict[str, list[Side]]:
        """Transient sides by the alias they name."""
        found: dict[str, list[Side]] = {}
        for side in self.transients:
            found.setdefault(side.name, []).append(side)
        return found

    def resolve(self, transient: Side) -> tuple[str, Node | None]:
        """What a transient side names, and the device that is: one of the words above, UNKNOWN where it is open."""
        if transient not in self._resolved:
            self._resolved[transient] = self._resolve(transient)
        return self._resolved[transient]

    def _resolve(self, transient: Side) -> tuple[str, Node | None]:
        name = transient.name
        if not name:
            return (UNKNOWN if transient.named is not None and transient.named.opaque else UNNAMED), None
        devices = self.by_alias.get(name, [])
        if len(devices) > 1:
            return REPEATED, None
        if devices:
            word = self._what(devices[0], transient)
            return UNKNOWN if word == PLAIN_NIC and self.mentions(name) else word, devices[0]
        dropped = [] if self.keeps(name) else self.by_written_alias.get(name, [])
        if dropped:
            return (DROPPED, dropped[0].device) if len(dropped) == 1 else (REPEATED, None)
        automatic = not self.is_live and AUTOMATIC.fullmatch(name)
        device = self.by_automatic_alias.get(name) if automatic else None
        if self.is_open or (self.mentions(name) and not automatic):
            return UNKNOWN, device
        return (AUTOMATIC_ALIAS if automatic else NOTHING), device

    def _what(self, device: Node, transient: Side) -> str:
        side = self.side(device)
        if device == transient.device:
            return ITSELF
        if side is not None:
            return {PERSISTENT: FOUND, TRANSIENT: OTHER_TRANSIENT}.get(side.role, UNKNOWN)
        if device.has_template_parts:
            return UNKNOWN
        return PLAIN_NIC if device.name == "interface" else OTHER_DEVICE

    def target(self, transient: Side) -> Side | None:
        """The persistent side that a transient one names, if it is beyond doubt which is meant; an alias that libvirt
        drops, and one that it gives by itself, still say that."""
        word, device = self.resolve(transient)
        side = self.side(device) if word in (FOUND, DROPPED, AUTOMATIC_ALIAS) else None
        return side if side is not None and side.role == PERSISTENT else None

    @cached_property
    def dangling(self) -> list[Side]:
        """Transient sides that name nothing."""
        return [side for side in self.transients if self.resolve(side)[0] == NOTHING]

    @cached_property
    def nameless(self) -> list[Side]:
        """Persistent interfaces without an alias, which nothing can name but by the alias that libvirt will give them;
        none where a transient one does that."""
        if any(AUTOMATIC.fullmatch(name) for name in self.by_name):
            return []
        return [side for side in self.persistents if side.is_interface and side.has_no_alias]

    @cached_property
    def free(self) -> list[Side]:
        """Persistent sides whose alias is kept and that no transient one names."""
        return [side for side in self.persistents if self.keeps(side.alias) and side.alias not in self.by_name]

    @cached_property
    def from_networks(self) -> list[Side]:
        """Transient sides that take their device from a network, one for each network."""
        sides = [side for side in self.transients if side.kind == "network"]
        return list({side.network: side for side in reversed(sides)}.values())

    @cached_property
    def last_on_network(self) -> dict[str, Side]:
        """The last transient side on each network."""
        return {side.network: side for side in self.transients if side.network}

    @cached_property
    def first_fixed(self) -> Side | None:
        """The first transient side that names a device of the host."""
        return next((side for side in self.transients if host_address(side.device) is not None), None)

    @cached_property
    def by_network(self) -> dict[str, list[Node]]:
        """Interfaces by the network they are on, in a pair or not."""
        found: dict[str, list[Node]] = {}
        for node in self.devices:
            if node.name == "interface" and known_text(node, "@type") == "network":
                found.setdefault(known_text(node, "source@network"), []).append(node)
        return found

    @cached_property
    def has_loose_ends(self) -> bool:
        """Whether a side could be meant as the transient one of any persistent one."""
        odd = any(side.kind == "hostdev" or not side.is_interface for side in self.persistents)
        unclear = odd or any(not side.role for side in self.sides)
        return unclear or any(self.target(side) is None for side in self.transients)

    @cached_property
    def by_mac(self) -> dict[bytes, list[Node]]:
        """Interfaces by MAC address, in a pair or not."""
        found: dict[bytes, list[Node]] = {}
        for node in self.devices:
            octets = octets_of(node.get("mac@address")) if node.name == "interface" else None
            if octets is not None:
                found.setdefault(octets, []).append(node)
        return found

    @cached_property
    def by_mac_of_target(self) -> dict[bytes, Side]:
        """Transient sides whose address is not that of their persistent side, by the latter."""
        found: dict[bytes, Side] = {}
        for side in self.transients:
            target = self.target(side)
            if target is not None and target.octets is not None and target.octets != side.octets:
                found.setdefault(target.octets, side)
        return found

    @cached_property
    def _taken(self) -> Counter[str]:
        """Aliases that devices have or name, whatever libvirt makes of them, and how often."""
        return Counter([*self.by_name, *(known_text(node, "alias@name") for node in self.devices)])

    def can_be_renamed(self, alias: str, new: str) -> bool:
        """Whether one device alone has or names an alias, and none the new one."""
        return not self.is_open and self._taken[alias] == 1 and self._taken[new] == 0

    def free_alias(self, stem: str) -> str:
        """`stem`, with a number if a device has or names it, whatever libvirt makes of it; '' where that is open."""
        if self.is_open:
            return ""
        numbered = (stem if not number else f"{stem}-{number}" for number in range(len(self._taken) + 1))
        return next(alias for alias in numbered if alias not in self._taken)

    @cached_property
    def _passed_on(self) -> str | None:
        """What the domain passes to QEMU directly, one text after another; None where it is partly unknown."""
        stack = [self.domain.child("qemu:commandline"), self.domain.child("qemu:override")]
        found: list[Value] = []
        while stack:
            node = stack.pop()
            if node is not None:
                found.extend(value for name in ("value", "alias") if (value := node.value(name)) is not None)
                stack.extend(node.children)
        return None if any(value.opaque for value in found) else "\n".join(value.text for value in found)

    def mentions(self, alias: str) -> bool:
        """Whether what the domain passes to QEMU directly may speak of an alias."""
        return self._passed_on is None or alias in self._passed_on

    def has_rival(self, persistent: Side, device: Node) -> bool:
        """Whether another device than this one may be meant as the transient side of a persistent one: a transient side
        that names none, or a host device in no pair, if it does not have another address."""
        octets = persistent.octets
        groups = self._unpaired.values() if octets is None else (self._unpaired.get(key, ()) for key in (octets, None))
        return any(rival != device for group in groups for rival in group)

    @cached_property
    def _unpaired(self) -> dict[bytes | None, list[Node]]:
        """Transient sides that name no persistent one, and interfaces that are host devices in no pair, by address."""
        found: dict[bytes | None, list[Node]] = {}
        for side in self.transients:
            if self.target(side) is None:
                found.setdefault(side.octets, []).append(side.device)
        for octets, nodes in self.by_mac.items():
            plain = [node for node in nodes if known_text(node, "@type") == "hostdev" and self.side(node) is None]
            found.setdefault(octets, []).extend(plain)
        return found

    def is_pair(self, transient: Side, persistent: Side) -> bool:
        """Whether the two are each other's only candidate: what is ambiguous must not be fixed."""
        return len(self.by_name.get(transient.name, [])) == 1 and self.target(transient) is persistent
