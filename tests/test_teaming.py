"""Teaming pairs: which are reported, where, and what is left alone."""

from __future__ import annotations

import time

import pytest

import vmlint
from tests.helpers import lint as lint_with_all
from tests.helpers import lint_and_fix, marked
from vmlint.libvirt.mac import parse_mac
from vmlint.model import Diagnostic


def lint(path: str, data: bytes, qemu: str | None = None) -> list[Diagnostic]:
    """What the rules on teaming find; values that the schema does not have are not their business."""
    return [d for d in lint_with_all(path, data, qemu) if d.rule.startswith("teaming-")]


def interface(kind: str, mac: str | None, model: str | None, teaming: str, alias: str | None = None) -> str:
    parts = [f"<interface type='{kind}'>"]
    parts += [f"  <mac address='{mac}'/>"] if mac else []
    parts += [f"  <model type='{model}'/>"] if model else []
    parts += [f"  <teaming {teaming}/>"]
    parts += [f"  <alias name='{alias}'/>"] if alias else []
    return "\n".join([*parts, "</interface>\n"])


def domain(*interfaces: str, head: str = "", kind: str = "kvm") -> bytes:
    return f"<domain type='{kind}'>\n{head}<devices>\n{''.join(interfaces)}</devices>\n</domain>\n".encode()


def pair(persistent_mac: str | None, transient_mac: str | None, head: str = "", kind: str = "kvm") -> bytes:
    return domain(
        interface("bridge", persistent_mac, "virtio", "type='persistent'", "ua-b"),
        interface("hostdev", transient_mac, None, "type='transient' persistent='ua-b'"),
        head=head,
        kind=kind,
    )


def rules_in(data: bytes, path: str = "guest.xml") -> list[str]:
    return [diagnostic.rule for diagnostic in lint(path, data)]


ALONE = "teaming-without-transient"
ONE, TWO = "52:54:00:aa:bb:01", "52:54:00:aa:bb:02"


@pytest.mark.parametrize(
    ("persistent", "transient"),
    [
        (ONE, ONE),
        (ONE, ONE.upper()),
        (ONE, "{{ mac }}"),
        (ONE, "@MAC@"),
    ],
)
def test_equal_or_unknown_addresses_are_silent(persistent: str, transient: str) -> None:
    assert lint("guest.xml", pair(persistent, transient)) == []


@pytest.mark.parametrize(
    ("written", "severity"),
    [
        ("52:54:0:aa:bb:1", "warning"),
        (f"{ONE} junk", "warning"),
        ("52-54-00-aa-bb-01", "error"),
        ("525400AABB01", "error"),
        ("5254.00aa.bb01", "error"),
    ],
)
def test_an_address_that_is_written_oddly_is_put_right_and_is_no_other(written: str, severity: str) -> None:
    (found,) = lint("guest.xml", pair(ONE, written))
    assert (found.rule, found.severity) == ("teaming-mac-malformed", severity)
    assert lint_and_fix("guest.xml", pair(ONE, written)).data == pair(ONE, ONE)


@pytest.mark.parametrize("written", ["52:54:00:aa:bb", "52:54:00:aa:bb:0g", "eth0", "52:54:00:aa:bb:01:02"])
def test_an_address_that_nobody_can_read_is_not_guessed(written: str) -> None:
    (found,) = lint("guest.xml", pair(ONE, written))
    assert (found.rule, found.fix) == ("teaming-mac-malformed", None)


def test_different_addresses_point_at_the_transient_side() -> None:
    (found,) = lint("guest.xml", pair(ONE, TWO))
    assert (found.rule, found.severity, marked([found])[0][1]) == ("teaming-mac-mismatch", "error", TWO)
    assert [found.source.decode(*note.span) for note in found.notes] == [ONE]
    assert found.fix is not None
    assert found.fix.safety == "unsafe"


def test_missing_address_is_copied_safely_only_where_nothing_is_defined_yet() -> None:
    for before in (pair(ONE, None), pair(None, ONE)):
        assert marked(lint("guest.xml", before)) == [("teaming-mac-mismatch", "interface")]
        assert lint_and_fix("guest.xml", before).data == pair(ONE, ONE)
    defined = pair(ONE, None, head="<uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>\n")
    assert lint_and_fix("guest.xml", defined).data == defined
    assert lint_and_fix("guest.xml", defined, unsafe=True).applied == 1


