"""Teaming pairs: which are reported, where, and what is left alone."""

from __future__ import annotations

import time

import pytest

import vmlint
from tests.helpers import lint_and_fix, marked
from tests.teaming import ALONE, HOSTDEV, ONE, PERSISTENT, TRANSIENT, TWO, domain, interface, lint, pair, rules_in


@pytest.mark.parametrize("model", ["virtio", "virtio-transitional", "virtio-non-transitional", "{{ model }}"])
def test_virtio_and_unknown_models_are_silent(model: str) -> None:
    assert rules_in(domain(interface("bridge", ONE, model, "type='persistent'", "ua-b"))) == [ALONE]


def test_persistent_host_device_is_never_made_virtio() -> None:
    (found,) = lint("guest.xml", domain(interface("hostdev", ONE, None, "type='persistent'", "ua-b")))
    assert "is itself a host device" in found.message
    assert found.fix is None


@pytest.mark.parametrize("kind", ["hostdev", "network", "{{ kind }}", "unheard-of"])
def test_transient_types_that_may_be_right_are_silent(kind: str) -> None:
    given = interface("bridge", ONE, "virtio", "type='persistent'", "ua-b")
    found = rules_in(domain(given, interface(kind, ONE, "virtio", "type='transient' persistent='ua-b'")))
    assert found == []


@pytest.mark.parametrize("kind", ["xen", "lxc", "vbox"])
def test_other_hypervisors_are_left_alone(kind: str) -> None:
    assert lint("guest.xml", pair(ONE, TWO, kind=kind)) == []


def test_qemu_before_teaming() -> None:
    data = pair(ONE, ONE)
    assert lint("guest.xml", data, qemu=">=4.2") == []
    assert marked(lint("guest.xml", data, qemu=">=4.1")) == [("teaming-qemu-too-old", "teaming")] * 2
    line = b"qemu-system-x86_64 -device virtio-net-pci,failover=off -device virtio-net-pci,id=a,failover\n"
    assert ("teaming-qemu-too-old", "failover") in marked(lint("start.sh", line, qemu="==4.1"))


def test_a_missing_model_is_virtio_on_some_machines() -> None:
    without = interface("bridge", ONE, None, "type='persistent'", "ua-b")
    for arch in ("aarch64", "s390x", "{{ arch }}"):
        head = f"<os><type arch='{arch}' machine='virt'>hvm</type></os>\n"
        assert rules_in(domain(without, head=head)) == [ALONE]
    assert rules_in(domain(without)) == [ALONE], "the host's architecture is not known"
    x86 = domain(without, head="<os><type arch='x86_64'>hvm</type></os>\n")
    assert rules_in(x86) == ["teaming-persistent-not-virtio", ALONE]


def test_many_pairs_take_no_longer_each() -> None:
    """Time must not grow with the square of the pairs; 4,000 took minutes when each looked at all others."""
    pairs = [
        interface("bridge", ONE, "virtio", "type='persistent'", f"ua-{number}")
        + interface("hostdev", TWO, None, f"type='transient' persistent='ua-{number}'")
        for number in range(4000)
    ]
    assert rules_in(domain(*pairs)).count("teaming-mac-mismatch") == 4000


@pytest.mark.parametrize("model", ["VIRTIO", "Virtio-Transitional"])
def test_models_are_read_whatever_their_case(model: str) -> None:
    assert rules_in(domain(interface("bridge", ONE, model, "type='persistent'", "ua-b"))) == [ALONE]
    itself = interface("hostdev", ONE, model, "type='persistent'", "ua-b")
    assert "teaming-persistent-is-hostdev" in rules_in(domain(itself))


@pytest.mark.parametrize("kind", ["nameless", "one slot", "one device"])
def test_many_that_meet_in_one_place_take_no_longer_each(kind: str) -> None:
    """Each was held against all others: 3,000 took minutes."""
    address = "<address type='pci' bus='{}' slot='0' function='0'/>"
    devices = []
    for number in range(1500):
        transient = interface("hostdev", ONE, None, f"type='transient' persistent='ua-{number}'")
        if kind == "one slot":
            transient = transient.replace("</interface>", f"{address.format(1)}</interface>")
        elif kind == "one device":
            transient = transient.replace("  <teaming", f"<source>{address.format(3)}</source>\n  <teaming")
        devices += [interface("bridge", ONE, "virtio", "type='persistent'"), transient]
    found = rules_in(domain(*devices))
    assert found.count("teaming-alias-dropped") == 1500
    assert found.count("teaming-slot-shared") == (1500 if kind == "one slot" else 0)
    assert found.count("teaming-host-device-repeated") == (kind == "one device")


