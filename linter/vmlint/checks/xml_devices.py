"""Rules on devices that cannot be where, or what, the domain says."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding, only_if
from ..libvirt.disks import bus_of
from ..libvirt.values import is_for_qemu, is_unknown, known_number, known_text
from ..model import Node
from ..qemu.machine_kinds import kind_of_machine

FIRST_ONLY = ("vga", "cirrus", "vmvga", "bochs", "ramfb")
"""Models of video devices that can only be the first (measured on libvirt 11.3 and 12.8)."""
BRIDGES = ("pci-bridge", "pcie-to-pci-bridge")
"""Whose slot 0 is their own."""
USB_KINDS = {("controller", "usb"), ("controller", "ccid"), ("hub", "usb"), ("hostdev", "usb")}
"""Devices that are on USB by their type."""
USB_MODELS = {
    "sound": ("@model", "usb"), "serial": ("target@type", "usb-serial"), "interface": ("model@type", "usb-net"),
}  # fmt: skip
"""Where devices name a model of theirs that is on USB, and that model."""
VNC_LETTERS = 8
DEFAULT_AUDIO = 1
"""The number of the backend that libvirt's QEMU driver adds to a domain that has none."""


def usb_disabled(node: Node, context: Context) -> Iterator[Finding]:
    """A device on USB in a domain that has no USB."""
    devices = node.parent
    if devices is None or context.root.is_of_template:
        return
    for device in devices.children:
        at = _usb_place(device)
        if at is not None and at != node:
            yield Finding(at, {"name": device.name}, notes=(("disabled", node),))


def _usb_place(device: Node) -> Node | None:
    """A device, if it is one on USB."""
    if device.name == "disk":
        is_usb = bus_of(device) == "usb"
    elif device.name == "smartcard" or (device.name, known_text(device, "@type")) in USB_KINDS:
        is_usb = True
    elif device.name in USB_MODELS:
        path, model = USB_MODELS[device.name]
        is_usb = known_text(device, path) == model
    else:
        is_usb = device.name in ("input", "redirdev") and _bus_of_input(device) == "usb"
    return device if is_usb else None


def _bus_of_input(device: Node) -> str:
    """The bus of an input or redirected device; a tablet is on USB unless it says another."""
    is_tablet = device.value("bus") is None and known_text(device, "@type") == "tablet"
    return "usb" if is_tablet else known_text(device, "@bus")


def ide_on_q35(node: Node, context: Context) -> Iterator[Finding]:
    """A disk or controller on IDE, which a machine does not have."""
    if node.name == "disk" and bus_of(node) != "ide":
        return
    system = context.root.child("os")
    machine = kind_of_machine(known_text(system, "type@machine"), known_text(system, "type@arch")) if system else ""
    if machine != "q35" or not is_for_qemu(context.root) or context.root.is_of_template:
        return
    if node.name == "disk":
        yield Finding(node.get("target@bus") or node.get("target@dev") or node, {"name": "disk"})
    else:
        yield Finding(node.value("type") or node, {"name": "controller"})


def memory_not_shared(node: Node, context: Context) -> Iterator[Finding]:
    """A device that a process beside QEMU serves, in memory that the process cannot reach."""
    domain = context.root
    is_served = node.name != "filesystem" or known_text(node, "driver@type") == "virtiofs"
    backing, numa = domain.child("memoryBacking"), domain.below("cpu/numa")
    if not is_served or not is_for_qemu(domain) or domain.is_of_template or domain.has_template_parts:
        return
    if (numa is not None and numa.has_template_parts) or (backing is not None and backing.has_template_parts):
        return
    access = backing.get("access@mode") if backing is not None else None
    cells = [cell.value("memAccess") or access for cell in numa.children] if numa is not None else []
    if all(given is not None and (given.opaque or given.text == "shared") for given in cells or [access]):
        return
    if node.name == "interface" and node.child("teaming") is not None:
        return  # teaming-memory-not-shared knows more of it
    yield Finding(node, {"name": node.name})


def spice_missing(node: Node, context: Context) -> Iterator[Finding]:
    """A device that talks through SPICE, in a domain that has none."""
    if is_for_qemu(context.root) and not context.root.is_of_template and not context.of_root(_may_have_spice):
        yield Finding(node.value("type") or node, {"name": node.name})


def _may_have_spice(domain: Node) -> bool:
    graphics = _devices(domain, "graphics")
    return _may_have_more(domain) or any(
        known_text(found, "@type") == "spice" or is_unknown(found, "@type") for found in graphics
    )


def _devices(domain: Node, name: str) -> list[Node]:
    devices = domain.child("devices")
    return [device for device in devices.children if device.name == name] if devices else []


def _may_have_more(domain: Node) -> bool:
    """Whether there may be devices that are not in the file."""
    devices = domain.child("devices")
    return devices is not None and devices.has_template_parts


def video_not_first(node: Node, context: Context) -> Iterator[Finding]:
    """A video device that only the first can be."""
    model = node.get("model@type")
    if model is None or model.text not in FIRST_ONLY or context.root.is_of_template or not is_for_qemu(context.root):
        return
    primary = context.of_root(_primary_video)
    if primary is not None and node != primary:
        yield Finding(model, {"model": model.text}, notes=(("first", primary),))


