"""Releases of distributions: the facts, their names, `--target` and `vmlint targets`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import oracle_root, vmlint
from vmlint import check_text, targets
from vmlint.choice import target
from vmlint.data import read_toml
from vmlint.discover import UsageError
from vmlint.targets import TargetError, admitted_by, distributions, find, find_all, load, newest

RELEASES = {"qemu": ["7.2", "10.0"], "libvirt": ["9.0"]}
TABLE: dict[str, Any] = {
    "title": "Some 1", "qemu": "7.2", "libvirt": "9.0", "packages": ["qemu 7.2"], "source": "seen", "seen": "2026-01-01"
}  # fmt: skip
SCRIPT = b"qemu-system-x86_64 -chardev socket,id=c,path=s,server,nowait\n"


def test_every_release_of_the_facts_is_cited() -> None:
    assert {"debian-11", "debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04", "ubuntu-26.04"} <= set(
        distributions()
    )
    for found in distributions().values():
        assert found.source.strip()
        assert date.fromisoformat(found.seen) >= date(2026, 1, 1)
        assert any(found.qemu in package for package in found.packages), f"no package of {found.name} has its QEMU"
        if found.libvirt:
            assert any(found.libvirt in package for package in found.packages)


@pytest.mark.parametrize(("name", "release"), [("debian-11", "5.2"), ("debian-12", "7.2"), ("debian-13", "10.0")])
def test_debian_is_as_installed(name: str, release: str) -> None:
    """Against whole systems of Debian, where they are beside the project."""
    status = oracle_root(release) / "var" / "lib" / "dpkg" / "status"
    if not status.exists():
        pytest.skip(f"no system with QEMU {release} beside the project")
    versions = dict(_packages(status.read_text()))
    found = find(name)
    assert f":{found.qemu}" in versions["qemu-system-x86"]
    assert versions["libvirt0"].startswith(f"{found.libvirt}.")


def _packages(status: str) -> list[tuple[str, str]]:
    blocks = [
        dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in status.split("\n\n")
    ]
    return [(block["Package"], block["Version"]) for block in blocks if "Version" in block]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tilte": "x"}, "unknown key 'tilte'; known are title, qemu, libvirt, packages, source, seen"),
        ({"source": None}, "'source' is missing"),
        ({"source": ""}, "'source' must be a str that is not empty"),
        ({"seen": "2026"}, "'seen' must be a day, such as '2026-11-25'"),
        ({"title": 7}, "'title' must be a str that is not empty"),
        ({"qemu": "7.3"}, "qemu '7.3' does not stand in rules/facts/releases.toml"),
        ({"packages": [1]}, "'packages' must be a list of texts"),
    ],
)
def test_a_mistake_in_the_facts_is_told_with_its_place(change: dict[str, Any], message: str) -> None:
    table = {key: value for key, value in {**TABLE, **change}.items() if value is not None}
    with pytest.raises(TargetError) as error:
        load({"some-1": table}, RELEASES)
    assert str(error.value) == f"rules/facts/distributions.toml: [some-1]: {message}"


def test_a_name_is_words_and_a_number() -> None:
    assert load({"some-1": TABLE}, RELEASES)["some-1"].title == "Some 1"
    with pytest.raises(TargetError, match=r"\[Some 1\]: a name is words"):
        load({"Some 1": TABLE}, RELEASES)
    with pytest.raises(TargetError, match=r"\[some-1\]: must be a table"):
        load({"some-1": 3}, RELEASES)


def test_a_name_without_its_last_part_is_the_newest_release(monkeypatch: pytest.MonkeyPatch) -> None:
    known = load(dict.fromkeys(("some-1.9", "some-1.10", "some-2", "other-1.0"), TABLE), RELEASES)
    monkeypatch.setattr(targets, "distributions", lambda: known)
    assert find("some-1").name == "some-1.10"
    assert find("some-1.9").name == "some-1.9"
    assert [each.name for each in newest()] == ["some-1.10", "some-2", "other-1.0"]
    assert [each.name for each in find_all(["some-2", "all"])] == ["some-2", "some-1.10", "other-1.0"]


def test_unknown_names_get_a_suggestion() -> None:
    with pytest.raises(UsageError, match="no target is called 'debain-12'; did you mean 'debian-12'"):
        find("debain-12")
    with pytest.raises(UsageError, match="no target is called 'plan9'; 'vmlint targets' lists them all"):
        find("plan9")
    with pytest.raises(UsageError, match=r"qemu-99\.0"):
        find("qemu-99.0")


def test_a_release_of_qemu_alone_needs_no_distribution() -> None:
    assert admitted_by([find("qemu-11.1")]) == target("==11.1")


def test_several_targets_admit_the_releases_of_each() -> None:
    both = admitted_by([find("debian-12"), find("debian-13")])
    assert both.qemu == ((7, 2), (10, 0))
    assert both.libvirt == ((9, 0), (11, 3))
    assert admitted_by([find("proxmox-9")]).libvirt == (), "Proxmox VE comes without"
    assert admitted_by([find("proxmox-9"), find("debian-12")]).libvirt == ((9, 0),)
    newest_libvirt = read_toml("rules/facts/releases.toml")["libvirt"][-1]
    assert admitted_by([find("qemu-10.0")]).libvirt == target(libvirt=f"=={newest_libvirt}").libvirt


def test_what_is_said_of_one_product_goes_before_the_target() -> None:
    assert target("==8.2", None, ["debian-12"]) == target("==8.2", "==9.0")
    assert target(None, "==10.0", ["debian-12"])[:2] == target("==7.2", "==10.0")[:2]


def test_check_with_a_target(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_bytes(SCRIPT)
    assert vmlint("check", "--target", "debian-11", cwd=tmp_path).returncode == 0
    assert vmlint("check", "--target", "debian-11,debian-12", cwd=tmp_path).returncode == 1
    assert vmlint("check", "--target", "debian-12", "--qemu", "<6", cwd=tmp_path).returncode == 0
    done = vmlint("check", "--target", "debain-12", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"vmlint: error: no target is called 'debain-12'; did you mean 'debian-12'?\n"


def test_an_unknown_target_is_told_even_where_there_is_nothing_to_lint(tmp_path: Path) -> None:
    assert vmlint("check", "--target", "debain-12", cwd=tmp_path).returncode == 2


def test_the_library_takes_targets() -> None:
    assert not check_text(SCRIPT, "start.sh", targets=["debian-11"]).diagnostics
    assert check_text(SCRIPT, "start.sh", targets=["debian-11", "rhel-9"]).diagnostics


def test_the_list_as_text_and_json(tmp_path: Path) -> None:
    text = vmlint("targets", cwd=tmp_path).stdout.decode().splitlines()
    assert text[0].split() == ["TARGET", "ALSO", "QEMU", "LIBVIRT", "SEEN"]
    assert ["debian-12", "7.2", "9.0", "2026-11-25"] in [line.split() for line in text]
    assert ["proxmox-9.2", "proxmox-9", "11.0", "-", "2026-11-25"] in [line.split() for line in text]
    listed = json.loads(vmlint("targets", "--output-format", "json", cwd=tmp_path).stdout)
    assert listed["version"] == 1
    by_name = {entry["name"]: entry for entry in listed["targets"]}
    assert list(by_name) == list(distributions())
    assert by_name["debian-12"]["libvirt"] == "9.0"
    assert by_name["proxmox-9.2"]["libvirt"] is None
    assert by_name["rhel-9.8"]["also"] == ["rhel-9"]
    assert set(by_name["debian-12"]) == {"name", "also", "title", "qemu", "libvirt", "packages", "source", "seen"}


def test_a_configuration_may_name_targets_and_the_command_line_goes_before_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_bytes(SCRIPT)
    (tmp_path / "vmlint.toml").write_text('target = ["debian-11"]\n')
    assert vmlint("check", cwd=tmp_path).returncode == 0
    assert vmlint("check", "--target", "debian-12", cwd=tmp_path).returncode == 1
    assert vmlint("check", "--qemu", ">=6", cwd=tmp_path).returncode == 1
    (tmp_path / "vmlint.toml").write_text('qemu = "<6"\ntarget = ["debian-12"]\n')
    assert vmlint("check", cwd=tmp_path).returncode == 0, "its own qemu goes before its target"
    assert vmlint("check", "--target", "debian-12", cwd=tmp_path).returncode == 1, "and not before the user's"
    (tmp_path / "vmlint.toml").write_text('target = [\n  "debian-12",\n  "debain-13",\n]\n')
    done = vmlint("check", cwd=tmp_path)
    message = "vmlint.toml:3: no target is called 'debain-13'; did you mean 'debian-13'?"
    assert (done.returncode, done.stderr.decode()) == (2, f"vmlint: error: {message}\n")


def test_upgrade_leaves_out_what_the_configuration_excludes(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_bytes(SCRIPT)
    (tmp_path / "vmlint.toml").write_text('exclude = ["*.sh"]\n')
    assert vmlint("upgrade", "--to", "debian-13", cwd=tmp_path).stdout == b"No VM configuration found.\n"
    assert b"1 VM " in vmlint("upgrade", "--to", "debian-13", "--no-config", cwd=tmp_path).stdout
