"""What each device, object, machine and back end of QEMU knows, and what follows for its bare tokens; measured on the four QEMUs."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import tomllib

import vmlint
from tests.helpers import ROOT
from vmlint.fixer import apply
from vmlint.model import Diagnostic
from vmlint.qemu.options import options
from vmlint.qemu.parameters import BOOLEAN, TAKES, VALUE, WORD, Parameter
from vmlint.qemu.properties import all_properties, properties

FOLDER = ROOT / "rules" / "facts" / "properties"
FILES = sorted(FOLDER.glob("*.toml"))


def diagnostics(command: str, qemu: str) -> list[Diagnostic]:
    return vmlint.check_argv(["qemu-system-x86_64", *shlex.split(command)], qemu=qemu).diagnostics


def found(command: str, qemu: str) -> list[tuple[str, str]]:
    """Rule and text of each finding."""
    return [(d.rule, d.source.decode(*d.span)) for d in diagnostics(command, qemu)]


def fixes(command: str, qemu: str) -> list[str]:
    """What safe fixes make of the command, each alone."""
    made = [(d.fix, d.source.data) for d in diagnostics(command, qemu) if d.fix is not None and d.fix.safety == "safe"]
    return [apply(data, fix.edits).decode().strip().partition(" ")[2] for fix, data in made]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_are_whole(path: Path) -> None:
    """Every key is known, every parent is there, no name is told twice, and every kind can be read."""
    tables = tomllib.loads(path.read_text())
    assert path.stem in {option.properties for option in options().named.values()}
    for name, table in tables.items():
        assert set(table) <= {"parent", "releases", *TAKES}, name
        assert table.get("parent", name) in tables
        words = [word.partition("@")[0] for takes in TAKES for word in table.get(takes, "").split()]
        assert len(words) == len(set(words)), name
        assert properties(path.stem, name) is not None
    assert all_properties(path.stem)


def test_every_file_that_an_option_names_is_there() -> None:
    assert {option.properties for option in options().named.values()} - {""} == {path.stem for path in FILES}


class TestFacts:
    """Samples, each seen on the four QEMUs."""

    @pytest.mark.parametrize(
        ("section", "kind", "name", "expected"),
        [
            ("device", "e1000", "multifunction", Parameter(BOOLEAN)),  # of pci-device
            ("device", "e1000", "autonegotiation", Parameter(BOOLEAN, None, (7, 2))),
            ("device", "e1000", "mac", Parameter(VALUE)),
            ("device", "virtio-net", "mq", Parameter(BOOLEAN)),  # another name of virtio-net-pci
            ("device", "virtio-net-pci", "disable-legacy", Parameter(WORD)),
            ("device", "virtio-sound-pci", "multifunction", Parameter(BOOLEAN, (10, 0))),  # the device came later
            ("device", "qemu-xhci", "streams", Parameter(BOOLEAN)),
            ("device", "virtio-sound-pci", "streams", Parameter(VALUE, (10, 0))),
            ("object", "memory-backend-ram", "reserve", Parameter(BOOLEAN, (7, 2))),
            ("object", "memory-backend-file", "rom", Parameter(WORD, (10, 0))),
            ("machine", "q35", "usb", Parameter(BOOLEAN)),
            ("machine", "q35", "smm", Parameter(WORD)),
            ("machine", "q35", "nvdimm", Parameter(BOOLEAN)),  # which -machine q35,help of 7.2 does not list
            ("machine", "pc", "pflash0", Parameter(VALUE)),
            ("netdev", "tap", "vhost", Parameter(BOOLEAN)),
            ("netdev", "vhost-vdpa", "x-svq", Parameter(BOOLEAN, (7, 2))),
            ("blockdev", "qcow2", "lazy-refcounts", Parameter(BOOLEAN)),
            ("display", "gtk", "gl", Parameter(WORD)),
            ("audiodev", "alsa", "out.try-poll", Parameter(BOOLEAN)),
            ("accel", "tcg", "one-insn-per-tb", Parameter(BOOLEAN, (10, 0))),
            ("accel", "kvm", "kernel-irqchip", Parameter(WORD)),
            ("accel", "xen", "igd-passthru", Parameter(BOOLEAN)),
            ("device", "nvme", "legacy-cmb", Parameter(BOOLEAN, (7, 2))),  # device-list-properties leaves out legacy-*
        ],
    )
    def test_has(self, section: str, kind: str, name: str, expected: Parameter) -> None:
        known = properties(section, kind)
        assert known is not None
        assert known[name] == expected

    @pytest.mark.parametrize(
        ("section", "kind", "name"),
        [
            ("device", "e1000", "mq"),
            ("netdev", "user", "vhost"),
            ("object", "memory-backend-ram", "seal"),
            ("machine", "microvm", "hpet"),
            ("accel", "tcg", "kernel-irqchip"),
        ],
    )
    def test_has_not(self, section: str, kind: str, name: str) -> None:
        known = properties(section, kind)
        assert known is not None
        assert name not in known
        assert name in all_properties(section)


class TestBareTokens:
    """A bare token is judged by what the thing it belongs to knows."""

    @pytest.mark.parametrize(
        ("command", "token"),
        [
            ("-device e1000,mq", "mq"),
            ("-netdev user,id=n,vhost", "vhost"),
            ("-object memory-backend-ram,id=m,size=1M,seal", "seal"),
            ("-M microvm,hpet", "hpet"),
            ("-accel tcg,kernel-irqchip", "kernel-irqchip"),
        ],
    )
    def test_the_boolean_of_another_is_none_here(self, command: str, token: str) -> None:
        assert found(command, "==10.0") == [("unknown-flag", token)]
        assert fixes(command, "==10.0") == []

    @pytest.mark.parametrize(
        "command",
        [
            "-device $DRIVER,multifunction",
            "-device virtio-net-ccw,mq",
            "-device no-such-device,multifunction",
            "-M virt,usb",
        ],
    )
    def test_what_is_not_known_may_have_any(self, command: str) -> None:
        (text,) = fixes(command, "==7.2")
        assert shlex.split(text) == shlex.split(command + "=on")

    def test_the_last_driver_counts(self) -> None:
        assert found("-device e1000,driver=virtio-net-pci,mq", "==10.0") == [("short-boolean", "mq")]
        assert found("-device virtio-net-pci,driver=e1000,mq", "==10.0") == [("unknown-flag", "mq")]

    def test_underscores_in_a_machine(self) -> None:
        assert fixes("-M q35,mem_merge", "==7.2") == ["-M q35,mem_merge=on"]

    def test_a_versioned_machine_is_one_of_its_family(self) -> None:
        assert found("-M pc-q35-7.2,sata", "==7.2") == [("short-boolean", "sata")]
        assert found("-M pc-i440fx-7.2,foo", "==7.2") == [("unknown-flag", "foo")]

    def test_a_node_below(self) -> None:
        command = "-blockdev driver=raw,node-name=n,file.driver=null-co,file.read-zeroes"
        assert fixes(command, "==10.0") == [command + "=on"]

    @pytest.mark.parametrize(
        ("command", "without", "having"),
        [
            ("-device e1000,autonegotiation", "10.0", "7.2"),
            ("-device virtio-net-pci,queue_reset", "5.2", "7.2"),
            ("-object memory-backend-file,id=m,size=1M,mem-path=x,readonly", "5.2", "7.2"),
            ("-chardev qemu-vdagent,id=v,clipboard", "5.2", "7.2"),
            ("-run-with async-teardown", "7.2", "8.1"),
        ],
    )
    def test_a_release_that_lacks_it(self, command: str, without: str, having: str) -> None:
        assert fixes(command, f"=={having}") == [command + "=on"]
        (error,) = diagnostics(command, f"=={without}")
        assert (error.severity, error.fix) == ("error", None)
        assert f"QEMU {without} has no" in error.message
        assert f"QEMU {having} has it" in error.message

    @pytest.mark.parametrize("qemu", ["==7.2", "==10.0", "==11.1", ">=5.2"])
    @pytest.mark.parametrize("command", ["-device qxl,global-vmstate", "-display cocoa,full-screen"])
    def test_what_only_some_builds_have_is_lacking_in_none(self, command: str, qemu: str) -> None:
        """The emulators of 10.0 and 11.1 that were asked came without SPICE, and none was one of macOS."""
        assert [rule for rule, _ in found(command, qemu)] == ["short-boolean"]
        assert fixes(command, qemu) == [command + "=on"]

    @pytest.mark.parametrize("qemu", ["==5.2", "==11.1", ">=5.2"])
    def test_what_5_2_has_too(self, qemu: str) -> None:
        """5.2 has to be asked twice: the object before filter-mirror kills it."""
        assert found("-object filter-mirror,id=f,netdev=n,outdev=c,vnet_hdr_support=on", qemu) == []

    def test_the_message_names_what_lacks_it(self) -> None:
        (error,) = diagnostics("-device e1000,noautonegotiation", ">=5.2")
        assert "QEMU 10.0 has no 'autonegotiation' in -device e1000" in error.message


class TestAbsence:
    """Parameters with a value, and devices, that a release refuses; each run on the four."""

    @pytest.mark.parametrize(
        ("command", "token", "without", "having"),
        [
            ("-chardev socket,id=c,path=x,reconnect-ms=500", "reconnect-ms=500", "7.2", "9.2"),
            ("-chardev socket,id=c,path=x,server=on,nodelay=on", "nodelay=on", "5.2", "6.0"),
            ("-chardev null,id=c,logtimestamp=on", "logtimestamp=on", "10.0", "11.1"),
            ("-device e1000,autonegotiation=on", "autonegotiation=on", "10.0", "7.2"),
            ("-device virtio-net-pci,acpi-index=1", "acpi-index=1", "5.2", "7.2"),
            ("-machine q35,mem_merge=on", "mem_merge=on", "5.2", "7.2"),
            ("-machine q35,aux-ram-share=on", "aux-ram-share=on", "7.2", "10.0"),
            ("-accel tcg,one-insn-per-tb=on", "one-insn-per-tb=on", "7.2", "10.0"),
            ("-drive if=none,file=x,format=raw,active=on", "active=on", "7.2", "10.0"),
            ("-fsdev local,path=x,security_model=none,id=f,max_xattr=65536", "max_xattr=65536", "7.2", "10.0"),
            ("-netdev stream,id=n,reconnect-ms=5", "reconnect-ms=5", "7.2", "10.0"),
            ("-run-with user=root", "user=root", "7.2", "10.0"),
            ("-smp 2,modules=1", "modules=1", "7.2", "10.0"),
            ('-blockdev \'{"driver": "null-co", "active": true}\'', "true", "7.2", "10.0"),
        ],
    )
    def test_a_parameter_that_a_release_lacks(self, command: str, token: str, without: str, having: str) -> None:
        (error,) = diagnostics(command, f"=={without}")
        assert (error.rule, error.source.decode(*error.span), error.fix) == ("absent-parameter", token, None)
        assert f"QEMU {without} has no" in error.message
        assert f"QEMU {having} has it" in error.message
        assert "absent-parameter" not in [rule for rule, _ in found(command, f"=={having}")]

    @pytest.mark.parametrize(
        "command",
        [
            "-device no-such,autonegotiation=on",
            "-object no-such,rom=on",
            "-chardev null,id=c,foo=on",
            "-device qxl,vgamem_mb=64",
            "-blockdev io_uring,node-name=n,filename=x,active=on",
            "-set device.d.autonegotiation=on",
        ],
    )
    def test_nothing_is_said_of_what_is_not_known(self, command: str) -> None:
        assert found(command, "==10.0") == []

    def test_what_was_removed_is_told_once(self) -> None:
        assert found("-chardev socket,id=c,path=x,reconnect=5", "==11.1") == [("removed-parameter", "5")]

    @pytest.mark.parametrize(
        ("command", "token", "without"),
        [
            ("-netdev stream,id=n,server=on,addr.type=unix,addr.path=x", "stream", "5.2"),
            ("-device driver=virtio-sound-pci,audiodev=a", "driver=virtio-sound-pci", "7.2"),
            ('-object \'{"qom-type": "iommufd", "id": "i"}\'', '"iommufd"', "7.2"),
            ("-display dbus,p2p=yes", "dbus", "5.2"),
        ],
    )
    def test_a_device_that_is_not_there_yet_is_told_once(self, command: str, token: str, without: str) -> None:
        assert found(command, f"=={without}") == [("absent-device", token)]
        assert found(command, "==10.0") == []

    def test_a_device_that_went_is_told_as_removed(self) -> None:
        assert found("-device sga", "==11.1") == [("removed-device", "sga")]


class TestValues:
    """The same for values that are written out, and in JSON."""

    def test_no_fix_where_a_release_lacks_it_in_any_form(self) -> None:
        assert fixes("-netdev stream,id=n,server=1", "==7.2") == ["-netdev stream,id=n,server=on"]
        assert fixes("-netdev stream,id=n,server=1", ">=5.2") == []

    def test_numbers_for_booleans(self) -> None:
        assert found("-device virtio-net-pci,mq=1", "==7.2") == [("boolean-not-on-or-off", "1")]
        assert found("-device virtio-sound-pci,streams=1", "==10.0") == []
        assert found("-device qemu-xhci,streams=1", "==10.0") == [("boolean-not-on-or-off", "1")]

    @pytest.mark.parametrize(
        "command",
        [
            '-display \'{"type": "gtk", "gl": "on"}\'',
            '-blockdev \'{"driver": "null-co", "detect-zeroes": "on"}\'',
            '-object \'{"qom-type": "memory-backend-file", "rom": "off"}\'',
            '-device \'{"driver": "virtio-net-pci", "disable-legacy": "on"}\'',
        ],
    )
    def test_words_are_texts_in_json(self, command: str) -> None:
        assert found(command, "==10.0") == []

    def test_booleans_are_none(self) -> None:
        command = '-device \'{"driver": "virtio-net-pci", "mq": "on"}\''
        assert found(command, "==10.0") == [("json-boolean-in-quotes", '"on"')]
