"""justfiles: the shell commands of recipes, and variables that hold options."""

from __future__ import annotations

import re

from ..model import Document
from .hints import may_hold_qemu
from .host_file import HostFile
from .logical_lines import interesting_lines
from .names import is_named
from .spans import with_opaque

NAMES = ("justfile", "Justfile", ".justfile", "*.just")
INTERPOLATION = re.compile(r"\{\{(?!\{)[^{}\n]*\}\}")
COMMENT = re.compile(r"[ \t]*#")
SHEBANG = re.compile(r"[ \t]+#!")
MARKS = re.compile(r"[ \t]+[@-]*|export[ \t]+")


def claims(path: str, head: bytes) -> bool:
    """Whether a file is called as justfiles are."""
    return is_named(path, NAMES) and may_hold_qemu(head)


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines of recipes and variables."""
    file = HostFile(path, data)
    text = with_opaque(file.value, INTERPOLATION)
    for line in interesting_lines(text, COMMENT):
        marks = MARKS.match(line.text)
        file.reader.script(line.pick((marks.end() if marks else 0, len(line.text))))
    return file.document("justfile")
