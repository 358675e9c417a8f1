"""Sizes and sets of numbers as libvirt writes them."""

from __future__ import annotations

import re

POWERS = ("", "k", "m", "g", "t", "p", "e")
UNIT = re.compile(r"b|bytes?|([kmgtpe])(i?b)?", re.IGNORECASE)
PART = re.compile(r"(\^?)(\d{1,9})(?:-(\d{1,9}))?")
MAX_RANGE = 4096
"""A range of more CPUs than any host has is not counted out."""


def in_bytes(number: str, unit: str | None, default: str = "KiB") -> int | None:
    """A size in bytes, or None where it cannot be read: `KB` is 1000 bytes, `KiB` and `K` are 1024."""
    text = number.strip()
    match = UNIT.fullmatch(default if unit is None else unit.strip())
    if match is None or not text.isdecimal():
        return None
    base = 1000 if (match[2] or "").lower() == "b" else 1024
    return int(text) * int(base ** POWERS.index((match[1] or "").lower()))


def number_set(text: str) -> set[int] | None:
    """The numbers in a set such as `0-3,^2,7`, or None where it cannot be read."""
    found: set[int] = set()
    for part in text.replace(" ", "").split(","):
        match = PART.fullmatch(part)
        if match is None:
            return None
        low, high = int(match[2]), int(match[3] or match[2])
        if high - low > MAX_RANGE:
            return None
        numbers = range(low, high + 1)
        found = found.difference(numbers) if match[1] else found.union(numbers)
    return found
