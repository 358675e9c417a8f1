"""JSON text that any reader takes, on whatever stream."""

from __future__ import annotations

import json
import re
from typing import TextIO

SURROGATE = re.compile("[\ud800-\udfff]")
NOT_ASCII = re.compile("[^\x00-\x7f]")


def write_json(value: object, stream: TextIO, indent: int | None = None) -> None:
    """Write a value as JSON and a line end: on one line, or indented.

    A lone surrogate stands for a byte that was not text, and has no place in UTF-8: it becomes U+FFFD.
    """
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators, check_circular=False)
    if not _fits(text, "utf-8"):
        text = SURROGATE.sub("\ufffd", text)
    if not _fits(text, getattr(stream, "encoding", None) or "utf-8"):
        text = NOT_ASCII.sub(lambda match: json.dumps(match.group())[1:-1], text)
    stream.write(text + "\n")


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
