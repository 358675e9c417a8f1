"""MAC addresses as libvirt reads them."""

from __future__ import annotations

import re

OCTETS = re.compile(r"([0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5})(?:[\s\x00-\x1f].*)?", re.DOTALL)
USUAL = re.compile(r"[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}")
SEPARATORS = str.maketrans(dict.fromkeys(":-. "))
TWELVE_DIGITS = re.compile(r"[0-9a-fA-F]{12}")


def parse_mac(text: str) -> bytes | None:
    """The six bytes of an address, or None where libvirt refuses it.

    libvirt takes one-digit octets, and anything after white space; only `:` separates (measured on libvirt 7.0, 9.0
    and 11.3; that an octet has at most two digits: virMacAddrParse in src/util/virmacaddr.c).
    """
    match = OCTETS.fullmatch(text)
    return bytes(int(octet, 16) for octet in match[1].split(":")) if match else None


def is_usual_form(text: str) -> bool:
    """Whether libvirt's schema takes the address too: six octets of two digits, in small letters or capitals."""
    return USUAL.fullmatch(text) is not None


def meant_mac(text: str) -> bytes | None:
    """The address that a text stands for beyond doubt: what libvirt reads, or exactly twelve digits however divided."""
    digits = text.translate(SEPARATORS)
    return parse_mac(text) or (bytes.fromhex(digits) if TWELVE_DIGITS.fullmatch(digits) else None)


def format_mac(octets: bytes) -> str:
    """An address in its usual form, as libvirt writes it."""
    return ":".join(f"{octet:02x}" for octet in octets)


def is_usable(octets: bytes) -> bool:
    """Whether a NIC can have the address: not multicast, which libvirt refuses, and not all zero."""
    return not octets[0] & 1 and any(octets)
