"""Finds the exact bytes of elements, attributes and text in the source of an XML document.

lxml knows only lines. This scanner runs when a finding or a fix needs bytes, on a source that lxml has accepted, so it
may trust that tags match and quotes close; it never raises all the same, and takes time linear in the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ..light_typing import NamedTuple
from ..source import OPAQUE, Encoder, Piece, Text, refuse

ATTRIBUTE = re.compile(r"([^\s=\"'<>/]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
TAG_NAME = re.compile(r"[^\s/>]+")
TAG = re.compile(r"<[^\"'>]*(?:(?:\"[^\"]*\"|'[^']*')[^\"'>]*)*>")
REFERENCE = r"&(?:#x[0-9a-fA-F]+|#[0-9]+|amp|lt|gt|quot|apos);"
ATTRIBUTE_UNIT = re.compile(REFERENCE + r"|\r\n|[\r\n\t]")
TEXT_UNIT = re.compile(REFERENCE + r"|\r\n|\r|<!--(?s:.*?)-->|<\?(?s:.*?)\?>|<!\[CDATA\[(?s:.*?)\]\]>|<")
CDATA_UNIT = re.compile(r"\r\n|\r")
CDATA_START, CDATA_END = "<![CDATA[", "]]>"
NOT_TEXT = re.compile(f"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|{OPAQUE}")
"""What no XML document can hold, and what only stands for a part that is not in the file."""
IN_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})
IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", "\r": "&#13;", ">": "&gt;"})
QUOTES = {"'": "&apos;", '"': "&quot;"}
SKIPPED = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"))


class Element(NamedTuple):
    """Character offsets of an element: its start tag from `start` to `tag_end`, all of it to `end`."""

    start: int
    tag_end: int
    end: int
    top: bool


def scan(text: str, low: int = 0, high: int | None = None) -> list[Element]:
    """The elements of a text, or of a part of it, in the order of their start tags."""
    high = len(text) if high is None else high
    starts: list[int] = []
    tag_ends: list[int] = []
    ends: list[int] = []
    tops: list[bool] = []
    stack: list[int] = []
    at = text.find("<", low, high)
    while at >= 0:
        sign = text[at + 1 : at + 2]
        if sign == "/":
            close = text.find(">", at, high) + 1
            if stack:
                ends[stack.pop()] = close or high
        elif sign in ("!", "?"):
            close = _skipped_end(text, at, high)
        else:
            tag = TAG.match(text, at, high)
            close = tag.end() if tag else 0
            tops.append(not stack)
            if close and text[close - 2] != "/":
                stack.append(len(starts))
            starts.append(at)
            tag_ends.append(close or high)
            ends.append(close or high)
        if close <= at:  # the construct does not end
            break
        at = text.find("<", close, high)
    for index in stack:
        ends[index] = high
    return list(map(Element, starts, tag_ends, ends, tops))


def _skipped_end(text: str, at: int, high: int) -> int:
    """Offset just after the comment, declaration or the like at `at`; not after `at` if it does not end."""
    end = next(end for begin, end in SKIPPED if text.startswith(begin, at))
    return text.find(end, at, high) + len(end)


def tag_name(text: str, element: Element) -> tuple[int, int]:
    """Where the name of an element stands."""
    match = TAG_NAME.match(text, element.start + 1)
    return match.span() if match else (element.start, element.start + 1)


def attributes(text: str, element: Element) -> Iterator[tuple[str, int, int]]:
    """Name of each attribute, and where its value stands without the quotes."""
    for match in ATTRIBUTE.finditer(text, tag_name(text, element)[1], element.tag_end):
        yield match[1], match.start(2) + 1, match.end(2) - 1


def attribute_names(text: str, element: Element) -> Iterator[tuple[str, int, int]]:
    """Each attribute's name, and where that stands."""
    for match in ATTRIBUTE.finditer(text, tag_name(text, element)[1], element.tag_end):
        yield match[1], match.start(1), match.end(1)


def attribute_pieces(text: Text, low: int, high: int) -> tuple[Piece, ...]:
    """The value of an attribute as an XML parser reads it: references decoded, white space normalised."""
    encode = attribute_encoder(text.text[low - 1], text.source.encoding)
    return _pieces(text, low, high, ATTRIBUTE_UNIT, encode)


def text_pieces(text: Text, low: int, high: int) -> tuple[Piece, ...]:
    """Character data up to the next tag, without comments; an element that ends with its start tag can hold none."""
    if low >= high:
        return (Piece(0, 0, text.byte(low), text.byte(low), 0, refuse),)
    return _pieces(text, low, high, TEXT_UNIT, attribute_encoder("", text.source.encoding))


def _pieces(text: Text, low: int, high: int, unit: re.Pattern[str], encode: Encoder) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = 0
    for match in unit.finditer(text.text, low, high):
        if match.start() > low:
            pieces.extend(text.literal(low, match.start(), at, encode))
            at += match.start() - low
        low = match.end()
        if match[0] == "<":
            high = low = match.start()
            break
        if match[0].startswith(CDATA_START):
            start, end = match.start() + len(CDATA_START), low - len(CDATA_END)
            inner = _pieces(text, start, end, CDATA_UNIT, cdata_encoder(text.source.encoding)) if start < end else ()
            pieces.extend(piece._replace(at=at + piece.at) for piece in inner)
            at += sum(piece.length for piece in inner)
        elif not match[0].startswith("<"):
            pieces.append(Piece(at, 1, text.byte(match.start()), text.byte(low), 0, encode))
            at += 1
    if low < high or not pieces:
        pieces.extend(text.literal(low, max(low, high), at, encode) if low < high else _empty(text, low, at, encode))
    return tuple(pieces)


def _empty(text: Text, low: int, at: int, encode: Encoder) -> Iterator[Piece]:
    yield Piece(at, 0, text.byte(low), text.byte(low), 0, encode)


@lru_cache(maxsize=64)
def attribute_encoder(quote: str, encoding: str) -> Encoder:
    """Writes text inside an attribute quoted by `quote`, or between tags if `quote` is empty."""

    replacements = IN_ATTRIBUTE | {ord(quote): QUOTES[quote]} if quote else IN_TEXT

    def encode(text: str) -> bytes | None:
        if NOT_TEXT.search(text):
            return None
        return text.translate(replacements).encode(encoding, "xmlcharrefreplace")

    return encode


@lru_cache(maxsize=64)
def cdata_encoder(encoding: str) -> Encoder:
    """Writes text inside `<![CDATA[…]]>`, which has no escapes: nothing that could end it or that would be changed."""

    def encode(text: str) -> bytes | None:
        if NOT_TEXT.search(text) or any(char in text for char in "]>\r"):
            return None
        try:
            return text.encode(encoding)
        except UnicodeEncodeError:
            return None

    return encode
