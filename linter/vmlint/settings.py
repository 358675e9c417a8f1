"""What the user asks for in a run."""

from __future__ import annotations

from .configs import Configs
from .light_typing import NamedTuple

SAFE_FIXES = ("safe",)
ALL_FIXES = ("safe", "unsafe")


class Settings(NamedTuple):
    """What to look for and what to fix. `qemu` and `libvirt` are PEP 440 specifier sets; None: the newest release.

    What stands here counts more than what a configuration file says.
    """

    qemu: str | None = None
    libvirt: str | None = None
    select: tuple[str, ...] = ()
    """Names of rules and topics to run; empty: all."""
    ignore: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    """Safeties of the fixes to apply."""
    networks: tuple[tuple[str, bytes], ...] = ()
    """Name and content of files with networks that domains refer to; they count more than those found on the way."""
    configs: Configs | None = None
    """Where configuration files are found; None: nowhere."""
    min_severity: str | None = None
    rules_extend: tuple[str, ...] = ()
    """Paths of files with rules of the user's own."""
    baseline: str | None = None
    """Path of the file with the findings that are known already."""
    write_baseline: str | None = None
    """Path of the file to write them to: then all that is found is known."""
    outputs: tuple[str, ...] = ()
    """Paths of the files that reports are written to."""
    target: tuple[str, ...] = ()
    """Names of releases of distributions; `qemu` and `libvirt` go before what they mean."""
    limits_size: int | None = None
    limits_memory: int | None = None
    limits_findings: int | None = None
    """As in limits.py; None: what holds there."""
    judges: bool = False
    """Whether it is asked what becomes of VMs, which a configuration that switches rules off does not change."""
