"""The options of QEMU: which take an argument, how each reads it, which parameters it knows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from ..data import read_toml
from ..light_typing import NamedTuple
from ..versions import Version, parse
from .parameters import Parameter, read_parameters

NEVER: Version = (999,)
"""A release that does not come."""


class Option(NamedTuple):
    """One option, as facts/qemu-options.toml describes it.

    `reader`: `opts` (QemuOpts), `keyval` (stricter, without flags), `chardev` (the older character device syntax),
    `global` (`driver.property=text`, else as opts), `set` (`group.id.parameter=text`), `incoming` (a migration address)
    or `raw` (one text as it stands).
    """

    reader: str
    implied: str | None = None
    warns: Version | None = None
    """The release since which QEMU prints a warning for a bare token here; None: it takes it silently."""
    keyval: Version | None = None
    """The release since which the stricter parser reads it, which refuses bare tokens; None: none does."""
    flags: Version | None = None
    """The release since which a bare token is read as a parameter here; None: it always was."""
    json: Version | None = None
    """The release since which the argument may be a JSON object; NEVER: it is refused; None: not known."""
    parameters: Mapping[str, Parameter] = MappingProxyType({})
    """Those that it has whatever it makes."""
    texts: frozenset[str] = frozenset()
    """Those that hold what people write, in which a comma is likely meant as one."""
    properties: str = ""
    """The file of facts/properties that knows the others, by the kind of what it makes."""
    kind_keys: tuple[str, ...] = ()
    """The parameters that say which kind that is."""


RAW = Option("raw")


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
    """The options QEMU 5.2 to 11.1 know. Source: the header of the file."""
    table = read_toml("rules/facts/qemu-options.toml")
    named = dict.fromkeys(table["raw"], RAW)
    for name, fact in table["option"].items():
        named[name] = _option(fact, table["parameters"].get(fact["parameters"], {}))
    return Options(frozenset(table["switches"]), named)


def _json(since: str | None) -> Version | None:
    return NEVER if since == "never" else parse(since) if since else None


def _option(fact: dict[str, Any], known: dict[str, Any]) -> Option:
    keyval = "0" if fact["reader"] == "keyval" else fact.get("keyval")
    return Option(
        reader=fact["reader"],
        implied=fact.get("implied"),
        warns=parse(fact["warns"]) if "warns" in fact else None,
        keyval=parse(keyval) if keyval else None,
        flags=parse(fact["flags"]) if "flags" in fact else None,
        json=_json(fact.get("json")),
        parameters=read_parameters(known),
        texts=frozenset(known.get("texts", ())),
        properties=fact.get("properties", ""),
        kind_keys=tuple(fact.get("kind", [fact.get("implied", "")])),
    )
