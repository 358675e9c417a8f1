"""What `vmlint upgrade` takes, as `check` does, and how its reports fit many releases and name VMs."""

from __future__ import annotations

import json
from pathlib import Path

from tests.test_upgrade import GOOD, NETWORK, NETWORKED, SILENT, WARNED
from tests.test_upgrade_command import run
from vmlint.file_run import FEW
from vmlint.targets import distributions
from vmlint.upgrade import REFUSED, STARTS


def test_many_files_give_the_same_bytes_with_several_processes(tmp_path: Path) -> None:
    for number in range(FEW + 80):
        text = (GOOD, SILENT, WARNED, "qemu-system-x86_64 -M $M -m 1G\n")[number % 4]
        (tmp_path / f"{number:03}.sh").write_text(text)
    (tmp_path / "zz-domain.xml").write_text(NETWORKED)
    (tmp_path / "zz-network.xml").write_text(NETWORK)
    one, three = (run(tmp_path, "--to", "debian-11,debian-13", "--jobs", jobs) for jobs in ("1", "3"))
    assert one[0] == 1
    assert "paired: will not start" in one[1], (
        "a network that another file holds counts, in whichever process it was seen"
    )
    assert three == one


def test_a_network_may_be_named_as_for_check(tmp_path: Path) -> None:
    (tmp_path / "vms").mkdir()
    (tmp_path / "vms" / "d.xml").write_text(NETWORKED)
    (tmp_path / "n.xml").write_text(NETWORK)
    assert run(tmp_path, "--to", "debian-13", "vms")[0] == 0
    assert run(tmp_path, "--to", "debian-13", "vms", "--network", "n.xml")[0] == 1
    code, _, err = run(tmp_path, "--to", "debian-13", "vms", "--network", "vms/d.xml")
    assert (code, err) == (2, "vmlint: error: vms/d.xml: no libvirt network in it\n")


HOUSE = """[bridge-of-old]
summary = "The bridge that goes"
severity = "error"
effect = "refused"
message = "The new hosts have no bridge 'br-old'"
why = "The new hosts have 'br-new' only."
sources = ["Our own"]
select = "domain/devices/interface/source"
where = { "@bridge" = "br-old" }
at = "@bridge"

[[bridge-of-old.example]]
file = "guest.xml"
bad = "<domain type='kvm'><devices><interface type='bridge'><source bridge='br-old'/></interface></devices></domain>"
good = "<domain type='kvm'><devices><interface type='bridge'><source bridge='br-new'/></interface></devices></domain>"
at = ["br-old"]
"""


def test_rules_of_the_house_count(tmp_path: Path) -> None:
    (tmp_path / "vm.xml").write_text(
        "<domain type='kvm'><name>x</name><devices><interface type='bridge'><source bridge='br-old'/></interface>"
        "</devices></domain>"
    )
    (tmp_path / "house.toml").write_text(HOUSE)
    assert run(tmp_path, "--to", "debian-13")[0] == 0
    code, out, _ = run(tmp_path, "--to", "debian-13", "--rules", "house.toml")
    assert (code, "error[bridge-of-old] The new hosts have no bridge 'br-old'" in out) == (1, True)
    (tmp_path / "vmlint.toml").write_text('rules.extend = ["house.toml"]\n')
    assert run(tmp_path, "--to", "debian-13")[0] == 1
    assert run(tmp_path, "--to", "debian-13", "--no-config")[0] == 0


def test_a_configuration_quiets_warnings_but_makes_no_vm_start(tmp_path: Path) -> None:
    (tmp_path / "old.sh").write_text(SILENT)
    (tmp_path / "warned.sh").write_text(WARNED)
    for text in (
        'ignore = ["short-boolean"]',
        'select = ["teaming"]',
        '[per-file-ignores]\n"*.sh" = ["short-boolean"]',
    ):
        (tmp_path / "vmlint.toml").write_text(text + "\n")
        code, out, _ = run(tmp_path, "--to", "debian-13", "--output-format", "json")
        assert code == 1
        found = {vm["name"]: vm["on"]["debian-13"]["verdict"] for vm in json.loads(out)["vms"]}
        assert found == {"old": REFUSED, "warned": STARTS}, text
    assert run(tmp_path, "--to", "debian-13", "--ignore", "short-boolean")[0] == 0, "who says so here means it"


def test_a_report_takes_no_file_s_place_and_is_no_input(tmp_path: Path) -> None:
    (tmp_path / "old.sh").write_text(SILENT)
    code, _, err = run(tmp_path, "--to", "debian-13", "old.sh", "--output", "html:old.sh")
    assert (code, err) == (2, "vmlint: error: --output: old.sh is to be checked; a report would take its place\n")
    for _ in range(2):
        assert run(tmp_path, "--to", "debian-13", "--output", "markdown:report.md")[0] == 1
    assert (
        json.loads(run(tmp_path, "--to", "debian-13", "--output-format", "json", "--output", "markdown:report.md")[1])[
            "targets"
        ][0]["totals"][REFUSED]
        == 1
    )


