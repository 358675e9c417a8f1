"""Rules on domain XML that libvirt takes, and then changes, drops or refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.aliases import USER_ALIAS
from ..libvirt.disks import bus_of
from ..libvirt.sizes import in_bytes, number_set
from ..libvirt.values import known_text, number_of
from ..model import Node
from ..source import Value

LIBVIRTS_ALIAS = re.compile(r"[a-z].*[0-9]|usb|ide|fdc|pci|nvram")
"""What libvirt itself calls devices; it writes such names, and makes them up again."""
SMALL_KIB = 32768
"""Nobody means a guest of less than 32 MiB: the number was meant in MiB."""

WITHOUT_IOTHREADS = ("ide", "sata", "scsi", "usb")
"""Buses whose disks have no I/O threads of their own: libvirt's QEMU driver refuses them."""


def alias_dropped(node: Node, context: Context) -> Iterator[Finding]:
    """An alias given by the user that libvirt does not keep."""
    from ..libvirt.teaming import Team

    name, device = node.value("name"), node.parent
    if name is None or name.opaque or USER_ALIAS.fullmatch(name.text):
        return
    if device is not None and device.name == "interface" and known_text(device, "teaming@type") == "persistent":
        return  # teaming-alias-dropped says it, and knows who else names the interface
    if name.text.startswith("ua-"):
        yield Finding(name, {"name": name.text}, variant="character")
    elif context.root.value("id") is None and not LIBVIRTS_ALIAS.fullmatch(name.text):
        kept = f"ua-{name.text}"
        free = USER_ALIAS.fullmatch(kept) and context.of_root(Team).can_be_renamed(name.text, kept)
        edits = name.replace(0, len(name.text), kept) if free else ()
        yield Finding(name, {"name": name.text, "kept": kept}, edits)


def vcpupin_out_of_range(node: Node, context: Context) -> Iterator[Finding]:
    """A pin of a virtual CPU that the domain does not have."""
    vcpu, count = node.value("vcpu"), number_of(context.root.get("vcpu"))
    if vcpu is not None and count is not None and vcpu.text.isdecimal() and int(vcpu.text) >= count:
        yield Finding(vcpu, {"vcpu": vcpu.text, "count": str(count), "last": str(count - 1)})


def numa_memory_differs(node: Node, context: Context) -> Iterator[Finding]:
    """NUMA cells whose memory is not that of the domain."""
    memory, devices = context.root.child("memory"), context.root.child("devices")
    cells = _cells(node)
    if memory is None or not cells or (devices is not None and devices.child("memory")):
        return  # memory that can be plugged in counts towards <memory>, and towards no cell
    total = _size(memory.text, memory.value("unit"))
    sizes = [_size(cell.value("memory"), cell.value("unit")) for cell in cells]
    known = [size for size in sizes if size is not None]
    if total is not None and len(known) == len(cells) and -(-total // 1024) != -(-sum(known) // 1024):
        fields = {"total": f"{total // 1024} KiB", "sum": f"{sum(known) // 1024} KiB"}
        yield Finding(node, fields, notes=(("memory", memory),))


def numa_cells_leave_vcpus_out(node: Node, context: Context) -> Iterator[Finding]:
    """NUMA cells that do not hold all virtual CPUs."""
    count = number_of(context.root.get("vcpu"))
    sets = [_set(cell.value("cpus")) for cell in _cells(node)]
    known = [numbers for numbers in sets if numbers is not None]
    if count is None or not known or len(known) < len(sets):
        return
    held = set[int]().union(*known)
    if held and max(held) < count and len(held) < count:
        left = [number for number in range(count) if number not in held]
        text = (
            str(left[0])
            if len(left) == 1
            else f"{left[0]} to {left[-1]}"
            if _is_run(left)
            else ", ".join(map(str, left))
        )
        yield Finding(node, {"left": text})


def memory_without_unit(node: Node, context: Context) -> Iterator[Finding]:
    """Memory so small that its number cannot have been meant in KiB."""
    if node.plain("unit") is not None:
        return
    size = number_of(node.text)
    if size is not None and 0 < size < SMALL_KIB:
        yield Finding(node.text, {"size": str(size)}, node.set_value("unit", "MiB"))


def iothread_unknown(node: Node, context: Context) -> Iterator[Finding]:
    """An I/O thread that the domain does not define."""
    given = node.value("iothread")
    if given is None or not given.text.isdecimal():
        return
    known = _iothreads(context.root)
    if known is not None and int(given.text) not in known:
        variant = "" if known else "none"
        yield Finding(given, {"id": given.text, "known": ", ".join(map(str, sorted(known)))}, variant=variant)


def iothread_on_other_bus(node: Node, context: Context) -> Iterator[Finding]:
    """A disk or controller that cannot have an I/O thread."""
    device, given = node.parent, node.value("iothread")
    if device is None or given is None:
        return
    model = device.value("model")
    if device.name == "controller":
        if model is not None and not model.opaque and not model.text.startswith("virtio"):
            yield Finding(given, {"model": model.text}, variant="controller")
    elif (bus := bus_of(device)) in WITHOUT_IOTHREADS:
        yield Finding(given, {"bus": str(bus)})


def _iothreads(domain: Node) -> set[int] | None:
    """Numbers of the I/O threads: those given, and the lowest free ones up to their count; None if not known."""
    listed, count = domain.child("iothreadids"), domain.get("iothreads")
    if domain.has_template_parts or (listed and listed.has_template_parts) or (count and number_of(count) is None):
        return None
    numbers = [number_of(thread.value("id")) for thread in (listed.children if listed else ())]
    known = {number for number in numbers if number is not None}
    if len(known) < len(numbers):
        return None
    wanted, free = number_of(count) or 0, 1
    while len(known) < wanted and free <= wanted * 2:
        known.add(free)
        free += 1
    return known


def _cells(numa: Node) -> list[Node]:
    """The cells of a guest's NUMA topology; none where a template may add some."""
    return [] if numa.has_template_parts else [child for child in numa.children if child.name == "cell"]


def _is_run(numbers: list[int]) -> bool:
    return numbers[-1] - numbers[0] == len(numbers) - 1


def _size(value: Value | None, unit: Value | None) -> int | None:

    return None if value is None else in_bytes(value.text, None if unit is None else unit.text)


def _set(value: Value | None) -> set[int] | None:

    return None if value is None else number_set(value.text)