def test_both_addresses_missing_are_made_up_once_and_only_if_asked_for() -> None:
    before = pair(None, None)
    (found,) = lint("guest.xml", before)
    assert found.message.startswith("Neither side")
    assert lint_and_fix("guest.xml", before).data == before
    after = lint_and_fix("guest.xml", before, unsafe=True)
    assert [d.rule for d in after.diagnostics] == ["missing-element"]  # the host device, which the test leaves out
    assert after.data == lint_and_fix("guest.xml", before, unsafe=True).data


def test_pairs_are_told_apart_by_alias() -> None:
    crossed = domain(
        interface("bridge", ONE, "virtio", "type='persistent'", "ua-a"),
        interface("bridge", TWO, "virtio", "type='persistent'", "ua-b"),
        interface("hostdev", TWO, None, "type='transient' persistent='ua-a'"),
        interface("hostdev", ONE, None, "type='transient' persistent='ua-b'"),
    )
    found = lint("guest.xml", crossed)
    assert marked(found) == [("teaming-mac-mismatch", TWO), ("teaming-mac-mismatch", ONE)]
    assert [diagnostic.fix for diagnostic in found] == [None, None]
    twice = domain(
        interface("bridge", ONE, "virtio", "type='persistent'", "ua-a"),
        interface("bridge", TWO, "virtio", "type='persistent'", "ua-a"),
        interface("hostdev", TWO, None, "type='transient' persistent='ua-a'"),
    )
    (repeated,) = lint("guest.xml", twice)
    assert (repeated.rule, repeated.fix) == ("teaming-alias-repeated", None), "which one is meant is not known"


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


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("52:54:00:AA:bb:01", bytes.fromhex("525400aabb01")),
        ("52:54:0:aa:bb:1", bytes.fromhex("525400aabb01")),
        ("52:54:00:aa:bb:01 junk", bytes.fromhex("525400aabb01")),
        ("52-54-00-aa-bb-01", None),
        ("525400aabb01", None),
        ("52:54:00:aa:bb", None),
        ("52:54:00:aa:bb:100", None),
        ("52:54:00:aa:bb:0g", None),
        ("", None),
    ],
)
def test_mac_addresses_are_read_as_libvirt_reads_them(text: str, octets: bytes | None) -> None:
    assert parse_mac(text) == octets


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


@pytest.mark.parametrize("part", ["{{ mac }}", "{% include 'mac.xml' %}", "{% if a %}"])
def test_an_interface_with_template_parts_may_have_another_address(part: str) -> None:
    data = pair(ONE, None).replace(b"  <teaming type='transient'", f"  {part}<teaming type='transient'".encode())
    assert lint("guest.xml", data) == []


@pytest.mark.parametrize("address", ["53:54:00:aa:bb:01", "00:00:00:00:00:00"])
def test_an_address_that_no_nic_can_have_is_not_copied(address: str) -> None:
    assert [found.fix for found in lint("guest.xml", pair(address, None))] == [None, None]


def test_a_copied_address_is_written_in_its_usual_form() -> None:
    given = pair("52:54:0:AA:bb:1 '/&gt;&lt;source x='", None).replace(b"mac address='52", b'mac address="52')
    given = given.replace(b"source x=''/>", b"source x='\"/>")
    assert lint_and_fix("guest.xml", given).data.count(b"<mac address='52:54:00:aa:bb:01'/>") == 1
    assert lint_and_fix("guest.xml", given).data.count(b'<mac address="52:54:00:aa:bb:01"/>') == 1


@pytest.mark.parametrize("model", ["VIRTIO", "Virtio-Transitional"])
def test_models_are_read_whatever_their_case(model: str) -> None:
    assert rules_in(domain(interface("bridge", ONE, model, "type='persistent'", "ua-b"))) == [ALONE]
    itself = interface("hostdev", ONE, model, "type='persistent'", "ua-b")
    assert "teaming-persistent-is-hostdev" in rules_in(domain(itself))


def test_an_empty_alias_is_none_and_is_filled_in() -> None:
    before = pair(ONE, ONE).replace(b"<alias name='ua-b'/>", b"<alias name=''/>")
    assert marked(lint("guest.xml", before)) == [("teaming-alias-dropped", "interface")]
    assert lint_and_fix("guest.xml", before).data == pair(ONE, ONE)


def test_an_alias_that_something_passed_to_qemu_speaks_of_is_not_renamed() -> None:
    before = pair(ONE, ONE).replace(b"ua-b", b"b.c").replace(b"<domain", b"<domain xmlns:qemu='urn:q'", 1)
    before = before.replace(b"urn:q", b"http://libvirt.org/schemas/domain/qemu/1.0")
    override = (
        b"<qemu:override><qemu:device alias='hostdev0'><qemu:frontend>"
        b"<qemu:property name='failover_pair_id' type='string' value='b.c'/>"
        b"</qemu:frontend></qemu:device></qemu:override></domain>"
    )
    assert lint_and_fix("guest.xml", before).applied == 1
    (found,) = lint("guest.xml", before.replace(b"</domain>", override))
    assert (found.rule, found.fix) == ("teaming-alias-dropped", None)