USB = "<source><vendor id='0x1234'/><product id='0xbeef'/></source>"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("type='transient'", "type='Transient'", "teaming-type-unknown"),
        ("type='transient'", "type='primary'", "teaming-type-unknown"),
        ("type='transient'", "", "teaming-type-unknown"),
        ("type='persistent'", "", "teaming-empty"),
        ("type='persistent'", "type='persistent' persistent='ua-x'", "teaming-persistent-names-another"),
        ("<teaming type='persistent'/>", "<teaming type='persistent'/><teaming/>", "teaming-repeated"),
        ("mac address='52:54:00:aa:bb:01'", "mac address='52-54-00-aa-bb-01'", "teaming-mac-malformed"),
        ("mac address='52:54:00:aa:bb:01'", "mac address='53:54:00:aa:bb:01'", "teaming-mac-unusable"),
        ("alias name='ua-b'", "alias name='ua-b:0'", "teaming-alias-dropped"),
        ("persistent='ua-b'", "persistent='ua-b '", "teaming-persistent-not-found"),
        ("persistent='ua-b'", "persistent=''", "teaming-no-persistent-name"),
        ("type='persistent'", "type=''", "teaming-empty"),
        ("model type='virtio'", "model type=''", "teaming-persistent-not-virtio"),
        (
            "type='transient' persistent='ua-b'/></hostdev>",
            "type='persistent'/></hostdev>",
            "teaming-persistent-hostdev",
        ),
        ("persistent='ua-b'/></hostdev>", "/></hostdev>", "teaming-no-persistent-name"),
        ("<source><address bus='3'", f"<mac address='{ONE}'/><source><address bus='3'", "teaming-hostdev-mac"),
        ("type='pci'><source><address bus='3' slot='7'/></source>", f"type='usb'>{USB}", "teaming-hostdev-not-pci"),
    ],
)
def test_what_the_schema_refuses_too_is_said_once(old: str, new: str, rule: str) -> None:
    data = domain(PERSISTENT, HOSTDEV if "hostdev" in rule or "hostdev" in old else TRANSIENT).decode()
    assert old in data
    found = vmlint.check_text(data.replace(old, new), "guest.xml").diagnostics
    at = next(d.source.position(d.span.start).line for d in found if d.rule == rule)
    errors = [d.rule for d in found if d.severity != "note" and d.source.position(d.span.start).line == at]
    assert errors == [rule]


@pytest.mark.parametrize("said", ["", "zype='persistent'"])
def test_an_empty_element_that_was_to_make_a_pair_is_not_removed(said: str) -> None:
    """Without it the transient side names a plain interface, which would be a new finding."""
    data = domain(PERSISTENT, TRANSIENT).replace(b"type='persistent'", said.encode())
    found = [each for each in vmlint.check_text(data, "guest.xml").diagnostics if each.rule == "teaming-empty"]
    assert [each.fix for each in found] == [None]
    alone = domain(PERSISTENT).replace(b"type='persistent'", said.encode())
    found = [each for each in vmlint.check_text(alone, "guest.xml").diagnostics if each.rule == "teaming-empty"]
    assert [bool(each.fix) for each in found] == [not said]


def test_an_alias_that_both_sides_misspell_is_said_once() -> None:
    data = domain(PERSISTENT, TRANSIENT).replace(b"ua-b", b"ua b")
    (found,) = vmlint.check_text(data, "guest.xml", ignore=["missing-element"]).diagnostics
    assert (found.rule, [found.source.decode(*note.span) for note in found.notes]) == (
        "teaming-alias-dropped",
        ["ua b"],
    )


def test_a_libvirt_that_is_too_old_is_said_once() -> None:
    data = domain(PERSISTENT, HOSTDEV).decode()
    found = vmlint.check_text(data, "guest.xml", libvirt=">=7.0").diagnostics
    assert [d.rule for d in found if d.severity != "note"] == ["teaming-libvirt-too-old"]
    without = vmlint.check_text(data, "guest.xml", libvirt=">=7.0", ignore=["teaming-libvirt-too-old"]).diagnostics
    assert [d.rule for d in without if d.severity != "note"] == ["libvirt-too-old"]


PORT = "<controller type='pci' index='1' model='pcie-root-port'/>\n"
Q35 = "<os><type arch='x86_64' machine='q35'>hvm</type></os>\n"


