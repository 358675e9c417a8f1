"""The members of a JSON argument and where they stand. Wrong JSON is no error: what cannot be read is passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..light_typing import NamedTuple

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class Member(NamedTuple):
    """A member with a plain value: its name as an option string has it (`file.locking`), and the value as it stands."""

    name: str
    value: str
    start: int
    end: int


def json_members(text: str) -> Iterator[Member]:
    """The members of an object and of those in it; what stands in a list has no name."""
    path: list[str] = []
    key = last = ""
    for token in TOKEN.finditer(text):
        word = token[0]
        if word == ":":
            key = last
        elif word in "{[":
            path.append(key if word == "{" else "[")
            key = ""
        elif word in "}]":
            path = path[:-1]
            key = ""
        elif word == ",":
            key = ""
        elif key:
            yield Member(".".join(filter(None, [*path, key])), word, *token.span())
        last = word.strip('"')
