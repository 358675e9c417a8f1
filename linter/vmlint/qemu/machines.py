"""The machines of command lines."""

from __future__ import annotations

import re
from functools import lru_cache

from ..model import Node
from .commandline import CommandNode
from .machine_kinds import X86_DEFAULT, kind_of_machine

PROGRAM_ARCH = re.compile(r".*qemu-system-([\w-]+?)(?:\.exe)?")
DEBIAN = {
    "amd64": "x86_64", "arm64": "aarch64", "armel": "arm", "armhf": "arm", "loong64": "loongarch64", "powerpc": "ppc",
    "ppc64el": "ppc64", "ppc64le": "ppc64",
}  # fmt: skip
"""What emulators are called in Debian 13 and later besides; `ppc64le` also before."""


def arch_of(command: Node | None) -> str:
    """The architecture that a command's program emulates, by its name; '' where that does not tell."""
    program = command.program if isinstance(command, CommandNode) else None
    match = PROGRAM_ARCH.fullmatch(program.text) if program is not None else None
    return DEBIAN.get(match[1], match[1]) if match else ""


@lru_cache(maxsize=4)  # several rules ask for the same command line, and for each of its options
def machine_of(command: Node | None) -> str | None:
    """The machine type that a command gives; '' where it gives none, None where that is not to be seen."""
    if not isinstance(command, CommandNode):
        return None
    given = [
        value
        for child in command.children
        if child.name in ("-machine", "-M") and (value := child.value("type")) is not None
    ]
    if given:
        return None if given[-1].opaque else given[-1].text
    return None if any(word.opaque for word in command.words) else ""


def kind_of_command(command: Node | None) -> str:
    """What kind_of_machine says of a command's machine, given or the emulator's own; '' where it is not known."""
    machine, arch = machine_of(command), arch_of(command)
    if machine == "":
        return "i440fx" if arch in X86_DEFAULT else ""
    return "" if machine is None else kind_of_machine(machine, arch)


def is_other_machine(command: Node | None) -> bool:
    """Whether a command's machine is known, and is none of those that kind_of_machine knows."""
    machine = machine_of(command)
    is_known = bool(machine) or (machine == "" and arch_of(command) != "")
    return is_known and not kind_of_command(command)
