"""What distributions change in their QEMU: machine types, devices left out, paths of emulators; and facts that hold."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

from tests.emulators import X86, oracle
from tests.helpers import ROOT
from vmlint import catalog, check_text
from vmlint.qemu.left_out import emulators, left_out
from vmlint.qemu.machine_types import machine_type
from vmlint.qemu.standings import AS_UPSTREAM, FADES, HAS, LACKS, UNKNOWN
from vmlint.qemu.vendors import standing, vendors
from vmlint.targets import distributions, find
from vmlint.versions import System, parse

RULES = {"machine-type-left-out", "machine-type-fading", "left-out-by-distribution", "emulator-elsewhere"}
GUEST = """<domain type='kvm'>
  <name>guest</name>
  <memory unit='GiB'>1</memory>
  <os><type arch='{arch}' machine='{machine}'>hvm</type></os>
  <devices>{devices}</devices>
</domain>
"""


def system(name: str) -> System:
    return System(name, find(name).title)


def found(target: str, devices: str = "", machine: str = "q35", arch: str = "x86_64") -> list[tuple[str, str]]:
    xml = GUEST.format(arch=arch, machine=machine, devices=devices)
    report = check_text(xml, "guest.xml", targets=[target])
    return [(d.rule, d.source.decode(*d.span)) for d in report.diagnostics if d.rule in {*RULES, *MACHINES}]


MACHINES = {"removed-machine-type", "deprecated-machine-type", "machine-type-too-new", "unknown-machine-type"}


@pytest.mark.parametrize(
    ("target", "machine", "arch", "expected"),
    [
        ("rhel-9.8", "pc-q35-rhel9.8.0", "x86_64", HAS),
        ("rhel-9.6", "pc-q35-rhel9.8.0", "x86_64", LACKS),
        ("rhel-9.8", "pc-q35-rhel9.1.0", "x86_64", LACKS),
        ("rhel-9.8", "pc-q35-rhel8.6.0", "x86_64", FADES),
        ("rhel-9.1", "pc-q35-rhel8.6.0", "x86_64", HAS),
        ("rhel-8.9", "pc-i440fx-rhel7.0.0", "x86_64", HAS),
        ("rhel-9.8", "pc-i440fx-rhel7.0.0", "x86_64", LACKS),
        ("rhel-10.2", "pc-i440fx-rhel7.6.0", "x86_64", LACKS),
        ("rhel-10.2", "pc-i440fx-rhel10.0.0", "x86_64", FADES),
        ("rhel-10.0", "pc-q35-rhel9.8.0", "x86_64", LACKS),
        ("rhel-10.2", "q35", "x86_64", HAS),
        ("rhel-10.2", "pc-q35-10.1", "x86_64", LACKS),
        ("rhel-10.2", "pc-q35-10.1", "", LACKS),
        ("rhel-10.2", "isapc", "", LACKS),
        ("rhel-10.2", "virt-10.1", "aarch64", LACKS),
        ("rhel-10.2", "virt", "aarch64", HAS),
        ("rhel-10.2", "virt-rhel9.6.0", "aarch64", UNKNOWN),
        ("rhel-9.8", "pc-q35-noble", "x86_64", LACKS),
        ("debian-13", "pc-q35-noble", "x86_64", LACKS),
        ("debian-13", "pc-q35-10.0", "x86_64", AS_UPSTREAM),
        ("debian-13", "pc-q35-10.0+pve1", "x86_64", LACKS),
        ("debian-13", "microvm", "x86_64", AS_UPSTREAM),
        ("proxmox-9.2", "pc-q35-10.0+pve1", "x86_64", AS_UPSTREAM),
        ("proxmox-9.2", "pc-q35-noble", "x86_64", LACKS),
        ("ubuntu-24.04", "pc-q35-noble-v2", "x86_64", HAS),
        ("ubuntu-24.04", "pc-q35-plucky", "x86_64", LACKS),
        ("ubuntu-22.04", "pc-i440fx-noble", "x86_64", LACKS),
        ("ubuntu-24.04", "s390-ccw-virtio-noble", "s390x", UNKNOWN),
        ("ubuntu-26.04", "pc-q35-jammy", "x86_64", HAS),
        ("ubuntu-26.04", "pc-q35-bionic", "x86_64", UNKNOWN),
        ("ubuntu-24.04", "pc-q35-rhel9.6.0", "x86_64", LACKS),
        ("fedora-44", "pc-q35-noble", "x86_64", UNKNOWN),
        ("fedora-44", "pc-q35-10.0", "x86_64", AS_UPSTREAM),
        ("fedora-44", "pc-q35-10.0+pve1", "x86_64", UNKNOWN),
        ("opensuse-leap-15.6", "pc-q35-rhel9.6.0", "x86_64", UNKNOWN),
    ],
)
def test_what_a_distribution_does_with_a_machine_type(target: str, machine: str, arch: str, expected: str) -> None:
    assert standing(system(target), machine, arch) == expected


def test_debian_refuses_what_it_is_said_to_lack() -> None:
    """Against real emulators of Debian."""
    folder = ROOT.parent / "shared" / "oracle"
    if not (folder / "run.py").exists() or os.geteuid() != 0:
        pytest.skip("no QEMUs of several releases beside the project, or not root, which asking them takes")
    versions, ask = oracle(str(folder))
    names = {"5.2": "debian-11", "7.2": "debian-12", "10.0": "debian-13"}
    for machine in ("pc-q35-noble", "ubuntu", "pc-i440fx-rhel7.6.0", "pc-q35-7.2+pve0", "pc", "q35", "microvm"):
        for version in set(versions) & set(names):
            lacks = standing(system(names[version]), machine, "x86_64") == LACKS
            answer = ask(X86, ["-machine", machine], version)
            assert answer is not None
            assert lacks == bool(answer.error), f"{machine} on {version}"


def test_a_machine_type_is_told_once_and_by_the_distribution() -> None:
    """Whatever the release of QEMU would say of it."""
    for machine in ("pc-q35-9.1", "pc-q35-2.4", "pc-q35-10.2", "pc-q35-noble"):
        assert found("rhel-9.6", machine=machine) == [("machine-type-left-out", machine)]
    assert found("rhel-9.6", machine="pc-q35-rhel9.4.0") == []
    assert found("ubuntu-24.04", machine="pc-q35-noble") == []
    assert found("fedora-44", machine="pc-q35-noble") == [("unknown-machine-type", "pc-q35-noble")]
    assert found("debian-13", machine="pc-q35-2.4") == [("deprecated-machine-type", "pc-q35-2.4")]
    assert found("qemu-10.1", machine="pc-q35-rhel9.4.0") == [("unknown-machine-type", "pc-q35-rhel9.4.0")]


def test_several_targets_are_named_together() -> None:
    xml = GUEST.format(arch="x86_64", machine="pc-q35-9.1", devices="")
    report = check_text(xml, "guest.xml", targets=["rhel-9.6", "debian-13", "rhel-10.0"])
    (message,) = [d.message for d in report.diagnostics if d.rule == "machine-type-left-out"]
    both = "Red Hat Enterprise Linux 9.6 and Red Hat Enterprise Linux 10.0"
    assert message == f"The QEMU of {both} has no machine type 'pc-q35-9.1': the guest does not start there"


def test_another_qemu_than_the_distribution_s_is_another_matter() -> None:
    xml = GUEST.format(arch="x86_64", machine="pc-q35-9.1", devices="<graphics type='spice'/>")
    for targets, qemu in ((["rhel-9.6"], "==9.1"), ([], "==9.1")):
        rules = {d.rule for d in check_text(xml, "guest.xml", qemu=qemu, targets=targets).diagnostics}
        assert not rules & RULES


@pytest.mark.parametrize(
    ("devices", "target", "at"),
    [
        ("<graphics type='spice'/>", "rhel-9.6", ["spice"]),
        ("<graphics type='spice'/>", "rhel-8.9", []),
        ("<graphics type='spice'/>", "debian-13", []),
        ("<graphics type='vnc'/>", "rhel-9.6", []),
        ("<channel type='spicevmc'><target type='virtio' name='a'/></channel>", "rhel-10.2", ["spicevmc"]),
        ("<video><model type='cirrus'/></video>", "rhel-9.8", []),
        ("<video><model type='cirrus'/></video>", "rhel-10.0", ["cirrus"]),
        ("<controller type='scsi' model='lsilogic'/>", "rhel-9.8", ["lsilogic"]),
        ("<controller type='scsi' model='virtio-scsi'/>", "rhel-9.8", []),
        ("<filesystem type='mount'><driver type='virtiofs'/><source dir='/a'/><target dir='b'/></filesystem>", "rhel-9", []),
        ("<filesystem type='mount'><source dir='/a'/><target dir='b'/></filesystem>", "rhel-9", ["mount"]),
        ("<filesystem type='mount'><driver type='{{ d }}'/><source dir='/a'/><target dir='b'/></filesystem>", "rhel-9", []),
        ("<graphics type='{{ g }}'/>", "rhel-9", []),
        ("<tpm model='tpm-tis'><backend type='passthrough'/></tpm>", "rhel-9", ["passthrough"]),
        ("<emulator>/usr/libexec/qemu-kvm</emulator>", "rhel-9", []),
        ("<emulator>/usr/bin/qemu-system-x86_64</emulator>", "rhel-9", ["/usr/bin/qemu-system-x86_64"]),
        ("<emulator> /usr/libexec/qemu-kvm </emulator>", "debian-13", [" /usr/libexec/qemu-kvm "]),
        ("<emulator>/opt/qemu/bin/qemu-system-x86_64</emulator>", "rhel-9", []),
        ("<emulator>{{ path }}</emulator>", "rhel-9", []),
    ],
)  # fmt: skip
def test_what_is_left_out_or_elsewhere(devices: str, target: str, at: list[str]) -> None:
    assert [text for _, text in found(target, devices)] == at


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("-spice port=5900", ["-spice"]),
        ("-vga qxl", ["qxl"]),
        ("-vga std", []),
        ("-chardev spicevmc,id=a,name=vdagent", ["spicevmc"]),
        ("-chardev socket,id=a,path=/s,server=on", []),
        ("-device qxl-vga,id=v", ["qxl-vga"]),
        ("-device virtio-vga", []),
        ("-device $D", []),
        ("-vga $V", []),
        ("-virtfs local,path=/a,mount_tag=b,security_model=none", ["-virtfs"]),
    ],
)
def test_what_is_left_out_on_a_command_line(words: str, at: list[str]) -> None:
    report = check_text(f"/usr/libexec/qemu-kvm -M q35 {words}\n", "a.sh", targets=["rhel-9.6"])
    assert [d.source.decode(*d.span) for d in report.diagnostics if d.rule in RULES] == at


def test_the_emulator_is_that_of_the_domain_s_architecture() -> None:
    for arch, program in (("x86_64", "x86_64"), ("i686", "i386"), ("aarch64", "aarch64"), ("ppc64le", "ppc64")):
        xml = GUEST.format(arch=arch, machine="", devices="<emulator>/usr/libexec/qemu-kvm</emulator>")
        report = check_text(xml.replace(" machine=''", ""), "guest.xml", targets=["debian-13"])
        (found,) = [d for d in report.diagnostics if d.rule == "emulator-elsewhere"]
        assert found.fix is not None
        assert found.fix.edits[0].text.decode() == f"/usr/bin/qemu-system-{program}"


def _series() -> Iterator[tuple[str, str, dict[str, object]]]:
    for vendor, table in vendors().items():
        for name, series in table.get("series", {}).items():
            yield vendor, name, series


def test_the_facts_on_vendors_are_about_targets_and_types_of_their_own() -> None:
    assert set(vendors()) <= {each.name.rpartition("-")[0] for each in distributions().values()}
    for vendor, table in vendors().items():
        assert set(table) <= {"upstream", "own", "generic", "codenames", "series", "source"}
        assert isinstance(table["upstream"], bool)
        assert table["source"].strip()
        assert table["upstream"] or table["generic"], vendor
    for vendor, name, series in _series():
        assert set(series) <= {"types", "fading", "fading-from", "whole"}
        assert any(each == name or each.startswith(f"{name}.") for each in distributions()), name
        types = series["types"]
        assert isinstance(types, dict)
        for each, since in types.items():
            assert parse(since)
            assert re.fullmatch(vendors()[vendor]["own"], each), each
            assert machine_type(each, "") is None, each


def test_every_place_of_the_facts_is_one_where_the_rule_looks() -> None:
    selected = {match.select for match in catalog.rules()["left-out-by-distribution"].matches}
    assert {place if place.startswith("domain/") else f"qemu/{place}" for place in left_out()} == selected
    scopes = [row.scope for rows in left_out().values() for row in rows] + [row.scope for row in emulators()]
    assert all(scope.among([System(each.name, each.title) for each in distributions().values()]) for scope in scopes)


def test_proxmox_has_no_libvirt_to_be_too_old() -> None:
    """What needs a libvirt that some target lacks is silent there; QEMU's part is told."""
    xml = GUEST.format(arch="x86_64", machine="pc-i440fx-2.4", devices="")
    rules = {d.rule for d in check_text(xml, "guest.xml", targets=["proxmox-9.2"]).diagnostics}
    assert "removed-machine-type" in rules
    newer = GUEST.format(
        arch="x86_64",
        machine="q35",
        devices="<crypto model='virtio' type='qemu'><backend model='builtin' queues='1'/></crypto>",
    )
    assert "libvirt-too-old" in {d.rule for d in check_text(newer, "g.xml", targets=["debian-12"]).diagnostics}
    assert "libvirt-too-old" not in {d.rule for d in check_text(newer, "g.xml", targets=["proxmox-8"]).diagnostics}
