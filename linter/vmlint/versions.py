"""Releases of QEMU and libvirt, and which of them a configuration must hold on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Version = tuple[int, ...]
PRODUCTS = ("qemu", "libvirt")


def parse(text: str) -> Version:
    """`"9.1"` as (9, 1), and `"9.1.0"` too. Raises ValueError where a part is not a number."""
    parts = tuple(int(part) for part in text.split("."))
    while len(parts) > 2 and parts[-1] == 0:
        parts = parts[:-1]
    return parts


class System(NamedTuple):
    """A release of a distribution, whose QEMU may differ from that of the QEMU project."""

    name: str
    """As `rhel-9.6`."""
    title: str

    @property
    def vendor(self) -> str:
        """`rhel`."""
        return self.name.rpartition("-")[0]

    @property
    def release(self) -> Version:
        """(9, 6)."""
        return parse(self.name.rpartition("-")[2])


def titles(systems: Sequence[System]) -> str:
    """`Debian 12 bookworm, Debian 13 trixie and Fedora 44`."""
    *others, last = [system.title for system in systems]
    return f"{', '.join(others)} and {last}" if others else last


class Target(NamedTuple):
    """The releases, oldest first, that a configuration must hold on: of QEMU one at least, of libvirt perhaps none."""

    qemu: tuple[Version, ...]
    libvirt: tuple[Version, ...]
    systems: tuple[System, ...] = ()
    """The distributions whose QEMU that is, where it is theirs."""

    def admits_before(self, product: str, version: Version) -> bool:
        """Whether a release older than `version` is admitted."""
        releases = self.of(product)
        return bool(releases) and releases[0] < version

    def admits_from(self, product: str, version: Version) -> bool:
        """Whether `version` or a newer release is admitted."""
        releases = self.of(product)
        return bool(releases) and releases[-1] >= version

    def of(self, product: str) -> tuple[Version, ...]:
        """The admitted releases of `qemu` or `libvirt`."""
        return self.qemu if product == "qemu" else self.libvirt


def admitted(spec: str, known: list[str]) -> tuple[Version, ...]:
    """Releases that a PEP 440 specifier set admits, out of those known and those it names itself (`==7.2.22`).

    Raises ValueError when `spec` is not a specifier set or admits nothing.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        specifiers = SpecifierSet(spec)
    except InvalidSpecifier as error:
        raise ValueError(f"{error}; write it as in '>=6.2,<11' or '==7.2'") from error
    named = [specifier.version.removesuffix(".*") for specifier in specifiers]
    plain = [text for text in named if text.replace(".", "").isdigit()]
    releases = {parse(text) for text in [*known, *plain] if specifiers.contains(text)}
    if not releases:
        raise ValueError(f"'{spec}' admits no release; the newest known is {known[-1]}")
    return tuple(sorted(releases))
