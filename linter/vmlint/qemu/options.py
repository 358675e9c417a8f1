"""The options of QEMU: which take an argument, how each reads it, which booleans it knows."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ..data import read_toml
from ..versions import Version, parse


class Option(NamedTuple):
    """One option.

    `reader`: `opts` (QemuOpts), `chardev` (the older character device syntax) or `raw` (one text as it stands).
    `warns`: the release since which QEMU prints a warning for a short-form boolean here; None: it takes it silently.
    """

    reader: str
    implied: str | None
    warns: Version | None
    booleans: frozenset[str]
    json: bool
    keyval: frozenset[str]
    """Values of `type` with which QEMU reads the string by its stricter parser, which has no flags."""


RAW = Option("raw", None, None, frozenset(), False, frozenset())


class Options(NamedTuple):
    """The table of facts/qemu-options.toml."""

    switches: frozenset[str]
    named: dict[str, Option]

    def takes_argument(self, name: str) -> bool | None:
        """Whether `-name` takes the next word; None for an option that is not known."""
        if name in self.switches:
            return False
        return True if name in self.named else None


@cache
def options() -> Options:
    """The options QEMU 5.2 to 11.1 know. Source: `-help` of the four binaries; see the file's header."""
    table = read_toml("rules/facts/qemu-options.toml")
    named = dict.fromkeys(table["raw"], RAW)
    for name, fact in table["option"].items():
        named[name] = Option(
            reader=fact["reader"],
            implied=fact.get("implied"),
            warns=parse(fact["warns"]) if "warns" in fact else None,
            booleans=frozenset(table["booleans"][fact["booleans"]]),
            json=fact.get("json", False),
            keyval=frozenset(fact.get("keyval", ())),
        )
    return Options(frozenset(table["switches"]), named)
