"""Text that is safe to print; loads next to nothing, for a run that ends soon."""

from __future__ import annotations

from ..light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


def escape(text: str) -> str:
    """The text on one line, with everything that a terminal would obey or hide written as an escape."""
    return text if text.isprintable() else "".join(map(escape_char, text))


def escape_char(char: str) -> str:
    r"""A character as it is, or `\x1b`, `\u202e`; a byte that is not text in UTF-8 as `\xff`."""
    import unicodedata

    if char.isprintable() or unicodedata.category(char) == "Zs":
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def put(stream: TextIO, text: str) -> None:
    """Write a text and a line end; what the stream's encoding cannot hold is written as an escape."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
