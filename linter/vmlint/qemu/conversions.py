"""Values in the terms of a new form, where it counts or writes them otherwise than the old one, or in several parts."""

from __future__ import annotations

import re
from collections.abc import Callable

RBD_IMAGE = re.compile(r"([\w.-]+)/([\w.-]+)(?:@([\w.-]+))?")
"""`POOL/IMAGE@SNAPSHOT`, without the `:KEY=VALUE` that may follow."""
USB_ADDRESS = re.compile(r"(\d{1,3})\.(\d{1,3})")
USB_PRODUCT = re.compile(r"([0-9a-fA-F]{1,4}):([0-9a-fA-F]{1,4})")
GEOMETRY = re.compile(r"(\d{1,5}),(\d{1,2}),(\d{1,2})(?:,(none|lba|large|rechs|auto))?")
REDIRECTION = re.compile(r"(tcp|udp):(\d+):([\w.]*):(\d+)")
HEX_SIZE = re.compile(r"0[xX]([0-9a-fA-F]{1,16})([kKmMgGtTpP]?)")
"""No suffix is `B` or `E`, which are hexadecimal digits."""
PLAIN_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,8}")
MOST_COUNTERS = 29
"""A RISC-V processor has three counters of its own and up to 29 more."""


def _milliseconds(text: str) -> str | None:
    return str(int(text) * 1000) if text.isdecimal() and len(text) < 8 else None


def _first_boot_index(text: str) -> str | None:
    """`boot=on` says no more than that a disk comes first."""
    return "1" if text == "on" else None


def _counter_mask(text: str) -> str | None:
    """A number of counters as the mask that stands for them: one bit each from the fourth on."""
    return hex(((1 << int(text)) - 1) << 3) if text.isdecimal() and int(text[:3]) <= MOST_COUNTERS else None


def _without_admin_queue(text: str) -> str | None:
    return str(int(text) - 1) if text.isdecimal() and int(text[:8]) > 1 else None


def _host_forward(text: str) -> str | None:
    """`tcp:HOSTPORT:GUEST:PORT`, as -redir has it, as hostfwd= has it."""
    found = REDIRECTION.fullmatch(text)
    return f"{found[1]}::{found[2]}-{found[3]}:{found[4]}" if found else None


def _mebibytes(text: str) -> str | None:
    """What -numa takes for MiB unless it has a unit, as a size that elsewhere is in bytes."""
    if PLAIN_HEX.fullmatch(text):
        return f"{int(text, 16)}M"
    return f"{text}M" if text.isdecimal() else text if text[:-1].isdecimal() and text[-1] in "kKmMgGtT" else None


def _decimal(text: str) -> str | None:
    found = HEX_SIZE.fullmatch(text)
    return f"{int(found[1], 16)}{found[2]}" if found else None


def _rbd_image(text: str, prefix: str = "") -> str | None:
    found = RBD_IMAGE.fullmatch(text.removeprefix("rbd:"))
    if found is None:
        return None
    snapshot = f",{prefix}snapshot={found[3]}" if found[3] else ""
    return f"{prefix}pool={found[1]},{prefix}image={found[2]}{snapshot}"


def _rbd_file(text: str) -> str | None:
    return _rbd_image(text, "file.")


def _usb_host(text: str) -> str | None:
    """`host:BUS.ADDRESS` or `host:VENDOR:PRODUCT`, as -usbdevice had it."""
    rest = text.removeprefix("host:")
    if found := USB_ADDRESS.fullmatch(rest):
        return f"hostbus={int(found[1])},hostaddr={int(found[2])}"
    found = USB_PRODUCT.fullmatch(rest)
    return f"vendorid=0x{found[1]},productid=0x{found[2]}" if found else None


def _geometry(text: str) -> str | None:
    """`CYLINDERS,HEADS,SECTORS[,TRANSLATION]`, as -hdachs had it."""
    found = GEOMETRY.fullmatch(text)
    if found is None:
        return None
    translation = f",bios-chs-trans={found[4]}" if found[4] else ""
    return f"cyls={found[1]},heads={found[2]},secs={found[3]}{translation}"


CONVERSIONS: dict[str, Callable[[str], str | None]] = {
    "milliseconds": _milliseconds,
    "without-admin-queue": _without_admin_queue,
    "mebibytes": _mebibytes,
    "host-forward": _host_forward,
    "decimal": _decimal,
    "first-boot-index": _first_boot_index,
    "counter-mask": _counter_mask,
}

PARAMETERS: dict[str, Callable[[str], str | None]] = {
    "rbd-image": _rbd_image,
    "rbd-file": _rbd_file,
    "usb-host": _usb_host,
    "geometry": _geometry,
}
"""Those that write whole parameters, commas and all."""
