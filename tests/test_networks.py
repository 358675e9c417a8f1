"""Networks that domains name: found among the files in any order, or given."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

import vmlint
from tests.helpers import vmlint as command
from vmlint.discover import UsageError
from vmlint.look import Linter, Result
from vmlint.model import Report
from vmlint.run import Run
from vmlint.settings import Settings

MAC = "52:54:00:aa:bb:01"
GUEST = f"""<domain type='kvm'>
  <name>guest</name>
  <devices>
    <interface type='network'>
      <mac address='{MAC}'/>
      <source network='lan'/>
      <model type='virtio'/>
      <teaming type='persistent'/>
      <alias name='ua-b'/>
    </interface>
    <interface type='network'>
      <mac address='{MAC}'/>
      <source network='vfs' portgroup='fast'/>
      <teaming type='transient' persistent='ua-b'/>
    </interface>
  </devices>
</domain>
"""
LAN = "<network><name>lan</name><forward mode='nat'/></network>\n"
POOL = "<network><name>vfs</name><forward mode='hostdev'><pf dev='eth0'/></forward><portgroup name='fast'/></network>\n"
ROUTED = "<network><name>vfs</name><forward mode='route'/></network>\n"


def write(folder: Path, **files: str) -> list[Path]:
    paths = [folder / f"{name}.xml" for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text)
    return paths


def rules(report: Report) -> list[str]:
    return [diagnostic.rule for diagnostic in report.diagnostics]


def test_without_networks_there_is_one_note_for_each_interface_and_no_guess() -> None:
    report = vmlint.check_text(
        GUEST.replace("<teaming type='tr", "<model type='virtio'/><teaming type='tr"), "guest.xml"
    )
    assert rules(report) == ["teaming-network-unknown", "teaming-network-unknown"]
    assert {diagnostic.severity for diagnostic in report.diagnostics} == {"note"}


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    paths = write(tmp_path, guest=GUEST, lan=LAN, vfs=ROUTED)
    for order in itertools.permutations(paths):
        report = vmlint.check_paths(order)
        assert rules(report) == ["teaming-network-not-pool"]
        assert report.files == 3


def test_a_pool_among_the_files_settles_it(tmp_path: Path) -> None:
    assert rules(vmlint.check_paths(write(tmp_path, guest=GUEST, lan=LAN, pool=POOL))) == []


def test_networks_in_the_file_itself_count() -> None:
    assert rules(vmlint.check_text(GUEST + LAN + POOL, "guest.xml")) == []


def test_a_text_can_be_given_its_networks() -> None:
    assert rules(vmlint.check_text(GUEST, "guest.xml", networks=[LAN, ROUTED.encode()])) == ["teaming-network-not-pool"]


def test_only_a_pool_that_lists_its_devices_has_a_size() -> None:
    start, end = GUEST.index("    <interface"), GUEST.index("  </devices>")
    other = GUEST[start:end].replace("ua-b", "ua-c").replace(MAC, "52:54:00:aa:bb:02")
    twice = GUEST[:end] + other + GUEST[end:]
    listed = "<address type='pci' domain='0' bus='3' slot='7' function='1'/>"
    for devices, small in ((listed, True), (f"<pf dev='eth0'/>{listed}", False), (listed + "{{ more }}", False)):
        pool = f"<network><name>vfs</name><forward mode='hostdev'>{devices}</forward></network>"
        found = vmlint.check_text(twice, "guest.xml", networks=[LAN, pool]).diagnostics
        assert ("teaming-pool-too-small" in [d.rule for d in found]) is small, devices


def test_two_definitions_leave_it_open_unless_one_is_given(tmp_path: Path) -> None:
    paths = write(tmp_path, guest=GUEST, lan=LAN, one=POOL, two=ROUTED)
    (found,) = vmlint.check_paths(paths).diagnostics
    assert (found.rule, found.severity) == ("teaming-network-unknown", "note")
    assert "not the same in all checked files" in found.message
    assert rules(vmlint.check_paths(paths, networks=[paths[2]])) == []
    assert rules(vmlint.check_paths(paths[:2], networks=[paths[3]])) == ["teaming-network-not-pool"]


@pytest.mark.parametrize("mode", ["{{ mode }}", "@MODE@"])
def test_a_template_leaves_it_open(mode: str) -> None:
    report = vmlint.check_text(GUEST, "guest.xml", networks=[LAN, POOL.replace("hostdev", mode)])
    assert rules(report) == ["teaming-network-unknown"]


def test_only_files_that_ask_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = "<domain type='kvm'><name>plain</name></domain>"
    looked: list[str] = []
    look = Linter.at_data

    def watched(looker: Linter, path: str, *rest: Any) -> Result:
        looked.append(path)
        return look(looker, path, *rest)

    monkeypatch.setattr(Linter, "at_data", watched)
    run = Run(Settings())
    for name, text in (("guest.xml", GUEST), ("plain.xml", plain), ("lan.xml", LAN)):
        run.at_bytes(name, text.encode())
    run.report()
    run.report()
    assert looked == ["guest.xml", "plain.xml", "lan.xml", "guest.xml"]


def test_a_fix_knows_the_networks(tmp_path: Path) -> None:
    """Without a model the device is safe only where the network is known to be a pool, whatever file comes first."""
    guest, lan, pool = write(tmp_path, guest=GUEST, lan=LAN, pool=POOL)
    assert command("check", "--fix", "guest.xml", "lan.xml", "pool.xml", cwd=tmp_path).returncode == 0
    assert guest.read_text() == GUEST
    pool.unlink()
    lan.unlink()
    assert command("check", "--fix", "guest.xml", cwd=tmp_path).returncode == 1
    assert guest.read_text() == GUEST.replace("<teaming type='tr", "<model type='virtio'/>\n      <teaming type='tr")


def test_the_command_line_takes_networks_and_says_what_is_wrong_with_them(tmp_path: Path) -> None:
    write(tmp_path, guest=GUEST, lan=LAN, vfs=ROUTED)
    given = ("--network", "lan.xml", "--network", "vfs.xml", "--output-format", "concise")
    assert b"teaming-network-not-pool" in command("check", *given, "guest.xml", cwd=tmp_path).stdout
    stdin = command("check", *given, "-", cwd=tmp_path, stdin=GUEST.encode())
    assert b"teaming-network-not-pool" in stdin.stdout
    (tmp_path / "cut.xml").write_text("<network>\n<name>vfs</name>\n<forward mode=")
    for name, words in (
        ("cut.xml", b"cut.xml:3:"),
        ("guest.xml", b"guest.xml: no libvirt network in it"),
        ("none.xml", b"none.xml: no such file"),
    ):
        done = command("check", "--network", name, "lan.xml", cwd=tmp_path)
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr


def test_a_file_without_a_network_is_refused_by_the_library() -> None:
    with pytest.raises(UsageError, match="no libvirt network"):
        vmlint.check_text(GUEST, "guest.xml", networks=[GUEST])
