"""What the schemas allow as a value of an attribute, or as the text of an element."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from ..light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

REMEMBERED = 1000
"""So many values of one type are remembered."""
BLANKS = re.compile(r"[ \t\r\n]+")


class SimpleType:
    """What a value may be: one of what some other types allow, or what facets say."""

    def __init__(self, said: Mapping[str, Any], members: Sequence[SimpleType]) -> None:
        self._said, self._members = said, members
        self._judged: dict[str, bool] = {}

    @property
    def form(self) -> str:
        """What values look like, in the words of the schema; empty where it has none."""
        return str(self._said["form"])

    @cached_property
    def names(self) -> list[str]:
        """The texts that it names; a type that also takes others gives those it names."""
        if self._members:
            return [text for member in self._members for text in member.names]
        return list(self._said["names"] or ())

    @cached_property
    def is_enumerated(self) -> bool:
        """Whether it takes only the texts it names."""
        return all(member.is_enumerated for member in self._members) if self._members else bool(self.names)

    def takes(self, text: str) -> bool:
        """Whether a value may be this text; documents repeat theirs, and the answer takes long."""
        if text not in self._judged:
            if len(self._judged) >= REMEMBERED:
                self._judged.clear()
            members = self._members
            self._judged[text] = any(member.takes(text) for member in members) if members else self._fits(text)
        return self._judged[text]

    def _fits(self, text: str) -> bool:
        said = self._said
        value = BLANKS.sub(" ", text).strip(" ") if said["collapse"] else text
        return (
            all(any(pattern.fullmatch(value) for pattern in patterns) for patterns in self._patterns)
            and (said["names"] is None or value in said["names"])
            and ("length" not in said or len(value) == said["length"])
            and ("longest" not in said or len(value) <= said["longest"])
            and ("low" not in said or int(value) >= said["low"])
            and ("high" not in said or int(value) <= said["high"])
        )

    @cached_property
    def _patterns(self) -> list[list[re.Pattern[str]]]:
        """A value must match one of each."""
        return [[re.compile(pattern) for pattern in patterns] for patterns in self._said["patterns"]]
