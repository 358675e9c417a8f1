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
        (found.name, ", ".join(_also(found, newest)), found.qemu, found.libvirt or "-", found.seen) for found in known
    ]
    head = ("TARGET", "ALSO", "QEMU", "LIBVIRT", "SEEN")
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        put(stream, "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def write_json(known: Collection[Distribution], newest: Collection[Distribution], stream: TextIO) -> None:
    """All that is known of each: its packages, and where and when they were seen. Keys are added, never renamed."""
    targets = [
        {
            "name": found.name,
            "also": _also(found, newest),
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


def _also(found: Distribution, newest: Collection[Distribution]) -> list[str]:
    """The other name of a release that is the newest of a series."""
    return [found.series] if found in newest and found.series != found.name else []
