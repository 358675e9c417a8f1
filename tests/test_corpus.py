"""Real files: libvirt's tests and public projects. An extra: the corpora are not part of this repository."""

from __future__ import annotations

import tarfile
from collections import Counter
from pathlib import Path

import pytest

import vmlint
from tests.helpers import ROOT, lint_and_fix
from vmlint import catalog

CORPUS = ROOT.parent / "shared" / "corpus"

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpora are not here")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus")
    for name in CORPUS.glob("*.tar.xz"):
        with tarfile.open(name) as archive:
            archive.extractall(path, filter="data")
    return path


def test_everything_is_read_and_what_is_reported_is_known_to_be_true(folder: Path) -> None:
    report = vmlint.check_paths(folder, ignore=["schema", "deprecations"])  # tests of their own hold these
    assert report.files > 3200
    assert report.failures == []
    rules = catalog.rules()
    found = {
        (d.rule, Path(d.source.path).name.partition("__")[0])
        for d in report.diagnostics
        if d.severity != "note" and rules[d.rule].topic != "schema"  # of these, test_schema.py sees to it
    }
    broken = {
        ("syntax-error", "CharlieQLe"),
        ("syntax-error", "animation303"),
    }  # text before <domain>; a `<` in a value
    spice = {
        ("short-boolean", name)  # libvirt 9.0 itself writes `-spice unix,addr=…`, which QEMU 7.2 warns about
        for name in (
            "graphics-spice-auto-socket-cfg.x86_64-latest.args",
            "graphics-spice-auto-socket.x86_64-latest.args",
            "graphics-spice-socket.x86_64-latest.args",
            "name-escape.x86_64-latest.args",
        )
    }
    i440fx = {
        (
            "teaming-bus-not-pcie",
            f"net-virtio-teaming{name}",
        )  # libvirt's own pairs are on machine pc, without PCI Express
        for name in (".args", ".xml", "-hostdev.args", "-hostdev.xml", "-network.xml")
    }
    absent = {  # virtio-gpu-pci has no virgl= in QEMU 7.2, 10.0 and 11.1, as measured
        ("absent-parameter", f"video-virtio-gpu-{name}.args") for name in ("sdl-gl", "spice-gl", "virgl")
    }
    changed = {  # domains that libvirt's own tests take as they are, and that it changes or refuses
        ("disk-target-twice", "disk-same-targets.xml"),
        ("disk-place-twice", "disk-same-targets.xml"),
        ("disk-place-twice", "disk-address-conflict.xml"),
        ("disk-target-mismatch", "disk-attaching-partition-nosupport.xml"),
        ("numa-cells-leave-vcpus-out", "numavcpus-topology-mismatch.xml"),
        ("vcpupin-out-of-range", "X-Seed"),
        *(
            ("numa-memory-differs", f"{name}.xml")
            for name in (
                "disk-vhostuser-numa", "fd-memory-numa-topology2", "fd-memory-numa-topology3", "fd-memory-numa-topology4",
                "hugepages-numa-default", "migrate-numa-unaligned", "numatune-distances", "numatune-hmat",
                "pcie-expander-bus", "pcie-expander-bus-bad-bus", "vhost-user-fs-hugepages",
            )
        ),
    }  # fmt: skip
    refused = {  # domains that libvirt refuses, or its QEMU driver does where its tests take them; each was read
        ("boot-order-mixed", "boot-dev+order.xml"),
        *(
            ("claimed-twice", f"{name}.xml")
            for name in (
                "hostdev-mdev-duplicate", "hostdev-pci-duplicate", "hostdev-usb-duplicate", "pci-bridge-duplicate-index",
                "q35-dmi-bad-address1", "usb-hub-conflict", "video-multiple-primaries",
            )
        ),
        ("graphics-listen-differs", "graphics-listen-back-compat-mismatch.xml"),
        ("ide-on-q35", "pci-expander-bus-bad-machine.xml"),
        *(("memory-not-shared", f"net-vhostuser{name}.xml") for name in ("", "-fail", "-multiq")),
        *(
            ("required-part-missing", f"{name}.xml")
            for name in (
                "chardev-reconnect-missing-timeout", "chardev-tcp-missing-host", "chardev-tcp-missing-service",
                "graphics-listen-network-invalid", "serial-unix-missing-source",
            )
        ),
        *(("spice-missing", name) for name in ("Alkeryn", "JohnPreston", "deennyy", "kbujari")),
        *(("stimer-incomplete", f"hyperv{name}.xml") for name in ("", "-stimer-direct")),
        ("uefi-incomplete", "firmware-manual-efi-noacpi-q35.xml"),
        *(("usb-disabled", f"usb-none-{name}.xml") for name in ("hub", "other", "usbtablet")),
        ("vcpu-state-refused", "vcpus-individual.xml"),
        *(("vcpu-topology-mismatch", f"fd-memory-numa-topology{number}.xml") for number in (2, 3)),
        ("vcpu-topology-mismatch", "libguestfs"),
    }  # fmt: skip
    assert found == broken | spice | i440fx | absent | changed | refused


def test_short_forms_put_into_long_lines_are_all_found_and_put_back(folder: Path) -> None:
    paths = [path for path in folder.rglob("*.args") if b"server=on,wait=off" in path.read_bytes()]
    assert len(paths) > 850
    for path in paths:
        long = path.read_bytes().replace(b"-spice unix,", b"-spice unix=on,")
        short = long.replace(b"server=on,wait=off", b"server,nowait")
        result = lint_and_fix(path.name, short, topic="options")
        assert result.data == long
        assert result.applied == 2 * short.count(b"server,nowait")


COUNTED = {  # read through once, finding by finding: libvirt's tests hold old machine types, and options of old releases
    None: {
        "audio-environment": 8, "deprecated-machine-type": 39, "deprecated-option": 876, "deprecated-parameter": 877,
        "device-as-file": 2, "ignored-by-libvirt": 2, "lun-on-virtio": 5, "removed-backend": 47, "removed-device": 28,
        "removed-from-libvirt": 3, "removed-machine-type": 191, "removed-option": 678, "removed-parameter": 50,
        "smp-topology-mismatch": 2, "unknown-machine-type": 1,
    },
    "==7.2": {
        "audio-environment": 8, "deprecated-machine-type": 2, "deprecated-parameter": 9, "device-as-file": 2,
        "ignored-by-libvirt": 2, "lun-on-virtio": 5, "machine-type-too-new": 1, "removed-backend": 20,
        "removed-device": 28, "removed-from-libvirt": 3, "removed-machine-type": 6, "removed-option": 4,
        "removed-parameter": 32, "smp-topology-mismatch": 2, "unknown-machine-type": 1,
    },
    "==10.0": {
        "audio-environment": 8, "deprecated-backend": 27, "deprecated-machine-type": 186, "deprecated-parameter": 11,
        "device-as-file": 2, "ignored-by-libvirt": 2, "lun-on-virtio": 5, "removed-backend": 20, "removed-device": 28,
        "removed-from-libvirt": 3, "removed-machine-type": 41, "removed-option": 678, "removed-parameter": 40,
        "smp-topology-mismatch": 2, "unknown-machine-type": 1,
    },
}  # fmt: skip


@pytest.mark.parametrize("qemu", COUNTED)
def test_what_is_deprecated_and_removed_is_counted(folder: Path, qemu: str | None) -> None:
    found = vmlint.check_paths(folder, qemu=qemu, select=["deprecations"]).diagnostics
    rules = catalog.rules()
    assert Counter(d.rule for d in found if rules[d.rule].topic == "deprecations") == COUNTED[qemu]
