"""Guests of Proxmox VE, `100.conf`: what of them becomes options of QEMU: `args:`, `cpu:`, `machine:` and `name:`.

Each section is a command line by itself: the guest, then its snapshots, which come back with the options they had.
"""

from __future__ import annotations

import re

from ..model import Document
from ..source import Piece, Value, refuse
from .host_file import HostFile
from .line_dialects import HASH, NO_MARK
from .logical_lines import logical_lines
from .recognise import split

NAMES = ("*.conf",)
FILE = re.compile(r"(?:^|/)[1-9][0-9]{2,8}\.conf\Z")
GUEST = re.compile(rb"^(?:args:[ \t]*-|(?:machine|smbios1|scsihw|vmgenid):[ \t]*\S)", re.MULTILINE)
"""What a container's configuration, which is called alike, does not have."""
SECTION = re.compile(r"\[[^\]\n]*\][ \t]*\Z")
OF_GUEST, OF_SNAPSHOT = re.compile(r"(args|cpu|machine|name):[ \t]*"), re.compile(r"(args|cpu|machine):[ \t]*")
"""A snapshot has the guest's name too, and is not the guest."""
VALUES = {
    "cpu": re.compile(r"(?:cputype=)?([^,\s=]+)(?=[,\s]|\Z)"),
    "machine": re.compile(r"(?:type=)?([^,\s=]+)(?=[,\s]|\Z)"),
    "name": re.compile(r"([^\s,=]+)"),
}
"""The model or type, before what else Proxmox takes there; `args:` are options as they stand."""


def claims(path: str, head: bytes) -> bool:
    """Whether a file is called as a guest's and has what only a guest has."""
    return FILE.search(path) is not None and GUEST.search(head) is not None


def parse(path: str, data: bytes) -> Document:
    """A command line for each section."""
    file = HostFile(path, data)
    words: list[Value] = []
    settings = OF_GUEST
    for ranges in logical_lines(file.value.text, HASH, NO_MARK):
        line = file.value.pick(*ranges)
        if SECTION.match(line.text):
            file.reader.options(words)
            words, settings = [], OF_SNAPSHOT
        else:
            words += _words(line, settings, words)
    file.reader.options(words)
    return file.document("proxmox")


def _words(line: Value, settings: re.Pattern[str], before: list[Value]) -> list[Value]:
    """What a line adds to the command line that lines before it made."""
    setting = settings.match(line.text)
    if setting is None:
        return []
    if setting[1] == "args":
        return split(line, setting.end())
    value = VALUES[setting[1]].match(line.text, setting.end())
    if value is None or (setting[1] == "cpu" and any(word.text == "-cpu" for word in before)):
        return []  # Proxmox puts `args:` at the end, where QEMU takes the last -cpu; and it sorts the lines
    option = Value(f"-{setting[1]}", (Piece(0, len(setting[1]) + 1, *line.span(*setting.span(1)), 0, refuse),))
    return [option, line.pick(value.span(1))]
