"""Failover pairs on QEMU command lines, and what domains pass on to QEMU."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers import ROOT, lint, marked

CASES = ROOT.parent / "shared" / "cases" / "qemu-failover.jsonl"
STANDBY = "-device virtio-net-pci,failover=on,id=net1,mac=52:54:00:aa:bb:01"
PORT = "-device pcie-root-port,id=root1"
PRIMARY = "-device vfio-pci,host=03:07.1,id=vf1,bus=root1,failover_pair_id=net1"


def rules(line: str, qemu: str | None = None, path: str = "start.sh") -> list[str]:
    found = lint(path, f"{line}\n".encode(), qemu)
    return [diagnostic.rule for diagnostic in found if diagnostic.rule.startswith("teaming-")]


@pytest.mark.parametrize(
    "line",
    [
        f"qemu-system-x86_64 -M q35 {STANDBY} {PORT} {PRIMARY}",
        f"qemu-system-x86_64 -machine pc-q35-7.2,accel=kvm {PORT} {STANDBY} {PRIMARY}",
        f"qemu-system-x86_64 -M q35 {STANDBY} {PORT} {PRIMARY}".replace("failover=on", "failover"),
        f"qemu-system-x86_64 -M q35 {STANDBY} {PORT} {PRIMARY}".replace("pair_id=net1", "pair_id=$PAIR"),
        f"qemu-system-x86_64 -M q35 {STANDBY} {PORT} {PRIMARY}".replace("id=net1,mac", "id=$NET,mac"),
        f"qemu-system-x86_64 -M q35 $EXTRA {PORT} {PRIMARY}",
        f"qemu-system-x86_64 -M q35 -readconfig vm.cfg {PORT} {PRIMARY}",
        f'qemu-system-x86_64 -M "$MACHINE" {STANDBY} {PRIMARY}'.replace(",bus=root1", ""),
        f"qemu-system-x86_64 -M q35 {STANDBY} {PRIMARY}".replace("root1", "${BUS}"),
        f"qemu-system-x86_64 -M q35 {STANDBY} {PORT} {PRIMARY},$MORE",
        f"qemu-system-aarch64 -M virt {STANDBY} {PORT} {PRIMARY}",
        f"/usr/libexec/qemu-kvm {STANDBY} {PRIMARY}".replace(",bus=root1", ""),
        f'args=({PORT} {PRIMARY})\nqemu-system-x86_64 -M q35 "${{args[@]}}"',
        "qemu-system-x86_64 -nic user,model=virtio -device virtio-net-pci,failover=off",
    ],
)
def test_what_is_right_or_not_to_be_seen_is_silent(line: str) -> None:
    assert rules(line) == []


def test_a_machine_that_is_not_given_is_i440fx_where_the_emulator_is_upstreams() -> None:
    line = f"qemu-system-x86_64 {STANDBY} {PRIMARY}".replace(",bus=root1", "")
    assert rules(line) == ["teaming-bus-not-pcie"]


JSON = """qemu-system-x86_64 -M q35 \\
  -device '{"driver":"virtio-net-pci","failover":true,"id":"net1","mac":"52:54:00:aa:bb:01"}' \\
  -device '{"driver":"pcie-root-port","id":"root1"}' \\
  -device '{"driver":"e1000e","id":"vf1","bus":"root1","failover_pair_id":"net1","mac":"52:54:00:aa:bb:01"}'"""


@pytest.mark.parametrize(
    ("change", "to", "marks"),
    [
        ("", "", []),
        ('pair_id":"net1"', 'pair_id":"net2"', [("teaming-persistent-not-found", "net2")]),
        ("bb:01\"}'", "bb:02\"}'", [("teaming-mac-mismatch", "52:54:00:aa:bb:02")]),
        ('"root1"}', '"root1","hotplug":false}', [("teaming-bus-without-hotplug", "false")]),
        ('"bus":"root1",', '"bus":"root1","addr":"0x0.2",', [("teaming-slot-shared", "0x0.2")]),
        ('"bus":"root1",', '"bus":"root1","multifunction":true,', [("teaming-slot-shared", "true")]),
        ('"bus":"root1",', '"bus":"root1","nosuch":7,', [("teaming-primary-property-unknown", "7")]),
        ('"failover":true', '"failover":false', [("teaming-persistent-not-found", "net1")]),
        ('"driver":"e1000e"', '"driver":"usb-net"', [("teaming-primary-not-ethernet", "usb-net")]),
    ],
)
def test_json_is_read_as_the_other_way_of_writing(change: str, to: str, marks: list[tuple[str, str]]) -> None:
    text = (
        JSON if not change else to.join(JSON.rsplit(change, 1)) if change.startswith("bb") else JSON.replace(change, to)
    )
    assert marked(lint("start.sh", text.encode() + b"\n")) == marks


@pytest.mark.parametrize("broken", ['{"driver":', "{}", '{"driver":["virtio-net-pci"],"failover":true}', "{" * 5000])
def test_json_that_cannot_be_read_says_nothing(broken: str) -> None:
    assert rules(f"qemu-system-x86_64 -M q35 {PORT} {PRIMARY} -device '{broken}'") == []


def test_releases_differ() -> None:
    late = f"qemu-system-x86_64 -M q35 {PORT} {PRIMARY} {STANDBY}"
    for qemu, severity in (("==5.2", "error"), (">=5.2", "error"), (">=7.2", "note")):
        (found,) = lint("start.sh", f"{late}\n".encode(), qemu)
        assert (found.rule, found.severity) == ("teaming-primary-before-standby", severity)
    nameless = f"qemu-system-x86_64 -M q35 {STANDBY} {PORT} {PRIMARY}\n".replace("id=vf1,", "").encode()
    assert "starts with a warning" in lint("start.sh", nameless, "==5.2")[0].message
    assert "refuse to start" in lint("start.sh", nameless, ">=7.2")[0].message


def test_many_pairs_take_no_longer_each() -> None:
    pairs = [
        f"{STANDBY}:{n % 256:02x} {PORT} {PRIMARY}".replace("52:54:00:aa:bb:01", f"52:54:00:aa:{n // 256:02x}")
        .replace("net1", f"net{n}")
        .replace("root1", f"r{n}")
        .replace("vf1", f"vf{n}")
        for n in range(1500)
    ]
    assert rules(f"qemu-system-x86_64 -M q35 {' '.join(pairs)}") == []


@pytest.mark.skipif(not CASES.exists(), reason="the measured cases are not here")
@pytest.mark.parametrize(
    "case", [json.loads(line) for line in CASES.read_text().splitlines()] if CASES.exists() else []
)
def test_measured_lines(case: dict[str, object]) -> None:
    """What QEMU refused, or warned about when the guest's driver asked, is reported; so is what is silently wrong."""
    silently_wrong = ("q35-primary-self", "q35-pair-mac-missing-on-primary", "q35-primary-rtl8139-on-root-port")
    host_facts = ("no such host device", "GLib")
    alone = ("q35-standby-orphan", "q35-hotplug-primary-before-negotiation")  # works; the note says what QEMU will say
    results = case["results"]
    assert isinstance(results, dict)
    for release, result in results.items():
        said = [line for line in result.get("stderr", []) if not any(fact in line for fact in host_facts)]
        wrong = (result["start"] != "RUNS" or said or case["name"] in silently_wrong) and case["name"] not in alone
        text = f"qemu-system-x86_64 -M {case['machine']} -nodefaults {case['args']}\n"
        found = lint("start.sh", text.encode(), f"=={release}")
        assert any(d.severity != "note" for d in found) == bool(wrong), (release, result)


