"""Machine types: what vmlint says of each is what `-M help` of real QEMUs says (tests/machine_types.txt)."""

from __future__ import annotations

from pathlib import Path

import pytest

import vmlint
from vmlint.qemu.machine_types import facts, machine_type

LISTED = Path(__file__).parent / "machine_types.txt"
GUEST = "<domain type='kvm'><name>g</name><os><type arch='{arch}' machine='{name}'>hvm</type></os></domain>"
VERDICTS = {
    "removed-machine-type": "absent",
    "machine-type-too-new": "absent",
    "deprecated-machine-type": "deprecated",
    "unknown-machine-type": "unknown",
}


def listed() -> dict[str, dict[str, str]]:
    """By release: the versioned types it lists, each `there` or `deprecated`."""
    found: dict[str, dict[str, str]] = {}
    for line in LISTED.read_text().splitlines():
        if line.startswith("["):
            types = found[line.strip("[]")] = {}
        elif line and not line.startswith("#"):
            name, _, mark = line.partition(" ")
            types[name] = mark or "there"
    return found


ALL = sorted({name for types in listed().values() for name in types})
CASES = [(release, name) for release in listed() for name in ALL]


def verdict(name: str, qemu: str, arch: str = "x86_64") -> str:
    """What vmlint says of a type on one release, from XML and from a command line, which must agree."""
    text = GUEST.format(arch=arch, name=name)
    reports = [
        vmlint.check_text(text, "guest.xml", qemu=qemu, select=list(VERDICTS)),
        vmlint.check_argv([f"qemu-system-{arch}", "-machine", name], qemu=qemu, select=list(VERDICTS)),
        vmlint.check_argv([f"qemu-system-{arch}", "-M", f"type={name},accel=tcg"], qemu=qemu, select=list(VERDICTS)),
    ]
    words = {tuple(VERDICTS[d.rule] for d in report.diagnostics) for report in reports}
    assert len(words) == 1
    return "".join(words.pop()) or "there"


@pytest.mark.parametrize(("release", "name"), CASES)
def test_each_type_is_what_real_emulators_say(release: str, name: str) -> None:
    expected = listed()[release].get(name, "absent")
    if name.startswith(("pc", "q35")):
        assert verdict(name, f"=={release}") == expected
    else:  # built in or not: Debian leaves Xen out; nothing is said
        assert verdict(name, f"=={release}") == "there"


@pytest.mark.parametrize(
    ("name", "arch", "qemu", "expected"),
    [
        ("pc-0.11", "x86_64", "==3.1", "deprecated"),
        ("pc-0.11", "x86_64", "==4.0", "absent"),
        ("pc-1.3", "i686", "==5.2", "deprecated"),
        ("pc-q35-2.3", "x86_64", "==7.2", "absent"),
        ("virt-2.6", "aarch64", "==10.0", "deprecated"),
        ("virt-2.6", "aarch64", "==10.1", "absent"),
        ("virt-5.2", "arm", ">=9.1,<11.2", "deprecated"),
        ("virt-6.0", "riscv64", "==11.1", "there"),  # no such type there: not known, so nothing is said
        ("virt-6.0", "m68k", "==11.1", "deprecated"),
        ("virt-5.2", "m68k", "==11.1", "unknown"),
        ("pseries-2.12-sxxm", "ppc64le", "==9.1", "deprecated"),
        ("pseries-2.12", "ppc64", "==9.2", "absent"),
        ("s390-ccw-virtio-2.4", "s390x", "==10.0", "absent"),
        ("s390-ccw-virtio-2.9", "s390x", "==10.0", "deprecated"),
        ("pc-i440fx-bionic", "x86_64", "==11.1", "unknown"),
        ("pc-q35-rhel8.6.0", "x86_64", "==11.1", "unknown"),
        ("pc-q35-8.1-sdv", "x86_64", "==11.1", "unknown"),
        ("virt-kvm", "aarch64", "==11.1", "unknown"),
        ("pc-q35-4.3", "x86_64", "==11.1", "unknown"),
        ("pc-i440fx-5.1+pve0", "x86_64", "==11.1", "absent"),
        ("q35", "x86_64", "==11.1", "there"),
        ("microvm", "x86_64", "==11.1", "there"),
        ("xenfv-4.2", "x86_64", "==11.1", "there"),
        ("{{ machine }}", "x86_64", "==11.1", "there"),
    ],
)
def test_other_families_and_names(name: str, arch: str, qemu: str, expected: str) -> None:
    assert verdict(name, qemu, arch) == expected


@pytest.mark.parametrize("arch", ["aarch64", "arm64", "armhf", "m68k"])
def test_emulators_are_known_by_the_names_that_debian_gives_them(arch: str) -> None:
    (found,) = vmlint.check_argv([f"qemu-system-{arch}", "-M", "virt-6.1"], qemu="==11.1").diagnostics
    assert found.rule == "deprecated-machine-type"


@pytest.mark.parametrize(
    ("name", "qemu", "newer"),
    [
        ("pc-q35-2.4", None, "pc-q35-8.2"),  # no host is known: what the most have that is not deprecated
        ("pc-1.0", None, "pc-i440fx-8.2"),
        ("pc-q35-7.2", None, "pc-q35-8.2"),
        ("pc-q35-2.4", "==10.0", "pc-q35-10.0"),
        ("pc-q35-2.4", ">=8.2", "pc-q35-8.2"),
        ("pc-q35-2.4", ">=7.2", "pc-q35-7.2"),  # deprecated on the newest of them, but it starts on all
        ("pc-q35-6.0", ">=7.2", None),
        ("pc-q35-2.4", ">=2.4", None),
    ],
)
def test_the_fix_writes_a_type_that_hosts_have(name: str, qemu: str | None, newer: str | None) -> None:
    rules = ["removed-machine-type", "deprecated-machine-type"]
    (found,) = vmlint.check_argv(["qemu-system-x86_64", "-M", name], qemu=qemu, select=rules).diagnostics
    written = None if found.fix is None else found.fix.edits[0].text.decode()
    assert written == newer


def test_what_goes_is_told_before_it_goes() -> None:
    (found,) = vmlint.check_argv(["qemu-system-x86_64", "-M", "pc-q35-6.0"], qemu="==11.1").diagnostics
    assert found.message == "Machine type 'pc-q35-6.0' is deprecated since QEMU 9.1 and goes in QEMU 12.0"


def test_releases_that_are_yet_to_come_are_foreseen() -> None:
    foreseen = machine_type("pc-q35-14.2", "x86_64")
    assert foreseen is not None
    assert (foreseen.deprecated, foreseen.removed) == ((17, 2), (20, 2))


def test_events_stand_in_their_order() -> None:
    for family in facts()["family"]:
        ends = [[int(n) for n in e["up_to"].split(".")] for e in facts()["event"] if e["family"] == family]
        assert ends == sorted(ends)
