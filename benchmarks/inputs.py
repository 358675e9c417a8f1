"""The files to measure with: libvirt's test domains where they are at hand, and made-up ones."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "libvirt-9.0.0-test-xml.tar.xz"
TEST_DOMAINS = 2104
IN_A_FOLDER = 1000
ONE_IN = 500
"""In so many made-up domains one is wrong."""
HEAD = 4096

DOMAIN = """<domain type='kvm'>
  <name>guest{number}</name>
  <memory unit='GiB'>2</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/var/lib/libvirt/images/guest{number}.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='bridge'>
      <mac address='52:54:00:00:00:01'/>
      <source bridge='br0'/>
      <model type='virtio'/>
    </interface>
    <serial type='pty'/>
    <console type='pty'/>
  </devices>
</domain>
"""
WRONG = ("<model type=", "<model tpye=")


def libvirt_domains(folder: Path) -> list[str]:
    """libvirt's test domains where they are at hand, else as many made-up ones."""
    if not CORPUS.exists():
        return fleet(folder, TEST_DOMAINS)
    with tarfile.open(CORPUS) as archive:
        archive.extractall(folder, filter="data")
    return sorted(str(path) for path in folder.rglob("*.xml") if b"<domain" in path.read_bytes()[:HEAD])


def fleet(folder: Path, size: int) -> list[str]:
    """So many domains, in folders of a thousand; a few of them wrong."""
    paths = []
    for number in range(size):
        below = folder / f"{number // IN_A_FOLDER:03}"
        if number % IN_A_FOLDER == 0:
            below.mkdir(parents=True)
        text = DOMAIN.format(number=number)
        path = below / f"{number:06}.xml"
        path.write_text(text.replace(*WRONG) if number % ONE_IN == ONE_IN - 1 else text)
        paths.append(str(path))
    return paths


def repository_without_vms(folder: Path) -> Path:
    """A repository of 4,000 files in which no VM is spoken of: as many and as large as those of a large program."""
    folder.mkdir()
    line = "The quick brown fox jumps over the lazy dog, and the server waits for it: {number}.\n"
    for number in range(4000):
        (folder / f"{number}.{('py', 'c', 'md', 'sh')[number % 4]}").write_text(line.format(number=number) * 250)
    for command in (("init", "--quiet"), ("add", ".")):
        subprocess.run(["git", "-C", str(folder), *command], check=True)
    return folder


def many_findings(path: Path, count: int) -> Path:
    """A script in which so many things are found."""
    path.write_text("qemu-system-x86_64 -serial tcp::4444,server=on,nowait\n" * count)
    return path
