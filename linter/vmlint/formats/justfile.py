"""justfiles: the shell commands of recipes, and variables that hold options."""

from __future__ import annotations

import re

from ..model import Document
from ..source import Source
from .hints import may_hold_qemu
from .logical_lines import interesting_lines
from .names import is_named
from .shell_script import ScriptReader
from .spans import Text, whole, with_opaque

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
    source = Source(path, data)
    text = Text(source)
    reader = ScriptReader(text)
    file = with_opaque(whole(text), INTERPOLATION)
    for line in interesting_lines(file, COMMENT):
        marks = MARKS.match(line.text)
        reader.script(line.pick((marks.end() if marks else 0, len(line.text))))
    return Document(source, "justfile", reader.roots, reader.problems)
