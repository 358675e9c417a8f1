"""What the rules on parts that contradict each other leave alone: each was defined by the QEMU driver of libvirt 12.8."""

from __future__ import annotations

import pytest

from tests.helpers import lint, marked
from vmlint.catalog import rules

HEAD = "<domain type='kvm'><name>guest</name>"
MODULES = ("xml_twice.", "xml_cpus.", "xml_devices.")
CONFLICTS = {name for name, rule in rules().items() if any((m.check or "").startswith(MODULES) for m in rule.matches)}
Q35 = "<os><type arch='x86_64' machine='q35'>hvm</type>{}</os>"
PC = "<os><type arch='x86_64' machine='pc'>hvm</type></os>"
NO_USB = "<controller type='usb' model='none'/>"
UEFI = Q35.format("<loader readonly='yes' {}type='pflash'>/x.fd</loader><nvram>/x</nvram>")


def found(body: str, head: str = HEAD) -> list[tuple[str, str]]:
    return [entry for entry in marked(lint("guest.xml", f"{head}{body}</domain>".encode())) if entry[0] in CONFLICTS]


def disk(dev: str, bus: str, inner: str = "", device: str = "disk", driver: str = "") -> str:
    return (
        f"<disk type='block' device='{device}'><driver name='qemu' type='raw'{driver}/><source dev='/dev/{dev}'/>"
        f"<target dev='{dev}' bus='{bus}'/>{inner}</disk>"
    )


def nic(place: str = "", mac: str = "52:54:00:00:00:01") -> str:
    address = f"<address type='pci' {place}/>" if place else ""
    return f"<interface type='bridge'><mac address='{mac}'/><source bridge='b'/>{address}</interface>"


def devices(*parts: str) -> str:
    return f"<devices>{''.join(parts)}</devices>"


@pytest.mark.parametrize(
    "body",
    [
        devices(nic("bus='0' slot='5' function='0'"), nic("bus='0' slot='5' function='1'")),
        devices(nic("domain='0' bus='0' slot='0' function='0'"), nic("domain='0' bus='0' slot='0' function='0'")),
        devices(
            "<controller type='usb' index='0' model='ich9-ehci1'/>",
            "<controller type='usb' index='0' model='ich9-uhci1'><master startport='0'/></controller>",
        ),
        devices("<controller type='scsi' model='virtio-scsi'/>", "<controller type='scsi' model='virtio-scsi'/>"),
        devices("<controller type='scsi' index='0'/>", "<controller type='sata' index='0'/>"),
        devices(disk("vda", "virtio", "<alias name='disk'/>"), disk("vdb", "virtio", "<alias name='disk'/>")),
        devices("{% if a %}", disk("vda", "virtio", "<boot order='1'/>"), "{% endif %}", nic() + "<boot order='1'/>"),
        devices("<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>" * 2),
        devices(
            "<serial type='pty'><target type='pci-serial' port='0'/><address type='pci' bus='0' slot='4'/></serial>",
            nic("bus='0' slot='4'"),
        ),
        "<cpu><numa><cell cpus='0' memory='1' unit='GiB'/><cell cpus='1' memory='1' unit='GiB'/></numa></cpu>",
        "<cpu><feature name='$(next)' policy='require'/><feature name='$(next)' policy='require'/></cpu>",
        devices("<hostdev type='mdev'><source><address uuid='${id}'/></source></hostdev>" * 2),
    ],
    ids=[
        "functions",
        "zeros",
        "companions",
        "no index",
        "types",
        "dropped alias",
        "template",
        "rng",
        "serial",
        "cells",
        "filled-in features",
        "filled-in devices",
    ],
)
def test_what_only_looks_claimed_twice(body: str) -> None:
    assert [rule for rule, _ in found(body) if rule == "claimed-twice"] == []


