"""What the rules of topic `xml` leave alone, and the numbers they read."""

from __future__ import annotations

import pytest

from tests.helpers import lint, marked
from vmlint.libvirt.sizes import in_bytes, number_set


def found(body: str, head: str = "<domain type='kvm'>") -> list[tuple[str, str]]:
    return marked(lint("guest.xml", f"{head}\n<name>guest</name>\n{body}</domain>\n".encode()))


def numa(memory: str, *cells: str, vcpus: str = "4", devices: str = "") -> str:
    inner = "".join(f"<cell id='{number}' {cell}/>" for number, cell in enumerate(cells))
    return f"<memory {memory}</memory><vcpu>{vcpus}</vcpu><cpu><numa>{inner}</numa></cpu><devices>{devices}</devices>\n"


DIMM = "<memory model='dimm'><target><size unit='GiB'>1</size><node>0</node></target></memory>"


@pytest.mark.parametrize(
    "body",
    [
        numa("unit='GiB'>2", "cpus='0-3' memory='2097152'"),
        numa("unit='GiB'>2", "cpus='0-1' memory='1' unit='GiB'", "cpus='2,3' memory='1048576' unit='k'"),
        numa("unit='GiB'>3", "cpus='0-3' memory='2' unit='GiB'", devices=DIMM),
        numa("unit='GiB'>{{ size }}", "cpus='0-3' memory='2' unit='GiB'"),
        numa("unit='GiB'>2", "cpus='0-{{ last }}' memory='2' unit='GiB'"),
        numa("unit='GiB'>2", "cpus='0-1' memory='2' unit='GiB'", vcpus="{{ vcpus }}"),
        numa("unit='GiB'>2", "cpus='0-3' memory='1' unit='GiB'", "memory='1' unit='GiB'"),
    ],
)
def test_numa_cells_that_are_right_or_not_known(body: str) -> None:
    assert found(body) == []


def test_a_cell_may_leave_out_what_another_holds() -> None:
    assert found(numa("unit='GiB'>2", "cpus='0-3,^2' memory='1' unit='GiB'", "cpus='2' memory='1' unit='GiB'")) == []
    left = numa("unit='GiB'>2", "cpus='0-3,^2' memory='2' unit='GiB'")
    assert found(left) == [("numa-cells-leave-vcpus-out", "numa")]


@pytest.mark.parametrize("name", ["net0", "virtio-disk0", "pcie.0", "usb", "ua-uplink", "{{ alias }}", "ua-{{ name }}"])
def test_aliases_that_are_kept_or_libvirts_own(name: str) -> None:
    body = f"<devices><interface type='user'><alias name='{name}'/></interface></devices>\n"
    assert found(body) == []


def test_aliases_of_a_running_domain_are_left_alone() -> None:
    body = "<devices><interface type='user'><alias name='uplink'/></interface></devices>\n"
    assert found(body, "<domain type='kvm' id='3'>") == []
    assert found(body) == [("alias-dropped", "uplink")]


@pytest.mark.parametrize(
    ("before", "used", "reported"),
    [
        ("<iothreads>2</iothreads>", "2", False),
        ("<iothreads>2</iothreads>", "3", True),
        ("<iothreadids><iothread id='7'/></iothreadids>", "7", False),
        ("<iothreadids><iothread id='7'/></iothreadids>", "1", True),
        ("<iothreads>2</iothreads><iothreadids><iothread id='7'/></iothreadids>", "1", False),
        ("<iothreads>{{ count }}</iothreads>", "3", False),
        ("{% if many %}<iothreads>2</iothreads>{% endif %}", "3", False),
        ("", "{{ thread }}", False),
    ],
)
def test_io_threads(before: str, used: str, reported: bool) -> None:
    disk = f"<disk type='block'><driver type='raw' iothread='{used}'/><target dev='vda' bus='virtio'/></disk>"
    assert (found(f"{before}<devices>{disk}</devices>\n") == [("iothread-unknown", used)]) == reported


@pytest.mark.parametrize(
    "source", ["/images/guest.raw", "/images/guest.img", "/images/qcow2", "{{ path }}.qcow2", "/dev/vg/guest"]
)
def test_images_whose_name_says_nothing(source: str) -> None:
    disk = f"<disk type='file'><source file='{source}'/><target dev='vda' bus='virtio'/></disk>"
    assert found(f"<devices>{disk}</devices>\n") == []