def at_address(address: str) -> bytes:
    """A pair whose transient side has that address in the guest."""
    return domain(PORT, PERSISTENT, TRANSIENT.replace("</interface>", f"{address}</interface>"), head=Q35)


def test_an_address_of_zeros_leaves_the_choice_to_libvirt() -> None:
    """Measured on libvirt 7.0, 9.0 and 11.3: it is given a root port."""
    assert rules_in(at_address("<address type='pci' domain='0' bus='0x00' slot='0x00' function='0x0'/>")) == []
    assert rules_in(at_address("<address type='pci' bus='0' slot='3'/>")) == ["teaming-bus-without-hotplug"]


@pytest.mark.parametrize(("bus", "slot", "function"), [("0", "32", "0"), ("1", "0", "8"), ("256", "0", "0")])
def test_an_address_that_cannot_be_is_the_business_of_the_schema(bus: str, slot: str, function: str) -> None:
    assert rules_in(at_address(f"<address type='pci' bus='{bus}' slot='{slot}' function='{function}'/>")) == []


@pytest.mark.parametrize("model", ["pcie-root-port", "pcie-switch-downstream-port"])
def test_a_port_has_one_slot(model: str) -> None:
    data = at_address("<address type='pci' bus='1' slot='1' function='1'/>").replace(b"pcie-root-port", model.encode())
    assert rules_in(data) == ["teaming-slot-missing"]
    assert rules_in(lint_and_fix("guest.xml", data, unsafe=True).data) == []


@pytest.mark.parametrize(
    "branches",
    [
        (PERSISTENT, PERSISTENT.replace("bridge", "ethernet"), "", TRANSIENT),
        (PERSISTENT, PERSISTENT.replace("ua-b", "ua-c"), "", TRANSIENT),
        (TRANSIENT, HOSTDEV, PERSISTENT, ""),
        (TRANSIENT.replace("  <teaming", "  <source><address bus='3' slot='7'/></source>\n<teaming"), HOSTDEV, "", ""),
    ],
)
def test_branches_of_a_template_are_not_taken_together(branches: tuple[str, str, str, str]) -> None:
    one, other, before, after = branches
    data = domain(before, "{% if a %}\n", one, "{% else %}\n", other, "{% endif %}\n", after)
    counted = ("shared", "repeated")
    assert [rule for rule in rules_in(data) if rule.endswith(counted)] == []
    together = domain(before, one, other, after)
    assert [rule for rule in rules_in(together) if rule.endswith(counted)]


def seconds_for(names: int) -> float:
    """How long a domain takes in which so many sides name nothing, and so many arguments are passed to QEMU."""
    sides = [interface("hostdev", ONE, None, f"type='transient' persistent='ua-{number}'") for number in range(names)]
    passed = "".join(f"<qemu:arg value='pci-testdev,id=dev{number}'/>\n" for number in range(names))
    tail = f"<qemu:commandline>\n{passed}</qemu:commandline></domain>"
    space = b"<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
    data = domain(*sides).replace(b"<domain", space).replace(b"</domain>", tail.encode())
    started = time.process_time()
    found = vmlint.check_text(data, "guest.xml", select=["teaming"]).diagnostics
    assert len(found) == names
    return time.process_time() - started


def test_many_names_and_many_arguments_take_no_longer_each() -> None:
    """Each name was looked for in each argument, time and again."""
    assert seconds_for(4000) < 24 * seconds_for(500), "in proportion it is 8, with the square 64"


def test_bus_0_of_virt_takes_no_transient_side() -> None:
    """Measured on QEMU 5.2, 7.2 and 10.0 (aarch64), and on libvirt 9.0 (define, riscv64)."""
    arm = b"<os><type arch='aarch64' machine='virt'>hvm</type></os>\n"
    data = at_address("<address type='pci' bus='0' slot='3'/>").replace(Q35.encode(), arm)
    (found,) = lint("guest.xml", data, "==7.2")
    assert (found.rule, found.effect) == ("teaming-bus-without-hotplug", "refused")
    off = at_address("<address type='pci' bus='1' slot='0'/>").replace(
        b"root-port'/>", b"root-port'><target hotplug='off'/></controller>"
    )
    for head, effect in ((Q35.encode(), "refused"), (arm, "starts")):
        (found,) = lint("guest.xml", off.replace(Q35.encode(), head), "==7.2")
        assert (found.rule, found.effect) == ("teaming-bus-without-hotplug", effect)
