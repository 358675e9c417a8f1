"""What the reporters for people share: places, the width of text, and colour."""

from __future__ import annotations

import os
import unicodedata
from typing import TextIO

from ..light_typing import TYPE_CHECKING, NamedTuple
from .printing import escape

if TYPE_CHECKING:
    from ..source import Source

DEFAULT_WIDTH = 120
SMALLEST_WIDTH = 40

STYLES = {"bold": "1", "error": "1;31", "warning": "1;33", "note": "1;36", "gutter": "34", "fix": "32"}


class Pen(NamedTuple):
    """Puts colour and links around text, or leaves it alone."""

    color: bool
    links: bool = False

    def paint(self, style: str, text: str) -> str:
        """The text in one of STYLES."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.color and text else text

    def link(self, url: str, text: str) -> str:
        """The text as a link (OSC 8), which terminals that know none of it show as text."""
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if self.links and url else text


def pen(stream: TextIO, color: str) -> Pen:
    """What a stream is written to with: `color` is `always`, `never` or `auto`. Only a terminal gets links."""
    painted = use_color(stream) if color == "auto" else color == "always"
    return Pen(painted, painted and stream.isatty() and os.environ.get("TERM") != "dumb")


def use_color(stream: TextIO) -> bool:
    """Whether to write colour: NO_COLOR forbids it, FORCE_COLOR asks for it, else only a terminal gets it."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def file_url(path: str) -> str:
    """Address of a file for a link; empty for what is no file, such as `<stdin>`."""
    from pathlib import Path

    return Path(os.path.abspath(path)).as_uri() if os.path.exists(path) else ""


def stream_width(stream: TextIO) -> int:
    """Columns that a line may take."""
    if not stream.isatty():
        return DEFAULT_WIDTH
    import shutil

    return max(SMALLEST_WIDTH, shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns)


def char_width(char: str) -> int:
    """Columns that a printable character takes in a terminal."""
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def text_width(text: str) -> int:
    """Columns that a printable text takes."""
    return sum(map(char_width, text))


def place(source: Source, offset: int) -> str:
    """A byte offset as `path:line:column`, safe to print."""
    position = source.position(offset)
    return f"{escape(source.path)}:{position.line}:{position.column}"
