"""The aliases by which the two sides of a teaming pair name each other."""

from __future__ import annotations

import pytest

import vmlint
from tests.helpers import lint as lint_with_all
from tests.helpers import lint_and_fix, marked
from tests.teaming import HOSTDEV, ONE, PERSISTENT, TRANSIENT, TWO, domain, interface, lint, pair, rules_in


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


def test_an_alias_that_both_sides_misspell_is_said_once() -> None:
    data = domain(PERSISTENT, TRANSIENT).replace(b"ua-b", b"ua b")
    (found,) = vmlint.check_text(data, "guest.xml", ignore=["missing-element"]).diagnostics
    assert (found.rule, [found.source.decode(*note.span) for note in found.notes]) == (
        "teaming-alias-dropped",
        ["ua b"],
    )


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