def test_a_dropped_alias_of_the_persistent_side_is_said_once() -> None:
    before = pair(ONE, ONE).replace(b"ua-b", b"UA-x")
    assert [d.rule for d in lint_with_all("guest.xml", before) if "alias" in d.rule] == ["teaming-alias-dropped"]
    assert lint_and_fix("guest.xml", before, unsafe=True).data == pair(ONE, ONE).replace(b"ua-b", b"ua-x")


def test_an_alias_is_not_written_as_one_that_is_there_already() -> None:
    disk = "<disk type='file'><target dev='vda'/><alias name='{}'/></disk>\n"
    before = domain(disk.format("ua-data"), disk.format("data").replace("vda", "vdb"))
    assert lint_and_fix("guest.xml", before, unsafe=True).data == before


def test_a_persistent_side_with_two_candidates_is_given_to_neither() -> None:
    persistent = interface("bridge", ONE, "virtio", "type='persistent'", "ua-b")
    nameless = interface("hostdev", ONE, None, "type='transient'")
    forgotten = interface("hostdev", ONE, None, "").replace("  <teaming />\n", "")
    typing = interface("hostdev", ONE, None, "type='transient' persistent='ua-bb'")
    for one, other in ((nameless, forgotten), (nameless, typing), (typing, forgotten)):
        before = domain(persistent, one, other)
        assert lint_and_fix("guest.xml", before, unsafe=True).data == before
        assert lint_and_fix("guest.xml", domain(persistent, one), unsafe=True).applied == 1


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


PERSISTENT = interface("bridge", ONE, "virtio", "type='persistent'", "ua-b")
TRANSIENT = interface("hostdev", ONE, None, "type='transient' persistent='ua-b'")
HOSTDEV = (
    "<hostdev mode='subsystem' type='pci'><source><address bus='3' slot='7'/></source>\n"
    "<teaming type='transient' persistent='ua-b'/></hostdev>\n"
)
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


@pytest.mark.parametrize(
    "tail",
    [
        "<qemu:commandline><qemu:arg value='-device'/>"
        "<qemu:arg value='virtio-net-pci,failover=on,id=ua-q'/></qemu:commandline>",
        "<qemu:override><qemu:device alias='ua-q'><qemu:frontend>"
        "<qemu:property name='failover' type='bool' value='true'/></qemu:frontend></qemu:device></qemu:override>",
    ],
)
def test_a_standby_that_is_passed_to_qemu_directly_may_be_the_one_that_is_named(tail: str) -> None:
    plain = PERSISTENT.replace("  <teaming type='persistent'/>\n", "").replace("ua-b", "ua-q")
    for first in ("", plain):
        data = domain(first, TRANSIENT.replace("ua-b", "ua-q"))
        assert "teaming-persistent-not-found" in rules_in(data)
        space = b"<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
        data = data.replace(b"<domain", space).replace(b"</domain>", tail.encode() + b"</domain>")
        assert "teaming-persistent-not-found" not in rules_in(data)


def test_a_tag_that_libvirt_does_not_read_is_compared_with_none() -> None:
    tagged = TRANSIENT.replace("  <teaming", "  <vlan><tag id='42'/></vlan>\n  <teaming")
    other = PERSISTENT.replace("  <teaming", "  <vlan><tag id='0x2a'/></vlan>\n  <teaming")
    assert rules_in(domain(other, tagged)) == []
    assert rules_in(domain(other.replace("0x2a", "042"), tagged)) == []
    assert rules_in(domain(other.replace("0x2a", "43"), tagged)) == ["teaming-vlan-differs"]


def test_an_alias_that_two_transient_sides_name_is_taken_from_no_device() -> None:
    named = HOSTDEV.replace("</hostdev>", "<alias name='ua-b'/></hostdev>")
    (found,) = [d for d in lint("guest.xml", domain(PERSISTENT, named, TRANSIENT)) if "repeated" in d.rule]
    assert (found.rule, found.fix) == ("teaming-alias-repeated", None)
    (found,) = [d for d in lint("guest.xml", domain(PERSISTENT, named)) if "repeated" in d.rule]
    assert found.fix is not None


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
