"""The MAC addresses of teaming pairs: which are reported, where, and what is left alone."""

from __future__ import annotations

import pytest

from tests.helpers import lint_and_fix, marked
from tests.teaming import ONE, TWO, lint, pair
from vmlint.libvirt.mac import parse_mac


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
