"""Prints each budget as a ratio of CPU times, measured side by side on this machine; `make bench`.

Ratios, because seconds say more about the machine than about the program. Each is of medians of several runs, and
a run of the program and of its peer take turns, so that a busy moment hits both.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "libvirt-9.0.0-test-xml.tar.xz"
SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")
RUNS = 9

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


class Ratio(NamedTuple):
    """A budget: what our command may cost at most, as a multiple of its peer's CPU time."""

    name: str
    ours: Sequence[str]
    peer: Sequence[str]
    peer_name: str
    budget: float


def cpu_seconds(command: Sequence[str]) -> float:
    """User and system time of a command, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=environment())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def environment() -> dict[str, str]:
    """Ours, able to import vmlint from the checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "linter")}


def measure(ratio: Ratio) -> str:
    """One line: what it costs, what the peer costs, the ratio of the medians and the budget."""
    cpu_seconds(ratio.ours)  # compiles what Python keeps compiled
    pairs = [(cpu_seconds(ratio.ours), cpu_seconds(ratio.peer)) for _ in range(RUNS)]
    ours, peer = (statistics.median(times) for times in zip(*pairs, strict=True))
    verdict = "ok" if ours <= ratio.budget * peer else "OVER"
    against = f"{ours * 1000:7.0f} ms against {peer * 1000:6.0f} ms of {ratio.peer_name}"
    return f"{ratio.name:42} {against:60} {ours / peer:5.2f} x  (budget {ratio.budget:.2f} x)  {verdict}"


def domains(folder: Path) -> list[str]:
    """libvirt's test domains where they are at hand, else as many made-up ones."""
    if not CORPUS.exists():
        for number in range(2104):
            (folder / f"{number}.xml").write_text(DOMAIN.format(number=number))
        return sorted(map(str, folder.glob("*.xml")))
    with tarfile.open(CORPUS) as archive:
        archive.extractall(folder, filter="data")
    return sorted(str(path) for path in folder.rglob("*.xml") if b"<domain" in path.read_bytes()[:4096])


def made_up_repository(folder: Path) -> Path:
    """A repository of 4,000 files in which no VM is spoken of: as many and as large as those of a large program."""
    folder.mkdir()
    line = "The quick brown fox jumps over the lazy dog, and the server waits for it: {number}.\n"
    for number in range(4000):
        (folder / f"{number}.{('py', 'c', 'md', 'sh')[number % 4]}").write_text(line.format(number=number) * 250)
    for command in (("init", "--quiet"), ("add", ".")):
        subprocess.run(["git", "-C", str(folder), *command], check=True)
    return folder


def ratios(folder: Path) -> list[Ratio]:
    """The budgets of the design that can be measured here."""
    python = sys.executable
    command = "import sys; from vmlint.cli import main; sys.exit(main())"  # what the installed `vmlint` is
    vmlint = [python, "-c", command, "check", "--quiet"]
    (folder / "one.xml").write_text(DOMAIN.format(number=1))
    (folder / "README.md").write_text("# A project\n\nIt has nothing to do with virtual machines.\n")
    nothing, lxml = [python, "-c", "pass"], [python, "-c", "import lxml.etree"]
    found = [
        Ratio("cold start, one domain", [*vmlint, str(folder / "one.xml")], lxml, "import lxml.etree", 1.75),
        Ratio("cold start, nothing to lint", [*vmlint, str(folder / "README.md")], nothing, "python -c pass", 2.5),
    ]
    if shutil.which("git"):
        repository = made_up_repository(folder / "repository")
        search = ["git", "-C", str(repository), "grep", "-l", "-E", "qemu|<domain"]
        found.append(Ratio("a repository without VMs", [*vmlint, str(repository)], search, "git grep", 3.0))
    xmllint = shutil.which("xmllint")
    if xmllint and SCHEMA.exists():
        corpus = folder / "corpus"
        corpus.mkdir()
        paths = domains(corpus)
        validate = [xmllint, "--noout", "--relaxng", str(SCHEMA), *paths]
        found.append(Ratio(f"throughput, {len(paths)} domains", [*vmlint, *paths], validate, "xmllint --relaxng", 1.0))
    else:
        print("xmllint or libvirt's schemas are not installed: throughput is not measured")
    return found


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        for ratio in ratios(Path(folder)):
            print(measure(ratio), flush=True)


if __name__ == "__main__":
    main()
