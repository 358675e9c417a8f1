"""A parameter of a QEMU option: what it takes, and which releases have it. Facts write it as `reserve@6.1..`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..light_typing import NamedTuple
from ..versions import Version, parse

BOOLEAN, WORD, ON_ONLY, VALUE = "booleans", "words", "on_only", "values"
"""What a parameter takes: on and off; those and more words (`auto`), so that it is a text in JSON; a text for which
`on` is a right value and `off` is none; any other text or number."""
TAKES = (BOOLEAN, WORD, ON_ONLY, VALUE)
MEASURED = ((5, 2), (7, 2), (10, 0), (11, 1))
"""The releases that were asked for what they know. Of those between two of them that differ nothing is known."""


class Parameter(NamedTuple):
    """What it takes, and the oldest and newest release that are known to have it; None: as far as is known all have it.

    A release that is not one of MEASURED is exact: documentation says that it came or went then.
    """

    takes: str
    came: Version | None = None
    went: Version | None = None

    @property
    def is_boolean(self) -> bool:
        """Whether `on` and `off` are right values."""
        return self.takes in (BOOLEAN, WORD)

    def is_lacking(self, release: Version) -> bool:
        """Whether a release is known not to have it, in short form or long."""
        return self._came_after(release) or self._went_before(release)

    def nearest(self, release: Version) -> Version | None:
        """The release nearest to one that lacks it which is known to have it."""
        return self.came if self._came_after(release) else self.went

    def _came_after(self, release: Version) -> bool:
        if self.came not in MEASURED:
            return self.came is not None and release[:2] < self.came
        older = MEASURED[: MEASURED.index(self.came)]
        return bool(older) and release[:2] <= older[-1]

    def _went_before(self, release: Version) -> bool:
        if self.went not in MEASURED:
            return self.went is not None and release[:2] > self.went
        newer = MEASURED[MEASURED.index(self.went) + 1 :]
        return bool(newer) and release[:2] >= newer[0]

    def within(self, outer: Parameter) -> Parameter:
        """The same for a parameter of something that itself is not in every release."""
        came = max(filter(None, (self.came, outer.came)), default=None)
        return Parameter(self.takes, came, min(filter(None, (self.went, outer.went)), default=None))


def read_parameters(table: Mapping[str, Any]) -> dict[str, Parameter]:
    """The parameters of a table of facts, by name; each of TAKES holds words, in a list or between blanks."""
    found = {}
    for takes in TAKES:
        words = table.get(takes, ())
        for word in words.split() if isinstance(words, str) else words:
            name, _, mark = word.partition("@")
            found[name] = read_mark(takes, mark)
    return found


def read_mark(takes: str, mark: str) -> Parameter:
    """`7.2..`, `..10.0` and `7.2..10.0`: since and up to which release; empty: in all."""
    came, _, went = mark.partition("..")
    return Parameter(takes, parse(came) if came else None, parse(went) if went else None)
