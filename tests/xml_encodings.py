"""Encodings that the tests of XML write files in."""

from __future__ import annotations

from typing import NamedTuple

# XML


class Encoding(NamedTuple):
    codec: str
    declared: str
    bom: bytes = b""

    @property
    def declaration(self) -> str:
        return f'<?xml version="1.0" encoding="{self.declared}"?>\n' if self.declared else ""

    def holds(self, char: str) -> bool:
        return char.encode(self.codec, "replace").decode(self.codec) == char


ENCODINGS = [
    Encoding("utf-8", ""),
    Encoding("utf-8", "UTF-8"),
    Encoding("utf-8", "", b"\xef\xbb\xbf"),
    Encoding("utf-16-le", "UTF-16", b"\xff\xfe"),
    Encoding("utf-16-be", "UTF-16", b"\xfe\xff"),
    Encoding("iso8859-1", "ISO-8859-1"),
    Encoding("cp1252", "windows-1252"),
    Encoding("shift_jis", "Shift_JIS"),
    Encoding("ascii", "US-ASCII"),
]
