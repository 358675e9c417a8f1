"""Rules on what QEMU deprecated and removed that take a whole command line to see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod

from ..finding import Context, Finding
from ..model import Node
from ..qemu.arguments import JSON_START
from ..qemu.audio import is_audio_variable, is_sound_card
from ..qemu.commandline import CommandNode, OptionNode
from ..qemu.cpu import cpu_parts
from ..qemu.device import Device, is_number
from ..qemu.machines import arch_of, kind_of_command, machine_of
from ..qemu.rewrite import words_of
from ..source import OPAQUE, Edit, Value
from ..versions import parse

AUDIO_GONE, AUDIODEV_CAME = parse("8.2"), parse("4.0")
"""The default audio backend and the variables for it went with 8.2; -audiodev came with 4.0 (removed-features.rst;
measured on 7.2 and 10.0)."""
TOPOLOGY = ("sockets", "dies", "clusters", "modules", "cores", "threads", "books", "drawers")
ALWAYS_NAMED = ("sockets", "cores", "threads")
ISAPC_CPUS = ("486", "athlon", "kvm32", "pentium", "pentium2", "pentium3", "qemu32")
RISCV = ("riscv32", "riscv64")
APIC = ("kernel_irqchip", "kernel-irqchip")
KVM_PROGRAM = re.compile(r"(?:.*/)?(?:qemu-kvm|kvm|kvm-spice)")
ELSEWHERE = ("-readconfig", "-set")
"""Options that say more about devices than the command line shows."""
MEMORY_SIZE = re.compile(r"\d+[kKmMgGtT]?")
MANY = 16
"""Of how many options the accelerator is looked for; nobody has more."""
JSON_NUMBER = re.compile(r'"([\w.-]+)"\s*:\s*("(-?\d+)")')


def audio_environment(node: Node, context: Context) -> Iterator[Finding]:
    """A variable for the audio backends, which newer releases pass over."""
    name, value = node.value("name"), node.value("value")
    if name is None or value is None or not is_audio_variable(name.text):
        return
    if context.target.admits_from("qemu", AUDIO_GONE):
        yield Finding(name, {"name": name.text}, variant="none" if value.text == "none" else "")
    elif context.target.admits_from("qemu", AUDIODEV_CAME):
        yield Finding(name, {"name": name.text}, variant="deprecated")


def sound_without_audiodev(node: Node, context: Context) -> Iterator[Finding]:
    """A sound card for which no audio backend is given, where QEMU makes none of its own."""
    command = node.parent
    if not isinstance(node, OptionNode) or node.argument is None or not isinstance(command, CommandNode):
        return
    device = Device(node)
    if not is_sound_card(device.driver) or not device.is_known or device.value("audiodev"):
        return
    if command.named("-audio", *ELSEWHERE) or command.has_loose_words:
        return
    backends = command.named("-audiodev")
    if context.target.admits_from("qemu", AUDIO_GONE):
        if backends or command.named("-nodefaults") or command.parent is not None:
            yield Finding(device.at("driver"), {"device": device.driver}, *_with_backend(node, backends, context))
    elif backends and context.target.admits_from("qemu", AUDIODEV_CAME):
        edits, _ = _with_backend(node, backends, context)
        yield Finding(device.at("driver"), {"device": device.driver}, edits, "deprecated")


def _with_backend(node: OptionNode, backends: list[OptionNode], context: Context) -> tuple[tuple[Edit, ...], str]:
    """Edits that give a sound card the only backend there is, or one that plays nothing; and the variant."""
    end = len(node.text.text)
    ids = [backend.value("id") for backend in backends]
    if JSON_START.match(node.text.text):
        return (), "silent" if not ids else ""
    if ids:
        only = ids[0] if len(ids) == 1 else None
        return (node.text.replace(end, end, f",audiodev={only.text}") if only and not only.opaque else ()), ""
    command = node.parent
    if not isinstance(command, CommandNode):
        return (), "silent"
    before = words_of(context.source, command).insert(node, [["-audiodev", "none,id=snd0"]])
    added = node.text.replace(end, end, ",audiodev=snd0")
    return ((*before, *added) if before and added else ()), "silent"


def userspace_apic(node: Node, context: Context) -> Iterator[Finding]:
    """KVM with a local APIC in QEMU itself, on a PC."""
    if not isinstance(node, OptionNode) or kind_of_command(node.parent) not in ("i440fx", "q35", "microvm"):
        return
    if node.name == "-accel" and (_text(node, "accel") != "kvm" or node != _first(node.parent, "-accel")):
        return  # the next one is for hosts without the first
    value = next((found for name in APIC if (found := node.value(name)) is not None), None)
    if value is not None and value.text == "off" and _has_kvm(node.parent):
        removed = context.target.admits_from("qemu", parse("8.0"))
        yield Finding(value, {}, value.replace(0, len("off"), "split"), "" if removed else "deprecated")


def _first(command: Node | None, name: str) -> Node | None:
    return next(iter(command.named(name)), None) if isinstance(command, CommandNode) else None


def _has_kvm(command: Node | None) -> bool:
    """Whether a command certainly runs with KVM."""
    if not isinstance(command, CommandNode):
        return False
    if command.named("-enable-kvm"):
        return True
    accelerators = [
        value.text
        for other in command.named("-accel", "-machine", "-M")[:MANY]
        if (value := other.value("accel")) is not None
    ]
    if accelerators:
        return accelerators[0].split(":")[0] == "kvm"
    return command.program is not None and KVM_PROGRAM.fullmatch(command.program.text) is not None


def numa_node_without_memory(node: Node, context: Context) -> Iterator[Finding]:
    """NUMA nodes of which none has memory."""
    if not isinstance(node, CommandNode):
        return
    nodes = [other for other in node.named("-numa") if _text(other, "type") == "node"]
    if not nodes or node.has_loose_words:
        return
    if all(OPAQUE not in other.text.text and not (other.value("mem") or other.value("memdev")) for other in nodes):
        yield Finding(nodes[0].word, edits=_with_all_memory(nodes, node, context))


def _with_all_memory(nodes: list[OptionNode], command: CommandNode, context: Context) -> tuple[Edit, ...]:
    """Edits that give the only node all memory of the guest."""
    given = command.named("-m")
    size = _text(given[0], "size") if len(given) == 1 and len(nodes) == 1 else None
    if size is None or MEMORY_SIZE.fullmatch(size) is None:
        return ()
    memory = ["-object", f"memory-backend-ram,id=ram0,size={size}{'M' if size.isdecimal() else ''}"]
    end = len(nodes[0].text.text)
    before = words_of(context.source, command).insert(nodes[0], [memory])
    added = nodes[0].text.replace(end, end, ",memdev=ram0")
    return (*before, *added) if before and added and not command.named("-object") else ()


def smp_topology_mismatch(node: Node, context: Context) -> Iterator[Finding]:
    """A CPU topology that does not come to the number of CPUs."""
    if not isinstance(node, OptionNode):
        return
    given = {name: value for name in (*TOPOLOGY, "cpus", "maxcpus") if (value := _text(node, name)) is not None}
    if not all(text.isdecimal() and int(text[:9]) > 0 for text in given.values()) or OPAQUE in node.text.text:
        return
    total = given.get("maxcpus", given.get("cpus"))
    if total is None:
        return
    parts = [name for name in TOPOLOGY if name in given]
    product, is_whole = prod(int(given[name]) for name in parts), all(name in given for name in ALWAYS_NAMED)
    if product != int(total) if is_whole else int(total) % product:
        words = " * ".join(f"{name} {given[name]}" for name in parts)
        yield Finding(
            node.text,
            {"product": str(product), "total": total, "parts": words},
            variant="" if is_whole else "remainder" if len(parts) > 1 else "part",
        )


def modern_cpu_on_isapc(node: Node, context: Context) -> Iterator[Finding]:
    """A CPU that no ISA-only machine had."""
    if not isinstance(node, OptionNode) or node.argument is None or machine_of(node.parent) != "isapc":
        return
    model = next(iter(cpu_parts(node.argument)), None)
    if model is not None and not model.opaque and model.text not in (*ISAPC_CPUS, "help"):
        yield Finding(model, {"model": model.text, "others": ", ".join(ISAPC_CPUS)})


def riscv_machine_missing(node: Node, context: Context) -> Iterator[Finding]:
    """A RISC-V emulator that is not told which machine to be."""
    if not isinstance(node, CommandNode) or node.program is None or arch_of(node) not in RISCV:
        return
    first = next((child for child in node.children if isinstance(child, OptionNode)), None)
    if machine_of(node) == "" and first is not None and not node.named("-help", "-h", "-version"):
        variant = "" if context.target.admits_from("qemu", parse("11.1")) else "deprecated"
        edits = words_of(context.source, node).insert(first, [["-M", "spike"]])
        yield Finding(node.program, {}, edits, variant)


def json_number_in_quotes(node: Node, context: Context) -> Iterator[Finding]:
    """A number in a JSON argument of -device that is written as a text."""
    if not isinstance(node, OptionNode) or not JSON_START.match(node.text.text):
        return
    for match in JSON_NUMBER.finditer(node.text.text):
        if is_number(match[1]):
            fields = {"name": match[1], "value": match[2], "number": match[3]}
            yield Finding(node.text.pick(match.span(2)), fields, node.text.replace(*match.span(2), match[3]))


def _text(node: OptionNode, name: str) -> str | None:
    value: Value | None = node.value(name)
    return None if value is None else value.text