@pytest.mark.parametrize(
    "body",
    [
        "<vcpu>2</vcpu><cpu><topology sockets='1' dies='2' cores='1' threads='1'/></cpu>",
        "<vcpu current='1'>2</vcpu><cpu><topology sockets='2' cores='1' threads='1'/></cpu>",
        "<cpu><topology sockets='1' cores='1' threads='1'/></cpu>",
        "<cpu><topology sockets='1' cores='4' threads='1'/></cpu>",  # part of a domain, whose <vcpu> is elsewhere
        "<vcpu>{{ cpus }}</vcpu><cpu><topology sockets='2' cores='1' threads='1'/></cpu>",
        "<vcpu>2</vcpu><cpu><topology sockets='{{ n }}' cores='1' threads='1'/></cpu>",
        "<vcpu current='2'>2</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='1' enabled='yes'/></vcpus>",
        "<maxMemory slots='2' unit='GiB'>1</maxMemory><memory unit='GiB'>1</memory><currentMemory unit='GiB'>1</currentMemory>",
        UEFI.format("") + "<features><acpi/></features>",
        UEFI.format("secure='yes' ") + "<features><acpi/><smm state='on'/></features>",
        Q35.format("<loader type='rom'>/x.bin</loader>"),
        Q35.format("<boot dev='hd'/>") + devices(disk("vda", "virtio")),
        "<features><hyperv><stimer state='off'/></hyperv></features>",
    ],
)
def test_numbers_and_firmware_that_fit(body: str) -> None:
    assert found(body) == []


@pytest.mark.parametrize(
    "body",
    [
        PC + devices(disk("hda", "ide"), "<controller type='ide' index='0'/>"),
        devices(disk("hda", "ide")),  # the machine is not told
        Q35.format("") + devices(disk("sda", "sata", device="cdrom", inner="<readonly/>")),
        devices(disk("sda", "scsi", inner="<readonly/>"), disk("vda", "virtio", inner="<readonly/>")),
        devices(disk("sda", "usb", device="cdrom"), disk("sdb", "{{ bus }}", device="cdrom")),
        devices(disk("xvda", "xen", device="cdrom"), disk("ubda", "uml", device="cdrom")),
        devices(disk("vda", "virtio", driver=" io='native' cache='none'")),
        devices(disk("vda", "virtio", driver=" io='native' cache='directsync'")),
        devices(disk("vda", "virtio", driver=" io='io_uring'")),
        devices("<controller type='usb' model='none'/>", disk("vda", "virtio"), "<input type='mouse' bus='ps2'/>"),
        devices("<filesystem type='mount'><source dir='/a'/><target dir='b'/></filesystem>"),
        "<cpu><numa><cell id='0' cpus='0' memory='1' unit='GiB' memAccess='shared'/></numa></cpu>"
        "<memory unit='GiB'>1</memory><vcpu>1</vcpu>"
        + devices("<filesystem type='mount'><driver type='virtiofs'/><source dir='/a'/><target dir='b'/></filesystem>"),
        devices(
            "<graphics type='spice'/>",
            "<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>",
        ),
        devices("<video><model type='vga'/></video>", "<video><model type='virtio'/></video>"),
        devices("<video><model type='virtio'/></video>", "<video><model type='vga' primary='yes'/></video>"),
        devices("<controller type='pci' index='1' model='pcie-root-port'/>", nic("bus='1' slot='0' function='0'")),
        devices("<controller type='pci' index='1' model='dmi-to-pci-bridge'/>", nic("bus='1' slot='0' function='1'")),
        devices("<input type='tablet' bus='usb'/>", "<input type='tablet' bus='virtio'/>", "<input type='tablet'/>"),
        devices("<graphics type='vnc' passwd='12345678'/>"),
        devices(
            disk(
                "vda",
                "virtio",
                "<iotune><total_bytes_sec>0</total_bytes_sec><read_bytes_sec>1</read_bytes_sec></iotune>",
            )
        ),
        devices("<graphics type='vnc' listen='::1'><listen type='address' address='::1'/></graphics>"),
        devices("<sound model='ich9'><audio id='1'/></sound>"),  # which libvirt adds
        devices("<audio id='1' type='none'/>", "<sound model='ich9'><audio id='01'/></sound>"),
    ],
)
def test_devices_that_are_where_they_can_be(body: str) -> None:
    assert found(body) == []


