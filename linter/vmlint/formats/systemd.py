"""systemd units and drop-ins, and Podman's."""

from __future__ import annotations

import re

from ..model import Document
from .hints import may_hold_qemu
from .host_file import HostFile
from .names import is_named
from .unit_text import read_unit

NAMES = ("*.service", "*.socket", "*.timer", "*.container")
DROP_IN = re.compile(r".*\.(?:service|container)\.d/[^/]*\.conf\Z", re.DOTALL)
SECTION = re.compile(rb"^\[(?:Unit|Service|Container)\]\s*$", re.MULTILINE)


def claims(path: str, head: bytes) -> bool:
    """Whether a file is a unit, by its name and the sections that units have."""
    return (
        (is_named(path, NAMES) or DROP_IN.match(path) is not None)
        and SECTION.search(head) is not None
        and may_hold_qemu(head)
    )


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines of a unit."""
    file = HostFile(path, data)
    read_unit(file.reader, file.value)
    return file.document("systemd")
