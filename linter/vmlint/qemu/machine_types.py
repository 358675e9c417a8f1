"""When a machine type named after a release (`pc-q35-7.2`) came, is deprecated and is removed, by QEMU's own rule."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from ..data import read_toml
from ..light_typing import TYPE_CHECKING, NamedTuple
from ..versions import Version, parse

if TYPE_CHECKING:
    from typing import Any

NAME = re.compile(r"([a-z0-9-]+?)-(\d+(?:\.\d+){1,2})(-[a-z]+)?(?:\+pve\d+)?")
"""Family, release, variant; Proxmox appends `+pve0` to types that else are QEMU's own."""
DISTRIBUTION = re.compile(r"(?:pc|pc-i440fx|pc-q35|q35|virt|pseries|s390-ccw-virtio|microvm)-.+|rhel\d.*|ubuntu.*")
"""What types that only distributions have look like (`pc-i440fx-bionic`, `pc-q35-rhel8.6.0`, `rhel6.3.0`)."""
NEWEST_MINOR = 2
"""Since 4.0 each major release has three minor ones, 0 to 2; so releases that are yet to come are foreseen."""


class MachineType(NamedTuple):
    """A machine type and its life, in releases of QEMU."""

    family: str
    came: Version
    deprecated: Version | None
    """None: it was removed without a word."""
    removed: Version


@cache
def facts() -> dict[str, Any]:
    """The table of facts/machine-types.toml."""
    return read_toml("rules/facts/machine-types.toml")


@lru_cache(maxsize=1024)
def machine_type(name: str, arch: str) -> MachineType | None:
    """The type of that name on an architecture ('' where it is not told); None where no release of QEMU has it."""
    match = NAME.fullmatch(name)
    family = facts()["family"].get(match[1]) if match else None
    if match is None or family is None or (arch and arch not in family["arches"]):
        return None
    release = parse(match[2])
    variant = match[3] and match[2] + match[3] not in family.get("variants", ())
    if variant or not (match[2] in family.get("stable", ()) or _is_of(family, release, arch)):
        return None
    return MachineType(match[1], release, *_life(match[1], release))


@lru_cache(maxsize=1024)
def is_versioned(name: str) -> bool:
    """Whether a type is named as QEMU or a distribution names those of its releases."""
    return NAME.fullmatch(name) is not None or DISTRIBUTION.fullmatch(name) is not None


def is_of_distribution(name: str, arch: str) -> bool:
    """Whether a type looks like one of QEMU's versioned families, and is none of QEMU's own on that architecture."""
    if DISTRIBUTION.fullmatch(name) is None or machine_type(name, arch) is not None:
        return False
    families = facts()["family"].items()
    return all(not arch or arch in table["arches"] for family, table in families if name.startswith(f"{family}-"))


@cache
def current_types(family: str) -> list[tuple[str, MachineType]]:
    """The types of a family, or of the one that took its place, with their names, from the oldest to the newest."""
    current = facts()["family"][family].get("current", family)
    names = [f"{current}-{'.'.join(map(str, release))}" for release in sorted(_releases())]
    return [(name, found) for name in names if (found := machine_type(name, "")) is not None]


def _is_of(family: dict[str, Any], release: Version, arch: str) -> bool:
    """Whether a family has a type of a release, from its first one on, also of one that is yet to come."""
    first = family.get("first_on", {}).get(arch, family["first"])
    if len(release) != 2 or release < parse(first) or release > parse(family.get("last", "999")):
        return False
    known = _releases()
    return release in known or (release > max(known) and release[1] <= NEWEST_MINOR)


@cache
def _releases() -> frozenset[Version]:
    return frozenset(map(parse, (*facts()["older"], *read_toml("rules/facts/releases.toml")["qemu"])))


def _life(family: str, release: Version) -> tuple[Version | None, Version]:
    """When a type is deprecated and removed: by an event, else by the rule and not before the rule began."""
    rule = facts()
    for event in rule["event"]:
        if event["family"] == family and release <= parse(event["up_to"]):
            return (parse(event["deprecated"]) if "deprecated" in event else None), parse(event["removed"])
    major, minor = release[:2]
    deprecated = (major + int(rule["deprecated_after"]), minor)
    removed = (major + int(rule["removed_after"]), minor)
    return max(deprecated, parse(rule["deprecated_from"])), max(removed, parse(rule["removed_from"]))
