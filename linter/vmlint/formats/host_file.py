"""A file of a format that holds commands, however they are written there."""

from __future__ import annotations

from ..model import Document
from ..source import Source, Text
from .shell_script import ScriptReader
from .spans import whole
from .templates import filled_in


class HostFile:
    """A file of a format that holds commands: its text, and what reads them."""

    def __init__(self, path: str, data: bytes) -> None:
        self.source = Source(path, data)
        text = Text(self.source)
        self.value = filled_in(whole(text))
        self.reader = ScriptReader(text)

    def document(self, format_name: str) -> Document:
        """What was read."""
        return Document(self.source, format_name, self.reader.roots, self.reader.problems)
