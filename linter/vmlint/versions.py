"""Releases of QEMU and libvirt, and which of them a configuration must hold on."""

from __future__ import annotations

from collections.abc import Sequence

from .light_typing import NamedTuple

Version = tuple[int, ...]
PRODUCTS = ("qemu", "libvirt")
EXACTLY = ("==", "===")
AHEAD = 5
"""So many major releases beyond the newest known may be named: both products have one a year."""
FORM = "; write it as in '>=6.2,<11' or '==7.2'"


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
    names_qemu: bool = True
    """Whether somebody chose the releases of QEMU; else it is the newest known, and the host may have another."""
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

    Raises ValueError when `spec` is not a specifier set, names what cannot be a release, or admits nothing; its text is
    to stand after the specifier set.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        specifiers = SpecifierSet(spec)
    except InvalidSpecifier as error:
        raise ValueError(f": not a version specifier{FORM}") from error
    if not len(specifiers):
        raise ValueError(f": no version is named{FORM}")
    named = {specifier.version.removesuffix(".*"): specifier.operator for specifier in specifiers}
    plain = [text for text in named if text.replace(".", "").isdigit()]
    for text in plain:
        _check(text, named[text] in EXACTLY, known)
    releases = {parse(text) for text in [*known, *plain] if specifiers.contains(text)}
    if not releases:
        raise ValueError(f" admits no release; the newest known is {known[-1]}")
    return tuple(sorted(releases))


def _check(text: str, exactly: bool, known: list[str]) -> None:
    """Raise ValueError for a version that nobody can mean: far beyond the known ones, or, where it is meant `exactly`,
    of a series between two that there are."""
    version, series = parse(text), [parse(release) for release in known]
    if version[0] > series[-1][0] + AHEAD:
        major, dot, rest = text.partition(".")
        meant = next((release + dot + rest for release in known if release.replace(".", "") == major), "")
        hint = f"; did you mean '{meant}'?" if meant else ""
        raise ValueError(f": no release is called {text}, the newest known is {known[-1]}{hint}")
    if exactly and len(version) > 1 and series[0] < version[:2] < series[-1] and version[:2] not in series:
        before = max(release for release in series if release < version)
        raise ValueError(f": no release is called {text}; did you mean '{'.'.join(map(str, before))}'?")
