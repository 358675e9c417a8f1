"""Shell scripts and libvirt's `.args` files."""

from __future__ import annotations

import os
import re

from ..model import Document
from .hints import may_hold_qemu
from .host_file import HostFile
from .names import is_named

NAMES = (
    ".bashrc",
    ".bash_aliases",
    ".bash_profile",
    ".profile",
    ".zshrc",
    ".xinitrc",
    "*.sh",
    "*.bash",
    "*.ksh",
    "*.zsh",
    "*.bats",
    "*.args",
)
SHEBANG = re.compile(rb"#![^\n]*\b(?:(?:ba|da|k|z|a)?sh|bats)\b")
COMMAND = re.compile(
    rb"^(?:(?:exec|sudo|[A-Z_]+=\S*)[ \t]+){0,4}\S*qemu-(?:system-\w+|kvm)[ \t]+(?:\\|-)", re.MULTILINE
)
OPTIONS_FILE = re.compile(rb"\s*-[a-z]")


def claims(path: str, head: bytes) -> bool:
    """Whether a file is a shell script that may speak of QEMU, or holds its options one after another (`.args`)."""
    if not is_named(path, NAMES) and not SHEBANG.match(head) and not (_is_bare(path) and COMMAND.search(head)):
        return False
    return may_hold_qemu(head) or (path.endswith(".args") and OPTIONS_FILE.match(head) is not None)


def _is_bare(path: str) -> bool:
    """Whether a file has a name as scripts have that are meant to be called: no suffix, not `README`."""
    name = os.path.basename(path)
    return "." not in name and not name.isupper()


def parse(path: str, data: bytes) -> Document:
    """The QEMU commands, option lists and option strings of a script, those in its heredocs too."""
    file = HostFile(path, data)
    file.reader.script(file.value, is_options=path.endswith(".args"), is_file=True)
    return file.document("shell")