def _primary_video(domain: Node) -> Node | None:
    videos = _devices(domain, "video")
    named = (video for video in videos if known_text(video, "model@primary") == "yes")
    return next(named, videos[0] if videos else None)


def native_io_with_cache(node: Node, context: Context) -> Iterator[Finding]:
    """Native AIO on a disk whose cache it cannot have."""
    io, cache = node.value("io"), node.value("cache")
    if io is None or io.text != "native" or not is_for_qemu(context.root) or (cache is not None and cache.opaque):
        return
    if cache is None or cache.text not in ("none", "directsync"):
        has = f"the cache mode '{cache.text}'" if cache else "no cache mode"
        yield Finding(io, {"has": has}, node.set_value("cache", "none"))


def disk_on_unfit_bus(node: Node, context: Context) -> Iterator[Finding]:
    """A disk that its bus does not let be what it is."""
    device, read_only = known_text(node, "@device") or "disk", node.child("readonly")
    if device != "cdrom" and read_only is None:
        return
    bus = bus_of(node)
    if bus is None or not is_for_qemu(context.root) or is_unknown(node, "@device"):
        return
    at = node.get("target@bus") or node.get("target@dev") or node
    if device == "disk" and bus in ("ide", "sata") and read_only is not None:
        yield Finding(read_only, {"bus": bus}, read_only.drop(), variant="readonly")
    elif device == "cdrom" and bus == "sd":  # of one on virtio, removed-from-libvirt tells
        yield Finding(at, {"bus": bus}, variant="cdrom")


def _is_behind_controller(address: Node, _: Context) -> bool:
    """Whether an address is on another bus than the first, which has all slots."""
    return bool((address.plain("bus") or "").strip("0xX"))


@only_if(_is_behind_controller)
def pci_slot_unfit(node: Node, context: Context) -> Iterator[Finding]:
    """A slot that the bus behind a controller does not have."""
    from ..libvirt.pci import PciTopology, guest_address  # which few domains need

    device = node.parent
    address = guest_address(device) if device is not None else None
    slot = node.value("slot")
    if address is None or slot is None or not is_for_qemu(context.root) or context.root.is_of_template:
        return
    topology = context.of_root(PciTopology)
    if topology.bus_kind(address.bus) == "port" and address.slot:
        fields = {"slot": str(address.slot), "model": topology.model(address.bus)}
        yield Finding(slot, fields, variant="port")
    elif address.bus and topology.model(address.bus) in BRIDGES and not address.slot:
        yield Finding(slot, {"model": topology.model(address.bus)}, variant="bridge")


def input_on_unfit_bus(node: Node, context: Context) -> Iterator[Finding]:
    """An input device on a bus that has none of its kind."""
    kind, bus = known_text(node, "@type"), node.value("bus")
    if bus is None or bus.opaque:
        return
    wanted = {"tablet": bus.text != "ps2", "passthrough": bus.text == "virtio", "evdev": False}.get(kind, True)
    if not wanted:
        yield Finding(bus, {"kind": kind, "bus": bus.text}, variant="evdev" if kind == "evdev" else "")


def vnc_password_long(node: Node, context: Context) -> Iterator[Finding]:
    """A password of which VNC knows only the beginning."""
    password = node.value("passwd")
    if password is None or password.opaque or known_text(node, "@type") != "vnc" or not is_for_qemu(context.root):
        return
    length = len(password.text.encode())
    if length > VNC_LETTERS:
        yield Finding(password, {"length": str(length)})


def iotune_total_and_parts(node: Node, context: Context) -> Iterator[Finding]:
    """A limit of all traffic of a disk beside one of reading or writing."""
    for unit in ("bytes", "iops"):
        for end in ("sec", "sec_max"):
            total = node.child(f"total_{unit}_{end}")
            parts = [node.child(f"{way}_{unit}_{end}") for way in ("read", "write")]
            part = next((part for part in parts if part and part.text.text.strip("0 \n\t")), None)
            if total and part and total.text.text.strip("0 \n\t") and not node.has_template_parts:
                yield Finding(part, {"part": part.name, "total": total.name}, notes=(("total", total),))


def graphics_listen_differs(node: Node, context: Context) -> Iterator[Finding]:
    """An address to listen at that is given twice, and differs."""
    given, first = node.value("listen"), node.child("listen")
    address = first.value("address") if first else None
    if given is None or address is None or given.opaque or address.opaque or given.text == address.text:
        return
    yield Finding(given, {"given": given.text, "address": address.text}, notes=(("address", address),))


def audio_unknown(node: Node, context: Context) -> Iterator[Finding]:
    """A sound card, or a VNC server, that names an audio backend that is not there."""
    given, number = node.value("id"), known_number(node, "@id")
    if given is None or number is None or context.root.is_of_template:
        return
    known = context.of_root(_audio_ids)
    if known is not None and number not in known:
        yield Finding(given, {"id": given.text})


def _audio_ids(domain: Node) -> set[int] | None:
    """The numbers of the audio backends of a domain; None where they are not known."""
    numbers = [known_number(audio, "@id") for audio in _devices(domain, "audio")]
    if _may_have_more(domain) or None in numbers:
        return None
    if not numbers and is_for_qemu(domain):
        return {DEFAULT_AUDIO}
    return {number for number in numbers if number is not None}
