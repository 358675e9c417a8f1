"""What kinds of machines QEMU has, by what they offer to PCI devices; imports nothing of ours: domains need it too."""

from __future__ import annotations

import re

X86 = ("x86_64", "i386", "i686", "")
MACHINES = (
    (re.compile(r"q35|pc-q35-.*"), X86, "q35"),
    (re.compile(r"virt(?:-.*)?"), ("aarch64", "arm", "armv7l", "riscv32", "riscv64", "loongarch64"), "virt"),
    (re.compile(r"pc|pc-i440fx-.*|pc-[01]\.\d+"), X86, "i440fx"),
    (re.compile(r"pseries(?:-.*)?"), ("ppc64", "ppc64le", ""), "pseries"),
    (re.compile(r"s390-ccw-virtio(?:-.*)?"), ("s390x", ""), "s390x"),
    (re.compile(r"microvm"), X86, "microvm"),
)
"""Machine, architectures (empty: not told), and what it is. Measured on x86_64; read in hw/pci-host/gpex.c,
hw/ppc/spapr_pci.c and hw/s390x/s390-pci-bus.c for the others."""
EXPRESS = ("q35", "virt")
"""Where pcie.0 is a PCI Express bus."""
X86_DEFAULT = ("x86_64", "i386")
"""Emulators whose machine is i440fx where none is given (`-machine help` of QEMU 5.2, 7.2, 10.0 and 11.1)."""
NO_EXPRESS = ("i440fx", "pseries", "s390x", "microvm")
"""Where QEMU has no PCI Express bus, and microvm no PCI bus at all."""


def kind_of_machine(machine: str, arch: str) -> str:
    """One of EXPRESS or NO_EXPRESS; '' where it is not known."""
    return next((kind for name, arches, kind in MACHINES if name.fullmatch(machine) and arch in arches), "")