def test_what_is_named_may_be_excluded_by_force(tmp_path: Path) -> None:
    (tmp_path / "old.sh").write_text(SILENT)
    arguments = ("--to", "debian-13", "old.sh", "--exclude", "*.sh")
    assert run(tmp_path, *arguments)[0] == 1
    assert run(tmp_path, *arguments, "--force-exclude")[0] == 0
    stdin = ("--to", "debian-13", "-", "--stdin-filename", "old.sh", "--exclude", "*.sh", "--force-exclude")
    assert run(tmp_path, *stdin, stdin=SILENT.encode())[0] == 0


def test_text_for_many_releases_fits_the_line_and_names_the_few(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(GOOD + SILENT + "qemu-system-x86_64 -gdb tcp::1234,nodelay\n")
    code, out, _ = run(tmp_path, "--to", ",".join(name for name in distributions() if not name.startswith("rhel")))
    assert code == 1
    assert out.startswith("a.sh:2: old: will not start on all but debian-11\n")
    assert "\na.sh:3: will not start on all but debian-11\n" in out, "what has no name is called by its place"
    assert "(safe fix: Remove 'nodelay') [all but debian-11]\n" in out
    tables = out[out.index("\nVM ") :]
    assert max(map(len, tables.splitlines())) <= 120
    heads = [line.split()[1:] for line in tables.splitlines() if line.startswith("VM ")]
    assert len(heads) > 1
    assert [name for head in heads for name in head] == [
        name for name in distributions() if not name.startswith("rhel")
    ]
    assert tables.count("\na.sh:3") == len(heads)
    assert "2 of 3 VMs will not start on some of these" in out
    rows = {line.split()[0]: line.split()[1:] for line in tables.splitlines() if line.startswith("debian")}
    assert rows == {
        "debian-11": ["0", "0", "0", "0", "0", "3"],
        "debian-12": ["2", "0", "0", "0", "0", "1"],
        "debian-13": ["2", "0", "0", "0", "0", "1"],
    }


def test_reasons_that_differ_in_the_distribution_only_are_one(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(
        "<domain type='kvm'><name>x</name><os><type arch='x86_64' machine='pc-q35-9.2'>hvm</type></os></domain>"
    )
    _, out, _ = run(tmp_path, "--to", "rhel-9,rhel-10,fedora-44")
    assert out.count("machine-type-left-out") == 1
    assert "The QEMU of rhel-9.8 and rhel-10.2 has no machine type 'pc-q35-9.2'" in out
    assert "The QEMU of Red Hat Enterprise Linux 9.8 has no" in run(tmp_path, "--to", "rhel-9,fedora-44")[1]


def test_what_was_named_and_not_judged_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(GOOD)
    (tmp_path / "a.bin").write_bytes(b"\0\1\2")
    code, out, err = run(tmp_path, "--to", "debian-13", "a.sh", "a.bin", "gone.xml")
    assert code == 2
    assert out.endswith("a.bin was not judged: the file is binary\n")
    assert err == "vmlint: error: gone.xml: no such file or directory\n"
    for name in ("markdown", "html"):
        report = run(tmp_path, "--to", "debian-13", "a.sh", "a.bin", "gone.xml", "--output-format", name)[1]
        assert "a.bin was not judged: the file is binary" in report
        assert "gone.xml was not judged: no such file or directory" in report


def test_the_same_file_by_several_names_is_one_vm(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(SILENT)
    (tmp_path / "link.sh").symlink_to("a.sh")
    (tmp_path / "loop").symlink_to(".", target_is_directory=True)
    (tmp_path / "empty").mkdir()
    for paths in (["."], ["a.sh", "./a.sh"], ["link.sh", "a.sh"], ["loop/a.sh", "a.sh", "empty"]):
        code, out, _ = run(tmp_path, "--to", "debian-13", *paths)
        assert code == 1
        assert "1 of 1 VM will not start" in out, paths
    assert run(tmp_path, "--to", "debian-13", "empty") == (0, "No VM configuration found.\n", "")


def test_markdown_of_many_releases_has_marks_and_says_what_they_mean(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(SILENT)
    _, out, _ = run(tmp_path, "--to", "debian-11,debian-12,debian-13,fedora-44", "--output-format", "markdown")
    assert "\n✗ will not start, ? unknown, ! starts with warnings, ✓ starts\n" in out
    assert "| `old` | `a.sh:1` | ✓ | ✗ | ✗ | ✗ |" in out
