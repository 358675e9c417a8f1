"""Files of settings and commands, one a line: environment files, conf.d, CMake, batch files and more.

Most are read as a shell would read them; the others by what continues a line there and what parts its words.
"""

from __future__ import annotations

import os
import re

from ..model import Document
from ..source import Value
from .hints import may_hold_qemu
from .host_file import HostFile
from .line_dialects import DIALECTS, HASH, read_lines
from .logical_lines import interesting_lines
from .names import is_named
from .shell_script import ScriptReader

SETTINGS = ("*.env", ".env", "*.conf", "*.cfg", "*.ini", "*.config", "*.bb", "*.bbclass", "*.bbappend", "*.inc")
NAMES = (*SETTINGS, *(name for dialect in DIALECTS for name in dialect.names))
FOLDERS = re.compile(r"(?:^|/)(?:conf\.d|default|sysconfig)/[^/.]+(?:\.\w+)?\Z")
"""Where environment files stand that have no suffix."""
ASSIGNED = re.compile(rb"(?:[ \t]*(?:#.*)?\r?\n)*[A-Za-z_]\w*=")
"""How a file of settings begins that has no suffix either: systemd's EnvironmentFile= may be called anything."""
UNQUOTED = re.compile(r"[ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*[:+?]?=[ \t]*(?=-)")


def claims(path: str, head: bytes) -> bool:
    """Whether a file is one of settings or commands, by its name."""
    named = (
        is_named(path, NAMES) or FOLDERS.search(path) or ("." not in os.path.basename(path) and ASSIGNED.match(head))
    )
    return bool(named) and may_hold_qemu(head)


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines of each line."""
    file = HostFile(path, data)
    dialect = next((dialect for dialect in DIALECTS if is_named(path, dialect.names)), None)
    if dialect is not None:
        read_lines(file.reader, file.value, dialect)
    elif not file.reader.script(file.value, strict=True):
        _settings(file.reader, file.value)
    return file.document("lines")


def _settings(reader: ScriptReader, file: Value) -> None:
    """Lines of which a shell could not read all."""
    for line in interesting_lines(file, HASH):
        options = UNQUOTED.match(line.text)
        if options:
            reader.line(line, options.end())
        else:
            reader.script(line)
