"""Texts for people that show commands: Markdown, reStructuredText, AsciiDoc, Org and plain text."""

from __future__ import annotations

from ..model import Document
from ..source import Source, Text
from .hints import may_hold_qemu_or_domain
from .names import is_named
from .spans import whole
from .text_reader import read_text
from .xml_parts import embedded_domains

NAMES = (
    *("*.md", "*.markdown", "*.mdx", "*.rst", "*.adoc", "*.asciidoc", "*.txt", "*.text", "*.org", "*.textile"),
    *("*.wiki", "*.mediawiki", "*.rest", "*.qmd", "*.Rmd", "README", "INSTALL", "HACKING", "NOTES", "TODO", "HOWTO"),
)


def claims(path: str, head: bytes) -> bool:
    """Whether a file is a text, by its name, that may show a command."""
    return is_named(path, NAMES) and may_hold_qemu_or_domain(head)


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines in the code of a text, and the domains in it."""
    source = Source(path, data)
    text = Text(source)
    return Document(source, "text", [*read_text(whole(text)), *embedded_domains(text)])
