"""MAC addresses as QEMU reads them."""

from __future__ import annotations

import re

OCTETS = re.compile(r"[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}")


def parse_mac(text: str) -> bytes | None:
    """The six bytes of an address, or None where QEMU refuses it.

    Each octet has two digits, and `:` or `-` divides them (measured on QEMU 5.2, 7.2, 10.0 and 11.1).
    """
    return bytes(int(text[at : at + 2], 16) for at in range(0, 17, 3)) if OCTETS.fullmatch(text) else None
