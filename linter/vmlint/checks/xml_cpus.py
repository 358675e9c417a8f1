"""Rules on virtual CPUs, memory and firmware of a domain that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.schema import is_whole
from ..libvirt.sizes import in_bytes
from ..libvirt.values import is_for_qemu, is_unknown, known_number, known_text
from ..model import Node
from ..qemu.machine_kinds import kind_of_machine

LEVELS = ("sockets", "dies", "clusters", "cores", "threads")
CLOCK = "hypervclock"


def vcpu_topology_mismatch(node: Node, context: Context) -> Iterator[Finding]:
    """A topology that does not come to the number of virtual CPUs."""
    count = known_number(context.root, "vcpu") if context.root.child("vcpu") else _unsaid_vcpus(context.root)
    if count is None or not is_for_qemu(context.root) or context.root.has_template_parts:
        return
    product, factors = 1, []
    for level in LEVELS:
        if node.value(level) is not None:
            number = known_number(node, f"@{level}")
            if number is None:
                return
            product *= number
            factors.append(f"{number} {level}")
    if product != count:
        fields = {"factors": " x ".join(factors), "product": str(product), "count": str(count)}
        yield Finding(node, fields, notes=(("count", context.root.child("vcpu") or context.root),))


def _unsaid_vcpus(domain: Node) -> int | None:
    """How many virtual CPUs a domain without <vcpu> has; None for a part of a domain."""
    return 1 if is_whole(domain) else None


def vcpu_count_contradicts(node: Node, context: Context) -> Iterator[Finding]:
    """More virtual CPUs at the start than there are, or none."""
    if node.plain("current") is None:
        return
    most, current, given = known_number(node, ""), known_number(node, "@current"), node.value("current")
    if most is not None and current is not None and given is not None and current > most:
        yield Finding(given, {"current": str(current), "most": str(most)})


def vcpu_state_refused(node: Node, context: Context) -> Iterator[Finding]:
    """The state of a virtual CPU that is not there, or that the first one cannot have."""
    number, most = known_number(node, "@id"), known_number(context.root, "vcpu")
    at = node.value("id")
    if at is None or number is None:
        return
    if most is not None and number >= most:
        yield Finding(at, {"id": str(number), "most": str(most)}, variant="out-of-range")
    elif number == 0 and is_for_qemu(context.root):
        for name, wrong in (("enabled", "no"), ("hotpluggable", "yes")):
            value = node.value(name)
            if value is not None and value.text == wrong:
                yield Finding(value, {}, variant=f"first-{name}")
                break


def memory_sizes_contradict(node: Node, context: Context) -> Iterator[Finding]:
    """Memory at the start above the memory there is, or that above what it may become."""
    at, above, maximum = (node.child(name) for name in ("currentMemory", "memory", "maxMemory"))
    if above is None or (maximum is None and (at is None or _says_the_same(at, above))):
        return  # as in most domains
    memory, current, most = (_size(node, name) for name in ("memory", "currentMemory", "maxMemory"))
    if at and memory and current and current > memory and not node.below("cpu/numa"):
        yield Finding(at, {"current": f"{current // 1024} KiB", "memory": f"{memory // 1024} KiB"})
    if memory and most and memory > most and not node.below("cpu/numa"):
        fields = {"memory": f"{memory // 1024} KiB", "most": f"{most // 1024} KiB"}
        yield Finding(above, fields, variant="maximum", notes=(("maximum", maximum or node),))


def _says_the_same(one: Node, other: Node) -> bool:
    return one.plain("") == other.plain("") and one.plain("unit") == other.plain("unit")


def _size(domain: Node, name: str) -> int | None:
    value = domain.get(name)
    unit = domain.get(f"{name}@unit")
    return None if value is None else in_bytes(value.text, None if unit is None else unit.text)


def boot_order_mixed(node: Node, context: Context) -> Iterator[Finding]:
    """An order of boot devices in <os>, where devices have an order of their own."""
    boot, devices = node.child("boot"), context.root.child("devices")
    if boot is None or devices is None or context.root.is_of_template:
        return
    first = next(devices.element.iterfind("*/boot[@order]"), None)
    order = None if first is None else context.root.of(first).value("order")
    if order is not None:
        yield Finding(boot, {}, notes=(("device", order),))


def uefi_incomplete(node: Node, context: Context) -> Iterator[Finding]:
    """UEFI firmware in a domain that lacks what libvirt wants with it."""
    domain, loader = context.root, node.child("loader")
    if loader is None:
        return
    machine = kind_of_machine(known_text(node, "type@machine"), known_text(node, "type@arch"))
    features = domain.child("features")
    if machine not in ("q35", "i440fx") or not is_for_qemu(domain) or domain.is_of_template:
        return
    if features is not None and features.has_template_parts:
        return
    if known_text(loader, "@type") == "pflash" and not (features and features.child("acpi")):
        yield Finding(loader, {}, variant="acpi")
    elif known_text(loader, "@secure") == "yes" and node.value("firmware") is None:
        if machine != "q35":
            yield Finding(loader.value("secure") or loader, {"machine": machine}, variant="machine")
        elif not _has_smm(features):
            yield Finding(loader.value("secure") or loader, {}, variant="smm")


def _has_smm(features: Node | None) -> bool:
    smm = features.child("smm") if features else None
    return smm is not None and known_text(smm, "@state") != "off"


def stimer_incomplete(node: Node, context: Context) -> Iterator[Finding]:
    """Hyper-V's timers without what QEMU's need."""
    hyperv, domain = node.parent, context.root
    if hyperv is None or known_text(node, "@state") != "on" or not is_for_qemu(domain) or domain.is_of_template:
        return
    if known_text(hyperv, "@mode") == "passthrough":
        return
    lacking = [f"<{name}>" for name in ("synic", "vpindex") if known_text(hyperv, f"{name}@state") != "on"]
    clock = domain.child("clock")
    timers = [timer for timer in clock.children if known_text(timer, "@name") == CLOCK] if clock else []
    if not any(known_text(timer, "@present") == "yes" for timer in timers) and not any(
        is_unknown(timer, "@present") for timer in timers
    ):
        lacking.append(f"the timer '{CLOCK}'")
    if lacking:
        yield Finding(node, {"lacking": " and ".join(lacking)})
