"""libvirt's logs of its domains: the command line that started each, a shell's words over several lines or on one."""

from __future__ import annotations

import re

from ..model import Document
from .host_file import HostFile
from .logical_lines import interesting_lines

NAMES = ("*.log",)
START = re.compile(rb"^(?:[\d:. +-]+: starting up|LC_ALL=\S* (?:\\\r?\n)?(?:[A-Z_]+=))", re.MULTILINE)
COMMAND = re.compile(r"(?:[A-Z_]+=\S*[\s\\]+)*/\S*(?:qemu|kvm)")


def claims(path: str, head: bytes) -> bool:
    """Whether libvirt started a domain in this log."""
    return path.endswith(".log") and START.search(head) is not None


def parse(path: str, data: bytes) -> Document:
    """The command lines; what QEMU said is not among them."""
    file = HostFile(path, data)
    for line in interesting_lines(file.value):
        if COMMAND.match(line.text):
            file.reader.script(line)
    return file.document("libvirt-log")
