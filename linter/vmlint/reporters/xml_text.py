"""XML that any parser takes, on whatever stream."""

from __future__ import annotations

from typing import TextIO
from xml.sax.saxutils import escape as escape_markup
from xml.sax.saxutils import quoteattr

from .printing import escape

HEADER = '<?xml version="1.0" encoding="utf-8"?>'


def tag(element: str, /, **attributes: object) -> str:
    """What stands in a tag: the name of the element and its attributes."""
    pairs = [f" {key}={quoteattr(escape(str(value)))}" for key, value in attributes.items()]
    return element + "".join(pairs)


def text(words: str) -> str:
    """Words between tags; what has no place in XML is written as an escape."""
    return "\n".join(escape_markup(escape(line)) for line in words.split("\n"))


def put_xml(stream: TextIO, line: str) -> None:
    """Write a line. A stream that is not UTF-8, as the header says, gets references for what is not ASCII."""
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-")
    if encoding not in ("utf-8", "utf8"):
        line = line.encode("ascii", "xmlcharrefreplace").decode("ascii")
    stream.write(line + "\n")