def test_disks_that_a_template_chooses_from_may_have_one_target() -> None:
    disk = "<disk type='block'><driver type='raw'/><target dev='vda' bus='virtio'/></disk>"
    assert found(f"<devices>{{% if a %}}{disk}{{% else %}}{disk}{{% endif %}}</devices>\n") == []
    assert found(f"<devices>{disk}{disk}</devices>\n") == [("disk-target-twice", "vda")]


def disk(dev: str, bus: str = "", address: str = "", device: str = "disk") -> str:
    given = f" bus='{bus}'" if bus else ""
    place = f"<address type='drive' {address}/>" if address else ""
    source = f"<driver type='raw'/><source dev='/dev/{dev}'/><target dev='{dev}'{given}/>{place}"
    return f"<disk type='block' device='{device}'>{source}</disk>"


@pytest.mark.parametrize(
    "disks",
    [
        disk("sda", "virtio") + disk("vda", "virtio") + disk("hda", "usb"),  # no places on these
        disk("hda", "ide") + disk("sda", "sata") + disk("sdb", "scsi"),
        disk("sda", "sata", "unit='1'") + disk("sdb", "sata", "unit='0'"),
        disk("sdh", "scsi") + disk("sda", "scsi", "controller='1' unit='1'"),
        disk("sda", "{{ bus }}") + disk("vda", "{{ bus }}"),
        disk("fda", device="cdrom") + disk("fdb", "fdc", device="floppy"),
        f"{{% if a %}}{disk('sda', 'sata')}{{% else %}}{disk('hda', 'sata')}{{% endif %}}",
    ],
)
def test_disks_that_libvirt_takes(disks: str) -> None:
    """As measured: a name says nothing about the bus, and what a template chooses from is not there together."""
    assert found(f"<devices>{disks}</devices>\n") == []


@pytest.mark.parametrize(
    ("disks", "rule", "at"),
    [
        (disk("hda") + disk("vda", "ide"), "disk-place-twice", "vda"),
        (disk("hdg", "ide") + disk("hda", "ide", "controller='1' bus='1'"), "disk-place-twice", "address"),
        (disk("sda", "scsi", "unit='2'") + disk("sdc", "scsi"), "disk-place-twice", "sdc"),
        (disk("sdab", "sata") + disk("sda", "sata", "controller='4' unit='3'"), "disk-place-twice", "address"),
        (disk("hda", "fdc"), "disk-target-mismatch", "fdc"),
        (disk("fda", "ide", device="floppy"), "disk-target-mismatch", "ide"),
        (disk("fda", "virtio"), "disk-target-mismatch", "fda"),
        (disk("vda1", "virtio"), "disk-target-mismatch", "vda1"),
    ],
)
def test_disks_that_libvirt_refuses(disks: str, rule: str, at: str) -> None:
    assert found(f"<devices>{disks}</devices>\n") == [(rule, at)]


@pytest.mark.parametrize(("memory", "reported"), [(">2048", True), (" unit='KiB'>2048", False), (">1048576", False)])
def test_memory_without_a_unit(memory: str, reported: bool) -> None:
    assert (found(f"<memory{memory}</memory>\n") == [("memory-without-unit", "2048")]) == reported


@pytest.mark.parametrize(
    ("number", "unit", "size"),
    [
        ("1", None, 1024),
        ("1", "b", 1),
        ("3", "bytes", 3),
        ("1", "KB", 1000),
        ("1", "k", 1024),
        ("2", "MiB", 2 * 1024**2),
        ("1", "GB", 10**9),
        ("1", "tib", 1024**4),
        ("1", "parsec", None),
        ("one", "KiB", None),
    ],
)
def test_sizes(number: str, unit: str | None, size: int | None) -> None:
    assert in_bytes(number, unit) == size


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0-3", {0, 1, 2, 3}),
        ("0-3,^2", {0, 1, 3}),
        ("1,4-5", {1, 4, 5}),
        ("", None),
        ("a", None),
        ("0-999999999", None),
    ],
)
def test_sets_of_numbers(text: str, numbers: set[int] | None) -> None:
    assert number_set(text) == numbers
