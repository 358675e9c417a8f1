"""How much memory it takes to read a file, estimated from the signs in it before it is read.

What is made of a file may take a hundred times its size: an object for each element, string, bracket, word. Figures
are those of the worst files made for that, measured by benchmarks/hostile.py, so that few files take as much.
"""

from __future__ import annotations

import re

from .hints import AROUND, LARGE, byte_hints

ASCII, OTHER = 3, 8
"""For each byte of a text: the file, the text, of which a character may take four bytes, and a copy."""
XML_SIGNS = {b"<": 600, b"=": 1500}
SIGNS = {
    **dict.fromkeys((b"(", b"[", b"{", b'"', b"'", b"`", b"+", b"\\"), 430),
    **{b"\n": 150, b" ": 60, b" -": 1550, b",": 850, b"$": 1500, b"\0": 700},
    **dict.fromkeys((b"<", b">", b"|", b"&", b";"), 130),
}
"""Bytes for each sign of a text."""
JSON_SIGNS = {**SIGNS, b'"': 320}
OF_FORMATS = {
    "xml": XML_SIGNS,
    "yaml": {**SIGNS, b"\n": 400, b":": 200},
    "powershell": {**SIGNS, b"'": 1800, b'"': 1800},
    "lines": {**SIGNS, b"^": 850},
}
"""The signs of formats of which more, or other things, are made; `^` goes on with a line of a batch script."""
SEPARATORS = (b", ", b",\n", b",\r", b',"', b",'")
"""Commas that stand between the elements of a list, and not in the argument of an option."""
SUPPRESSION = re.compile(rb"v\0?m\0?l\0?i\0?n\0?t\0?:[ \t\0]*i\0?g\0?n\0?o\0?r\0?e[^\[\n]{0,12}\[([^\[\]\n]*)")
COMMENT, NAMES = 1200, 32
"""Bytes for each comment that switches rules off, which any format may hold, in UTF-16 as well, and for each byte of
the names in it."""


def cost(format_name: str, path: str, data: bytes, most: int) -> int:
    """Bytes of memory that reading a file takes; if they are more than `most`, any number above."""
    plain = len(data) * (ASCII if data.isascii() else OTHER) + _suppressions(data, most)
    if format_name != "literals" or not path.endswith(".json") or len(data) < LARGE:
        return plain + _signs(data, OF_FORMATS.get(format_name, SIGNS))
    return plain + _parts(data, most - plain)


def _parts(data: bytes, most: int) -> int:
    """The same for the parts of a JSON file that are read: those around hints."""
    found = high = 0
    for hint in byte_hints().finditer(data):
        low, high = max(high, hint.start() - 2 * AROUND), max(high, hint.end() + 2 * AROUND)
        found += _signs(data[low:high], JSON_SIGNS)
        if found > most:
            break
    return found


def _suppressions(data: bytes, most: int) -> int:
    """The same for the comments that switch rules off, wherever they stand."""
    found = 0
    for comment in SUPPRESSION.finditer(data):
        found += COMMENT + NAMES * (comment.end(1) - comment.start(1))
        if found > most:
            break
    return found


def _signs(data: bytes, signs: dict[bytes, int]) -> int:
    found = sum(data.count(sign) * bytes_ for sign, bytes_ in signs.items())
    return found - sum(map(data.count, SEPARATORS)) * signs.get(b",", 0)
