"""MAC addresses as libvirt reads them."""

from __future__ import annotations

import re

OCTETS = re.compile(r"([0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5})(?:[\s\x00-\x1f].*)?", re.DOTALL)


def parse_mac(text: str) -> bytes | None:
    """The six bytes of an address, or None where libvirt refuses it.

    libvirt takes one-digit octets, and anything after white space; only `:` separates (measured on libvirt 7.0, 9.0
    and 11.3; that an octet has at most two digits: virMacAddrParse in src/util/virmacaddr.c).
    """
    match = OCTETS.fullmatch(text)
    return bytes(int(octet, 16) for octet in match[1].split(":")) if match else None
