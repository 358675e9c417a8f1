"""Programs and data files that hold QEMU's options in string literals: Python, Go, Rust, JSON, HCL and others.

Each language is a row of literal_languages.LANGUAGES; how words become command lines is the same for all.
"""

from __future__ import annotations

from ..model import Document
from ..source import Source, Text
from .hints import may_hold_qemu_or_domain, parts_with_hints
from .literal_finder import find_commands
from .literal_languages import LANGUAGES
from .literal_lookup import by_first_line, by_path
from .literal_tree import read_tree
from .spans import whole
from .xml_parts import embedded_domains

NAMES = tuple(name for language in LANGUAGES for name in language.names)


def claims(path: str, head: bytes) -> bool:
    """Whether a file is a program in a language that is known, and may hold an option or a program's name."""
    known = by_path(path) or by_first_line(head[:200].decode("utf-8", "replace"))
    return known is not None and may_hold_qemu_or_domain(head)


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines in the strings of a program."""
    source = Source(path, data)
    text = Text(source)
    language = by_path(path) or by_first_line(text.text[:200])
    if language is None:
        return Document(source, "literals")
    program = whole(text)
    parts = parts_with_hints(text.text) if language.name == "json" else [(0, len(text.text))]
    found = [find_commands(read_tree(program.pick(part), language)) for part in parts]
    roots = [root for roots, _ in found for root in roots]
    return Document(
        source, "literals", [*roots, *embedded_domains(text)], [problem for _, told in found for problem in told]
    )