def test_a_pair_passed_on_by_a_domain_is_not_called_incomplete(tmp_path: Path) -> None:
    domain = b"""<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <devices>
    <interface type='bridge'>
      <mac address='52:54:00:aa:bb:01'/>
      <model type='virtio'/>
      <teaming type='persistent'/>
      <alias name='ua-b'/>
    </interface>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-device'/>
    <qemu:arg value='vfio-pci,host=03:07.1,id=vf1,bus=pci.3,failover_pair_id=ua-b'/>
  </qemu:commandline>
</domain>
"""
    assert rules(domain.decode(), path="guest.xml") == []


@pytest.mark.parametrize("address", ["0x0.0x1", "0.0x1", "0x0.1", "00.7"])
def test_a_function_is_read_with_and_without_prefix(address: str) -> None:
    """libvirt writes `0x0.0x1`; QEMU reads both (measured on 5.2, 7.2, 10.0 and 11.1)."""
    assert rules(f"qemu-system-x86_64 -M q35 {STANDBY} {PORT} {PRIMARY},addr={address}") == ["teaming-slot-shared"]
    assert rules(f"qemu-system-x86_64 -M q35 {STANDBY} {PORT} {PRIMARY},addr=0x0.0x0") == []


@pytest.mark.parametrize(
    "elsewhere", ["-set device.net1.failover=on", "-global virtio-net-pci.failover=on", "-readconfig more.cfg"]
)
def test_failover_may_be_switched_on_elsewhere(elsewhere: str) -> None:
    """QEMU hides the primary device then too (tried on 5.2, 7.2, 10.0 and 11.1)."""
    line = f"qemu-system-x86_64 -M q35 {STANDBY.replace('failover=on,', '')} {PORT} {PRIMARY}"
    assert rules(line) == ["teaming-persistent-not-found"]
    assert rules(f"{line} {elsewhere}") == []
    assert rules(f"{line} -global virtio-net-pci.mq=on") == ["teaming-persistent-not-found"]


@pytest.mark.parametrize("bus", ["", ",bus=pcie.0"])
def test_pcie_0_of_virt_takes_no_primary_device(bus: str) -> None:
    """Measured on 5.2, 7.2 and 10.0 (aarch64): refused at start, 7.2 included."""
    line = f"qemu-system-aarch64 -M virt {STANDBY} {PRIMARY}".replace(",bus=root1", bus)
    (found,) = lint("start.sh", f"{line}\n".encode(), "~=7.2")
    assert (found.rule, found.effect) == ("teaming-bus-without-hotplug", "refused")


@pytest.mark.parametrize(
    ("machine", "qemu", "refused"),
    [("q35", "==7.2", True), ("q35", "==5.2", False), ("virt", "==7.2", False), ("virt", "==10.0", True)],
)
def test_which_qemu_refuses_a_port_without_hotplug_depends_on_the_machine(
    machine: str, qemu: str, refused: bool
) -> None:
    program = "qemu-system-aarch64" if machine == "virt" else "qemu-system-x86_64"
    line = f"{program} -M {machine} {STANDBY} {PORT},hotplug=off {PRIMARY}"
    (found,) = lint("start.sh", f"{line}\n".encode(), qemu)
    assert (found.rule, found.effect) == ("teaming-bus-without-hotplug", "refused" if refused else "starts")
