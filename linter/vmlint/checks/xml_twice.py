"""The rule on what only one device, or one setting, of a domain can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from ..finding import Context, Finding
from ..libvirt.aliases import USER_ALIAS
from ..libvirt.values import is_for_qemu
from ..light_typing import TYPE_CHECKING, NamedTuple
from ..model import Node, Place
from ..source import Value

if TYPE_CHECKING:
    from lxml.etree import _Element

PCI = ("domain", "bus", "slot", "function")
PLACES = {"pci": PCI, "virtio-serial": ("controller", "bus", "port"), "usb": ("bus",)}
"""What makes up the place of a device, by the type of its address."""
SETTINGS = (
    ("cputune/vcpupin", "vcpu", "vcpupin"),
    ("cputune/iothreadpin", "iothread", "iothreadpin"),
    ("cpu/feature", "name", "cpu-feature"),
    ("cpu/numa/cell", "id", "numa-cell"),
)
"""Where settings stand, the attribute by which each is the only one, and what that is."""


SHARED = ("ich9", "none")
"""Models of USB controllers that stand several to an index, or are none."""


UNCHECKED = ("serial", "parallel", "console")
"""Devices whose addresses libvirt does not hold against those of others (measured on libvirt 12.8)."""


class Claim(NamedTuple):
    """Something that one element has, and no other can have: what kind of thing (a variant of the rule), which of them,
    and where it says so.

    Made of what lxml has: there are many in each domain, and few are ever told.
    """

    kind: str
    which: object
    at: _Element
    attribute: str = ""
    told: str = ""
    """How to name it, where `which` does not read well."""


def claimed_twice(node: Node, context: Context) -> Iterator[Finding]:
    """Whatever two devices or settings of a domain claim, though only one can have it."""
    first: dict[tuple[str, object], Claim] = {}
    for claim in _claims(node):
        other = first.setdefault((claim.kind, claim.which), claim)
        if other is not claim:
            if node.is_of_template:
                return  # branches stand one beside another
            at = _place(node, claim)
            if isinstance(at, Value) and at.opaque:
                continue  # what is filled in may differ each time
            fields = {"which": claim.told or str(claim.which)}
            yield Finding(at, fields, variant=claim.kind, notes=(("first", _place(node, other)),))


def _place(root: Node, claim: Claim) -> Place:
    node = root.of(claim.at)
    return (node.value(claim.attribute) if claim.attribute else None) or node


def _claims(domain: Node) -> Iterator[Claim]:
    in_qemu = is_for_qemu(domain)
    devices = domain.child("devices")
    for device in devices.element if devices else ():
        if make := OF_KIND.get(device.tag):
            yield from make(device)
        for part in device:
            if make := OF_PART.get(part.tag):
                yield from make(part)
            elif in_qemu and part.tag == "address" and part.get("type") in PLACES and device.tag not in UNCHECKED:
                yield from _address(part)
    for path, name, kind in SETTINGS:
        for setting in domain.element.iterfind(path):
            number = _number(setting.get(name))
            which = setting.get(name) if number is None else number
            if which is not None:
                yield Claim(kind, which, setting, name)


def _boot(boot: _Element) -> Iterator[Claim]:
    if number := _number(boot.get("order")):
        yield Claim("", number, boot, "order")


def _alias(alias: _Element) -> Iterator[Claim]:
    name = alias.get("name", "")
    if USER_ALIAS.fullmatch(name):
        yield Claim("alias", name, alias, "name")


def _address(address: _Element) -> Iterator[Claim]:
    """Places on buses that only the driver of QEMU looks at; libvirt chooses one where the numbers are zero."""
    kind = address.get("type", "")
    place = _numbers(address, PLACES.get(kind, ()))
    if kind == "pci" and any(place[:3]):
        yield Claim("pci-address", place, address, "", _pci(place))
    elif kind == "usb" and place and (port := _port(address.get("port", ""))):
        yield Claim("usb-address", (*place, port), address, "", f"bus {place[0]}, port {port}")
    elif kind not in ("pci", "usb") and place and place[-1]:
        names = zip(PLACES[kind], map(str, place), strict=True)
        yield Claim(f"{kind}-address", place, address, "", ", ".join(map(" ".join, names)))


def _controller(controller: _Element) -> Iterator[Claim]:
    kind, number = controller.get("type", ""), _number(controller.get("index"))
    is_shared = kind == "usb" and controller.get("model", "").startswith(SHARED)
    if number is not None and not is_shared:
        yield Claim("controller", (kind, number), controller, "index", f"{number} of type '{kind}'")


def _video(video: _Element) -> Iterator[Claim]:
    for model in video.iterchildren("model"):
        if model.get("primary") == "yes":
            yield Claim("primary-video", "", model, "primary")


def _host_device(device: _Element) -> Iterator[Claim]:
    """A device of the host that is given to the guest."""
    kind = "pci" if device.tag == "interface" and device.get("type") == "hostdev" else device.get("type")
    source = next(device.iterchildren("source"), None)
    if source is None or kind not in ("pci", "usb", "mdev"):
        return
    parts = {part.tag: part for part in source}
    address = parts.get("address")
    if kind == "pci" and address is not None and (place := _numbers(address, PCI)):
        yield Claim("host-device", place, device, "", _pci(place))
    elif kind == "mdev" and address is not None and (uuid := address.get("uuid")):
        yield Claim("host-device", uuid.lower(), address, "uuid")
    elif kind == "usb" and address is not None and (place := _numbers(address, ("bus", "device"))):
        yield Claim("host-device", place, device, "", "at bus {}, device {}".format(*place))
    elif kind == "usb" and address is None and "vendor" in parts and "product" in parts:
        ids = (_number(parts["vendor"].get("id")), _number(parts["product"].get("id")))
        if None not in ids:
            yield Claim("host-device", ("vendor", *ids), device, "", "{:04x}:{:04x}".format(*ids))


OF_KIND: dict[object, Callable[[_Element], Iterator[Claim]]] = {
    "controller": _controller,
    "video": _video,
    "hostdev": _host_device,
    "interface": _host_device,
}
OF_PART: dict[object, Callable[[_Element], Iterator[Claim]]] = {"boot": _boot, "alias": _alias}


def _numbers(element: _Element, names: tuple[str, ...]) -> tuple[int, ...]:
    """Numbers of an address; none where one of them is not known, or the bus is not given."""
    if element.get("bus") is None:
        return ()
    return _all_numbers(tuple(element.get(name, "0") for name in names))


@lru_cache(maxsize=4096)  # addresses are much the same in all domains
def _all_numbers(texts: tuple[str, ...]) -> tuple[int, ...]:
    found = tuple(number for number in map(_number, texts) if number is not None)
    return found if len(found) == len(texts) else ()


def _port(text: str) -> str:
    """A port of USB, with those of the hubs before it (`1.2`); none where it is not known, or 0, for which libvirt
    chooses one."""
    numbers = [_number(part) for part in text.split(".")]
    return "" if None in numbers or not any(numbers) else ".".join(map(str, numbers))


def _pci(place: tuple[int, ...]) -> str:
    return "{:04x}:{:02x}:{:02x}.{:x}".format(*place)


def _number(text: str | None) -> int | None:
    """A number as libvirt reads it, if it is one."""
    try:
        return int(text or "", 0 if text and text[:2] in ("0x", "0X") else 10)
    except ValueError:
        return None
