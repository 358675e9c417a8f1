"""`-device` as QEMU reads it, in either way of writing: `driver,id=x` or JSON."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import Any

from ..data import read_toml
from ..source import OPAQUE, Value, refuse
from .commandline import OptionNode
from .optstring import FALSE, TRUE

SLOT = re.compile(r"(?:0[xX])?([0-9a-fA-F]+)(?:\.(?:0[xX])?0*([0-7]))?")


class Device:
    """One `-device` and its properties."""

    def __init__(self, node: OptionNode) -> None:
        self.node = node
        self._json = _read_json(node.text.text) if node.text.text.startswith("{") else None

    def value(self, name: str) -> Value | None:
        """A property, None where it is not given; JSON's `true` and `false` are `on` and `off`."""
        if self._json is None:
            return self.node.value(name)
        if name not in self._json:
            return None
        given = self._json[name]
        text = (
            ("off", "on")[given]
            if isinstance(given, bool)
            else OPAQUE
            if isinstance(given, (dict, list))
            else str(given)
        )
        place = re.search(rf'"{re.escape(name)}"\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}}]+)', self.node.text.text)
        low, high = place.span(1) if place else (0, len(self.node.text.text))
        quoted = place is not None and place[1][:1] == '"'
        written = self.node.text.pick((low + quoted, high - quoted))
        return written if written.text == text else Value(text, lambda: _fixed(written))

    def at(self, name: str) -> Value:
        """Where a property stands, or the whole argument."""
        return self.value(name) or self.node.text

    def text(self, name: str) -> str:
        """The text of a property; '' where it is not given or partly unknown."""
        value = self.value(name)
        return "" if value is None or value.opaque else value.text

    def is_on(self, name: str) -> bool:
        """Whether a boolean is certainly on."""
        return self.text(name) in TRUE

    def is_off(self, name: str) -> bool:
        """Whether a boolean is certainly off."""
        return self.text(name) in FALSE

    @cached_property
    def names(self) -> list[str]:
        """The names of all its properties."""
        return list(self._json) if self._json is not None else [param.key for param in self.node.params]

    @cached_property
    def driver(self) -> str:
        """The kind of device; '' where that is not known."""
        return self.text("driver")

    @cached_property
    def id(self) -> str:
        """Its name; '' where it has none or that is not known."""
        return self.text("id")

    @cached_property
    def is_known(self) -> bool:
        """Whether no property can come from a part that is not in the file."""
        return self._json is not None or not any(OPAQUE in param.key for param in self.node.params)

    @cached_property
    def is_standby(self) -> bool:
        """Whether it says `failover=on`."""
        return self.is_on("failover")

    @property
    def function(self) -> int | None:
        """The PCI function that `addr=` asks for; None where it is not known."""
        address = self.value("addr")
        if address is None:
            return 0
        match = SLOT.fullmatch(address.text)
        return int(match[2] or "0") if match else None

    @property
    def slot(self) -> int | None:
        """The PCI slot that `addr=` asks for, or the first; None where it is not known."""
        address = self.value("addr")
        if address is None:
            return 0 if self.is_known else None
        match = SLOT.fullmatch(address.text)
        return int(match[1], 16) if match else None


def _fixed(written: Value) -> tuple[Any, ...]:
    return tuple(piece._replace(unit=0, encode=refuse) for piece in written.pick((0, len(written.text))).pieces[:1])


def _read_json(text: str) -> dict[str, Any]:
    """The properties of a JSON argument; none where it cannot be read."""
    import json

    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def is_number(name: str) -> bool:
    """Whether a property is a number in every device that has it; facts/device-numbers.toml."""
    return name in _numbers()


@cache
def _numbers() -> frozenset[str]:
    return frozenset(read_toml("rules/facts/device-numbers.toml")["numbers"])
