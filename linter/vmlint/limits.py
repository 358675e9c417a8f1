"""How much may be read and told of one file. Figures, and what each is for, are in docs/limits.md."""

from __future__ import annotations

from .light_typing import NamedTuple

MIB = 1 << 20


class Limits(NamedTuple):
    """The most that one file may take; a file that would take more is told, and what was not looked at."""

    size: int = 64
    """MiB that a file may have."""
    memory: int = 240
    """MiB that reading it may take, by an estimate that is meant to be too high rather than too low."""
    findings: int = 10_000
    """Findings in it that are listed."""


DEFAULT = Limits()
