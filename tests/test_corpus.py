"""Real files: libvirt's tests and public projects. An extra: the corpora are not part of this repository."""

from __future__ import annotations

import tarfile
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
    changed = {  # domains that libvirt's own tests take as they are, and that it changes or refuses
        ("disk-target-twice", "disk-same-targets.xml"),
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
    assert found == broken | spice | i440fx | changed


def test_short_forms_put_into_long_lines_are_all_found_and_put_back(folder: Path) -> None:
    paths = [path for path in folder.rglob("*.args") if b"server=on,wait=off" in path.read_bytes()]
    assert len(paths) > 850
    for path in paths:
        long = path.read_bytes().replace(b"-spice unix,", b"-spice unix=on,")
        short = long.replace(b"server=on,wait=off", b"server,nowait")
        result = lint_and_fix(path.name, short, topic="options")
        assert result.data == long
        assert result.applied == 2 * short.count(b"server,nowait")
