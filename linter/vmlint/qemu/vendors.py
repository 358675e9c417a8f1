"""What distributions change in the QEMU that they ship: machine types, from facts/vendors.toml."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from ..data import read_toml
from ..versions import System, parse
from .machine_kinds import X86
from .machine_types import is_of_distribution
from .standings import AS_UPSTREAM, FADES, HAS, LACKS, UNKNOWN

NUMBERED = re.compile(r".+\+pve\d+(?:\.pxe)?")
"""Proxmox' types, which are QEMU's with a number of its own."""
X86_TYPE = re.compile(r"(?:pc|pc-.*|q35|isapc|microvm|xenfv(?:-.*)?|xenpv)")
"""Types that only x86 has, so that no architecture need be told."""


@cache
def vendors() -> dict[str, dict[str, Any]]:
    """The tables of facts/vendors.toml."""
    return read_toml("rules/facts/vendors.toml")


@lru_cache(maxsize=1024)
def standing(system: System, name: str, arch: str) -> str:
    """What a distribution does with a machine type on an architecture ('' where it is not told)."""
    vendor = vendors().get(system.vendor)
    is_foreign = is_of_distribution(name, arch) or NUMBERED.fullmatch(name) is not None
    if vendor is None:
        return UNKNOWN if is_foreign else AS_UPSTREAM
    series = _series(vendor, system)
    types = series.get("types", {})
    if name in types or name in vendor.get("generic", ()):
        return _of_known(series, system, name)
    if series.get("whole") and _is_of(series["whole"], name, arch):
        return LACKS
    if re.fullmatch(vendor.get("own", "(?!)"), name):
        return _of_own(vendor, system, name)
    return AS_UPSTREAM if vendor["upstream"] and not is_foreign else LACKS


def _series(vendor: dict[str, Any], system: System) -> dict[str, Any]:
    """What is known of the types that a series of a vendor's releases has."""
    several = vendor.get("series", {})
    found: dict[str, Any] = several.get(system.name) or several.get(f"{system.vendor}-{system.release[0]}") or {}
    return found


def _of_known(series: dict[str, Any], system: System, name: str) -> str:
    """What becomes of a type of which it is known from which release on there is one."""
    if system.release < parse(series.get("types", {}).get(name, "0")):
        return LACKS
    fades = name in series.get("fading", ()) and system.release >= parse(series["fading-from"])
    return FADES if fades else HAS


def _of_own(vendor: dict[str, Any], system: System, name: str) -> str:
    """What becomes of a type that looks like one of the vendor's own."""
    if NUMBERED.fullmatch(name):
        return AS_UPSTREAM
    came = [release for codename, release in vendor.get("codenames", {}).items() if codename in name.split("-")]
    return LACKS if any(parse(release) > system.release for release in came) else UNKNOWN


def _is_of(arches: list[str], name: str, arch: str) -> bool:
    """Whether a type is one of an architecture of which all types are known."""
    return bool(X86_TYPE.fullmatch(name)) if not arch else arch in arches or (arch in X86 and "x86_64" in arches)
