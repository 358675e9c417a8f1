"""Sound cards and the environment variables that audio backends had; facts/audio.toml."""

from __future__ import annotations

from functools import cache

from ..data import read_toml


@cache
def _facts() -> dict[str, list[str]]:
    return read_toml("rules/facts/audio.toml")


def is_sound_card(driver: str) -> bool:
    """Whether a device takes an `audiodev`."""
    return driver in _facts()["devices"]


def is_audio_variable(name: str) -> bool:
    """Whether an environment variable was one of QEMU's audio backends."""
    return name.startswith(tuple(_facts()["variables"]))
