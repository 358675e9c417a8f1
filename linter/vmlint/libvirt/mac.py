"""MAC addresses as libvirt reads them."""

from __future__ import annotations

import re

OCTETS = re.compile(r"([0-9a-fA-F]+(?::[0-9a-fA-F]+){5})(?:[\s\x00-\x1f].*)?", re.DOTALL)


def parse_mac(text: str) -> bytes | None:
    """The six bytes of an address, or None where libvirt refuses it.

    libvirt takes one-digit octets, and anything after white space; only `:` separates (virMacAddrParse; measured on
    libvirt 7.0, 9.0 and 11.3).
    """
    match = OCTETS.fullmatch(text)
    octets = [int(octet, 16) for octet in match[1].split(":")] if match else []
    return bytes(octets) if octets and max(octets) < 256 else None
