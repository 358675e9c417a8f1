"""How much memory it takes to read a file, estimated from the signs in it before it is read.

What is made of a file may take a hundred times its size: an object for each element, string, bracket, word. Figures
are those of the worst files made for that, measured by benchmarks/hostile.py, so that few files take as much.
"""

from __future__ import annotations

from .hints import AROUND, LARGE, byte_hints

ASCII, OTHER = 3, 8
"""For each byte of a text: the file, the text, of which a character may take four bytes, and a copy."""
XML_SIGNS = {b"<": 500, b"=": 1500}
SIGNS = {
    **dict.fromkeys((b"(", b"[", b"{", b'"', b"'", b"`", b"+", b"\\"), 430),
    **{b"\n": 150, b" ": 60, b" -": 1250, b",": 850, b"$": 1500, b"\0": 700},
    **dict.fromkeys((b"<", b">", b"|", b"&", b";"), 130),
}
"""Bytes for each sign of a text."""
JSON_SIGNS = {**SIGNS, b'"': 230}
SEPARATORS = (b", ", b",\n", b",\r", b',"', b",'")
"""Commas that stand between the elements of a list, and not in the argument of an option."""


def cost(format_name: str, path: str, data: bytes, most: int) -> int:
    """Bytes of memory that reading a file takes; if they are more than `most`, any number above."""
    plain = len(data) * (ASCII if data.isascii() else OTHER)
    if format_name == "xml":
        return plain + _signs(data, XML_SIGNS)
    if format_name != "literals" or not path.endswith(".json") or len(data) < LARGE:
        return plain + _signs(data, SIGNS)
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


def _signs(data: bytes, signs: dict[bytes, int]) -> int:
    found = sum(data.count(sign) * bytes_ for sign, bytes_ in signs.items())
    return found - sum(map(data.count, SEPARATORS)) * signs.get(b",", 0)
