"""The releases of distributions that a target may name, as text and as JSON."""

from __future__ import annotations

from collections.abc import Collection
from typing import TextIO

from ..targets import Distribution
from .json_stream import JsonText
from .printing import put


def write_text(known: Collection[Distribution], newest: Collection[Distribution], stream: TextIO) -> None:
    """A line for each release, with the shorter name of the newest of a series."""
    rows = [
        (name, found.series if found in newest and found.series != found.name else "", found.qemu, found.libvirt or "-")
        for name, found in ((found.name, found) for found in known)
    ]
    head = ("TARGET", "ALSO", "QEMU", "LIBVIRT")
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        put(stream, "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def write_json(known: Collection[Distribution], newest: Collection[Distribution], stream: TextIO) -> None:
    """All that is known of each: its packages, and where and when they were seen. Keys are added, never renamed."""
    targets = [
        {
            "name": found.name,
            "also": [found.series] if found in newest and found.series != found.name else [],
            "title": found.title,
            "qemu": found.qemu,
            "libvirt": found.libvirt or None,
            "packages": list(found.packages),
            "source": found.source,
            "seen": found.seen,
        }
        for found in known
    ]
    stream.write(JsonText(stream, indent=2).of({"version": 1, "targets": targets}) + "\n")