@pytest.mark.parametrize("kind", ["lxc", "xen", "bhyve"])
def test_what_the_driver_of_qemu_refuses_is_not_said_of_others(kind: str) -> None:
    body = Q35.format("") + "<vcpu>4</vcpu><cpu><topology sockets='1' cores='1' threads='1'/></cpu>"
    assert found(body + devices(disk("hda", "ide")), f"<domain type='{kind}'><name>guest</name>") == []
    assert {rule for rule, _ in found(body + devices(disk("hda", "ide")))} == {"vcpu-topology-mismatch", "ide-on-q35"}


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        (devices(disk("vda", "virtio", device="cdrom")), ["removed-from-libvirt"]),
        (devices("<memballoon model='virtio'/>" * 2), ["doubled-element"]),
        (
            devices("<channel type='spiceport'><source channel='a.0'/><target type='virtio' name='a.0'/></channel>"),
            ["spice-missing"],
        ),
        (PC + "<cpu><topology sockets='1' cores='4' threads='1'/></cpu>", ["vcpu-topology-mismatch"]),
        (devices("<sound model='ich9'><audio id='2'/></sound>"), ["audio-unknown"]),
        (devices("<audio id='2' type='none'/>", "<sound model='ich9'><audio id='1'/></sound>"), ["audio-unknown"]),
    ],
    ids=["cdrom", "balloons", "spiceport", "no vcpu", "audio", "other audio"],
)
def test_a_mistake_is_told_once(body: str, rules: list[str]) -> None:
    assert [d.rule for d in lint("guest.xml", f"{HEAD}{body}</domain>".encode())] == rules


@pytest.mark.parametrize(
    "device",
    [
        "<input type='tablet'/>",
        "<serial type='pty'><target type='usb-serial'/></serial>",
        "<interface type='user'><model type='usb-net'/></interface>",
        "<smartcard mode='host'/>",
        "<controller type='ccid' index='0'/>",
    ],
)
def test_devices_that_are_on_usb_by_their_kind(device: str) -> None:
    """Each was refused by the QEMU driver of libvirt 11.3 and 12.8: USB devices are present in the domain."""
    (diagnostic,) = lint("guest.xml", f"{HEAD}{devices(NO_USB, device)}</domain>".encode())
    assert diagnostic.rule == "usb-disabled"


def test_mice_and_keyboards_that_are_on_no_usb() -> None:
    body = devices(NO_USB, "<input type='mouse'/>", "<input type='keyboard'/>", "<serial type='pty'/>")
    assert found(body) == []


@pytest.mark.parametrize(
    "twice",
    [
        "<input type='keyboard' bus='usb'><address type='usb' bus='0' port='1.1'/></input>",
        "<hostdev mode='subsystem' type='usb'><source><address bus='1' device='3'/></source></hostdev>",
        "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source>"
        "<address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>",
    ],
)
def test_places_that_are_claimed_twice(twice: str) -> None:
    assert [rule for rule, _ in found(devices(twice, twice))] == ["claimed-twice"]


def test_one_cell_in_memory_that_is_not_shared() -> None:
    """The QEMU driver of libvirt 11.3 and 12.8 refuses the device if any cell is not shared."""
    cell = "<cell id='{}' cpus='{}' memory='1' unit='GiB'{}/>"
    numa = "<cpu><numa>" + cell.format(0, 0, " memAccess='shared'") + cell.format(1, 1, "") + "</numa></cpu>"
    share = "<filesystem type='mount'><driver type='virtiofs'/><source dir='/a'/><target dir='b'/></filesystem>"
    assert [rule for rule, _ in found("<vcpu>2</vcpu>" + numa + devices(share))] == ["memory-not-shared"]
