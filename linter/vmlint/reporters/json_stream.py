"""JSON text that any reader takes, on whatever stream."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TextIO

SURROGATE = re.compile("[\ud800-\udfff]")
NOT_ASCII = re.compile("[^\x00-\x7f]")


class JsonText:
    """Makes JSON that a stream's encoding can hold: on one line, or indented.

    A lone surrogate stands for a byte that was not text, and has no place in UTF-8: it becomes U+FFFD. `default` makes
    a value that JSON has of one that it has not.
    """

    def __init__(
        self, stream: TextIO, indent: int | None = None, default: Callable[[Any], object] | None = None
    ) -> None:
        separators = (",", ": ") if indent else (",", ":")
        self._encoder = json.JSONEncoder(
            ensure_ascii=False, indent=indent, separators=separators, default=default, check_circular=False
        )
        self._encoding = getattr(stream, "encoding", None) or "utf-8"

    def of(self, value: object) -> str:
        """The value as JSON."""
        text = self._encoder.encode(value)
        if not _fits(text, "utf-8"):
            text = SURROGATE.sub("\ufffd", text)
        if not _fits(text, self._encoding):
            text = NOT_ASCII.sub(lambda match: json.dumps(match.group())[1:-1], text)
        return text


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
