"""`vmlint upgrade`: what a VM is, what becomes of it, what fixes would settle; as text, JSON and Markdown."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.deprecations import oracle
from tests.helpers import ROOT, read, vmlint
from vmlint.catalog import rules
from vmlint.file_run import FEW
from vmlint.model import Document, Example
from vmlint.reporters.upgrade_words import label
from vmlint.targets import distributions, find
from vmlint.upgrade import REFUSED, STARTS, UNKNOWN, WARNS, Judged, UpgradeReport, Vm, vms
from vmlint.upgrade_run import UpgradeRun

GOOD = "qemu-system-x86_64 -name good -serial tcp::4444,server=on\n"
WARNED = "qemu-system-x86_64 -name warned -chardev socket,id=c,path=s,server=on,wait=off,mux\n"
SILENT = "qemu-system-x86_64 -name old -gdb tcp::1234,nodelay\n"
"""QEMU 5.2 takes it; 6.0 and later refuse it."""
MULTICAST = "<mac address='53:54:00:00:00:01'/>"
PAIR = """<domain type='kvm'>
  <name>paired</name>
  <devices>
    <interface type='bridge'>
      <mac address='52:54:00:00:00:01'/>
      <source bridge='br0'/>
      <model type='{model}'/>
      <teaming type='persistent'/>
      <alias name='ua-b'/>
    </interface>
    <interface type='hostdev'>
      <mac address='52:54:00:00:00:01'/>
      <source>
        <address type='pci' domain='0x0000' bus='0x81' slot='0x00' function='0x0'/>
      </source>
      <teaming type='transient' persistent='ua-b'/>
    </interface>
  </devices>
</domain>
"""
NETWORKED = PAIR.format(model="virtio").replace(
    "<interface type='hostdev'>", "<interface type='network'><source network='n'/>"
)
NETWORK = "<network><name>n</name><forward mode='nat'/></network>\n"
PLAIN = "<domain type='kvm'><name>plain</name></domain>\n"


def judged(files: dict[str, str], to: Sequence[str] = ("debian-13",), origin: str | None = None) -> UpgradeReport:
    run = UpgradeRun([find(name) for name in to], find(origin) if origin else None)
    for path, text in files.items():
        run.at_bytes(path, text.encode())
    return run.report()


def verdicts(report: UpgradeReport) -> dict[str, list[str]]:
    return {each.vm.name: [on.verdict for on in each.judged] for each in report.vms}


def names(path: str, text: str) -> list[tuple[str, int, str]]:
    return [(vm.name, vm.line, vm.kind) for vm in vms(read(path, text.encode()))]


def test_a_domain_is_one_vm_with_the_arguments_that_it_passes_to_qemu() -> None:
    xml = """<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>web</name>
  <qemu:commandline><qemu:arg value='-gdb'/><qemu:arg value='tcp::1234,nodelay'/></qemu:commandline>
</domain>
"""
    assert names("web.xml", xml) == [("web", 1, "domain")]
    assert verdicts(judged({"web.xml": xml}, ["debian-11", "debian-13"])) == {"web": [STARTS, REFUSED]}


def test_each_command_is_a_vm_and_findings_go_to_their_own() -> None:
    script = GOOD + SILENT + WARNED
    assert names("start.sh", script) == [
        (name, line, "command-line") for line, name in enumerate(("good", "old", "warned"), 1)
    ]
    assert verdicts(judged({"start.sh": script})) == {"good": [STARTS], "old": [REFUSED], "warned": [WARNS]}


def test_several_documents_in_a_file_are_several_vms() -> None:
    assert names("all.xml", PLAIN + PAIR) == [("plain", 1, "domain"), ("paired", 2, "domain")]
    found = verdicts(judged({"all.xml": PLAIN + PAIR.format(model="e1000")}))
    assert found == {"plain": [STARTS], "paired": [REFUSED]}


@pytest.mark.parametrize(
    ("xml", "line"),
    [
        ("<!-- <domain> -->\n<domain type='kvm'><name>x</name></domain>", 2),
        ("\n<domain\n  type='kvm'><name>x</name><metadata>&lt;domain&gt;</metadata></domain>", 2),
        ("<domainsnapshot>\n<inactiveDomain type='kvm'><name>x</name></inactiveDomain></domainsnapshot>", 2),
        ("<domainsnapshot>\n\n<domain type='kvm'><name>x</name></domain></domainsnapshot>", 3),
        ("<?xml version='1.0' encoding='utf-16'?>\n<domain type='kvm'><name>x</name></domain>", 2),
    ],
)
def test_the_line_of_a_domain_is_that_of_its_first_tag(xml: str, line: int) -> None:
    data = xml.encode("utf-16" if "utf-16" in xml else "utf-8")
    assert [(vm.name, vm.line) for vm in vms(read("x.xml", data))] == [("x", line)]


def test_options_in_an_array_belong_to_the_one_command_of_the_script() -> None:
    script = '#!/bin/bash\nargs=(\n  -gdb tcp::1234,nodelay\n  -m 1G\n)\nqemu-system-x86_64 -name one "${args[@]}"\n'
    assert names("start.sh", script) == [("one", 6, "command-line")]
    assert verdicts(judged({"start.sh": script})) == {"one": [REFUSED]}


def test_a_network_is_no_vm() -> None:
    assert names("net.xml", "<network><name>n</name></network>\n") == []


def test_what_cannot_be_read_is_unknown() -> None:
    report = judged({
        "cut.xml": PAIR[:200],
        "guest.xml.j2": "<domain type='kvm'>\n <name>{{ name }}</name>\n <{{ extra }}>\n</domain>\n",
        "bomb.xml": "<!DOCTYPE domain [<!ENTITY a 'b'>]>\n<domain type='kvm'/>\n",
    })  # fmt: skip
    assert [(each.vm.path, each.vm.kind, each.judged[0].verdict) for each in report.vms] == [
        ("cut.xml", "unread", UNKNOWN), ("guest.xml.j2", "unread", UNKNOWN), ("bomb.xml", "unread", UNKNOWN)
    ]  # fmt: skip


def test_what_can_be_read_of_a_script_is_judged_beside_what_cannot() -> None:
    report = judged({"start.sh": GOOD + "qemu-system-x86_64 -serial 'tcp::1,server\n"})
    first, *others = [each.judged[0].verdict for each in report.vms]
    assert first == STARTS
    assert UNKNOWN in others


@pytest.mark.parametrize(
    ("path", "text", "doubt"),
    [
        ("a.xml", "<domain type='xen'><name>x</name></domain>", "a domain of type 'xen' is not run by QEMU"),
        (
            "b.xml",
            "<domain type='kvm'><name>x</name><os><type machine='{{ m }}'>hvm</type></os></domain>",
            "the machine type is not in the file",
        ),
        ("c.sh", "qemu-system-x86_64 -M $MACHINE -m 1G\n", "the machine type is not in the file"),
    ],
)
def test_what_nobody_can_tell_is_unknown_and_says_why(path: str, text: str, doubt: str) -> None:
    (only,) = judged({path: text}).vms
    assert (only.judged[0].verdict, only.vm.doubt) == (UNKNOWN, doubt)


def test_a_variable_elsewhere_on_a_command_line_is_no_doubt() -> None:
    assert verdicts(judged({"c.sh": "qemu-system-x86_64 -name $N -M q35,accel=$A -drive file=$F\n"}))["…"] == [STARTS]


def test_machine_types_age_from_release_to_release() -> None:
    xml = "<domain type='kvm'><name>{0}</name><os><type arch='x86_64' machine='{0}'>hvm</type></os></domain>"
    machines = ("pc-i440fx-2.5", "pc-q35-10.0", "pc-q35-rhel9.6.0", "q35")
    report = judged({f"{name}.xml": xml.format(name) for name in machines}, ["debian-12", "debian-13", "fedora-44"])
    assert verdicts(report) == {
        "pc-i440fx-2.5": [STARTS, WARNS, REFUSED],
        "pc-q35-10.0": [REFUSED, STARTS, STARTS],
        "pc-q35-rhel9.6.0": [REFUSED, REFUSED, UNKNOWN],
        "q35": [STARTS] * 3,
    }


@pytest.mark.parametrize(
    "words",
    [
        "-machine pc-i440fx-2.5",
        "-machine pc-q35-10.0",
        "-machine pc -no-hpet",
        "-gdb tcp::0,nodelay",
        "-chardev socket,id=c,path=s,server,nowait",
    ],
)
def test_what_will_not_start_is_what_real_qemus_refuse(words: str) -> None:
    folder = ROOT.parent / "shared" / "oracle"
    if not (folder / "run.py").exists() or os.geteuid() != 0:
        pytest.skip("no QEMUs of several releases beside the project, or not root, which asking them takes")
    versions, ask = oracle(str(folder))
    (only,) = judged({"a.sh": f"qemu-system-x86_64 {words}\n"}, [f"qemu-{version}" for version in versions]).vms
    told = {version: on.verdict == REFUSED for version, on in zip(versions, only.judged, strict=True)}
    assert told == {version: bool(ask(words.split(), version).error) for version in versions}


def test_each_release_is_judged_as_if_it_were_the_only_one() -> None:
    """A document is read once for all; what checks keep with it must not depend on the release, nor grow."""
    files = {f"{number}-{example.file}": example.bad for number, example in enumerate(_examples())}
    together = [each.judged for each in judged(files, EACH).vms]
    alone = zip(*([each.judged[0] for each in judged(files, [name]).vms] for name in EACH), strict=True)
    for one, others in zip(together, alone, strict=True):
        assert [_told(each) for each in one] == [_told(each) for each in others]


EACH = ("debian-11", "debian-12", "fedora-44")


def _examples() -> list[Example]:
    return [example for rule in rules().values() for example in rule.examples]


def _told(on: Judged) -> tuple[str, list[tuple[str, str]], str, str]:
    return on.verdict, [(reason.rule, reason.message) for reason in on.reasons], on.after_safe, on.after_all


def test_a_refusal_is_graver_than_a_doubt() -> None:
    script = "qemu-system-x86_64 -M $M -gdb tcp::1234,nodelay\n"
    assert [each.judged[0].verdict for each in judged({"c.sh": script}).vms] == [REFUSED]


def test_what_is_dropped_or_does_not_work_still_starts() -> None:
    mismatch = PAIR.format(model="virtio").replace("00:01", "00:02", 1)
    assert verdicts(judged({"a.xml": mismatch})) == {"paired": [WARNS]}


def test_what_was_wrong_before_is_told_from_what_is_new() -> None:
    report = judged({"a.sh": SILENT, "b.xml": PAIR.format(model="e1000")}, ["debian-13"], "debian-11")
    by_name = {each.vm.name: each for each in report.vms}
    assert [by_name["old"].is_new(reason) for reason in by_name["old"].judged[0].reasons] == [True]
    assert [by_name["paired"].is_new(reason) for reason in by_name["paired"].judged[0].reasons] == [False]
    assert (by_name["old"].is_broken_already(), by_name["paired"].is_broken_already()) == (False, True)
    assert (report.totals(0)[REFUSED], report.broken_already(0)) == (2, 1)


def test_the_verdict_after_fixes_is_that_of_the_fixed_file() -> None:
    report = judged({"a.sh": SILENT, "b.xml": PAIR.format(model="e1000"), "c.sh": WARNED})
    after = {each.vm.name: (each.judged[0].after_safe, each.judged[0].after_all) for each in report.vms}
    assert after == {"old": (STARTS, STARTS), "paired": (REFUSED, STARTS), "warned": (STARTS, STARTS)}
    assert (report.fixable(0, "safe"), report.fixable(0, "unsafe")) == (2, 1)


def test_a_comment_quiets_a_warning_but_makes_no_vm_start() -> None:
    comment = "  # vmlint: ignore[short-boolean] known"
    report = judged({"a.sh": SILENT.rstrip() + comment + "\n" + WARNED.rstrip() + comment + "\n"})
    assert verdicts(report) == {"old": [REFUSED], "warned": [STARTS]}


def test_a_network_among_the_files_counts_whichever_comes_first() -> None:
    for files in ({"d.xml": NETWORKED, "n.xml": NETWORK}, {"n.xml": NETWORK, "d.xml": NETWORKED}):
        assert verdicts(judged(files)) == {"paired": [REFUSED]}


def test_many_commands_with_findings_in_one_file_take_linear_time() -> None:
    """Took minutes when each finding was held against each VM."""
    report = judged({"a.sh": SILENT * 4000}, ["debian-13"])
    assert report.totals(0) == {REFUSED: 4000, UNKNOWN: 0, WARNS: 0, STARTS: 0}


ONLY_SOME_RELEASES = {
    ("teaming-no-persistent-name", "empty"),
    ("teaming-host-device-repeated", "older"),
    ("teaming-memory-not-shared", ""),
}
ONLY_THE_SCHEMA = {("teaming-empty", ""), ("teaming-repeated", ""), ("teaming-hostdev-mac", "")}
"""`virsh define` takes them, unless it is asked to validate."""


def test_every_error_that_says_it_is_refused_has_that_effect() -> None:
    """The words that people read and the data that `upgrade` reads say the same."""
    for rule in rules().values():
        for name, variant in rule.variants.items():
            says = "refuse" in variant.message or "not start" in variant.message
            if says and variant.severity == "error" and (rule.name, name) not in ONLY_SOME_RELEASES | ONLY_THE_SCHEMA:
                assert variant.effect == "refused", f"{rule.name}.{name} says that it is refused"
            if variant.effect == "refused":
                assert variant.severity == "error", f"{rule.name}.{name}"


def run(tmp_path: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    done = vmlint("upgrade", *arguments, cwd=tmp_path, stdin=stdin)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_text(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(GOOD + SILENT)
    (tmp_path / "b.xml").write_text(PLAIN)
    code, out, _ = run(tmp_path, "--to", "debian-13", "--from", "debian-11")
    assert code == 1
    assert out == (
        "a.sh:2: old: will not start\n"
        "  a.sh:2:45: error[short-boolean] 'nodelay' on '-gdb tcp:': QEMU 6.0 and later refuse it, because they add "
        "nodelay=on themselves (safe fix: Remove 'nodelay')\n"
        "\n"
        "                       will not start  unknown  starts with warnings  starts\n"
        "debian-13                           1        0                     0       2\n"
        "  after --fix                       0        0                     0       3\n"
        "  with --unsafe-fixes               0        0                     0       3\n"
        "\n"
        "1 of 3 VMs will not start on Debian 13 trixie (QEMU 10.0, libvirt 11.3); 0 of them did not start on Debian 11 bullseye either.\n"
        "'vmlint check --target debian-13 --fix' settles 1 finding; 0 VMs will not start then.\n"
    )


def test_text_for_several_releases_shows_who_fails_where(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(GOOD + SILENT)
    code, out, _ = run(tmp_path, "--to", "debian-11,debian-12", "--to", "debian-13")
    assert code == 1
    assert out.startswith("a.sh:2: old: will not start on debian-12, debian-13\n")
    assert "(safe fix: Remove 'nodelay') [debian-12, debian-13]\n" in out
    assert "VM   debian-11  debian-12  debian-13\nold     starts      fails      fails\n" in out


def test_exit_codes(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(SILENT)
    (tmp_path / "warned.sh").write_text(WARNED)
    assert run(tmp_path, "--to", "debian-11")[0] == 0
    assert run(tmp_path, "--to", "debian-13")[0] == 1
    assert run(tmp_path, "--to", "debian-13", "--exit-zero")[0] == 0
    assert run(tmp_path, "--to", "debian-13", "--ignore", "short-boolean")[0] == 0
    assert run(tmp_path, "--to", "debian-13", "warned.sh")[0] == 0, "a warning does not stop a VM"
    assert run(tmp_path, "--to", "debian-13", "nowhere")[0] == 2
    assert run(tmp_path)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "debain-13"], "no target is called 'debain-13'; did you mean 'debian-13'?"),
        (["--to", "debian-13", "--from", "solaris"], "no target is called 'solaris'; 'vmlint targets' lists them all"),
        (
            ["--to", "debian-13", "--select", "nonsense"],
            "no rule or topic is called 'nonsense'; 'vmlint rule' lists them all",
        ),
        (["--to", "debian-13", "-", "a.sh"], "standard input (-) cannot be looked at together with files"),
        (["--to", "debian-13", "--output", "html:no/such/folder"], "no/such/folder: no such file or directory"),
    ],
)
def test_what_cannot_be_done_is_exit_code_two(tmp_path: Path, arguments: list[str], message: str) -> None:
    assert run(tmp_path, *arguments) == (2, "", f"vmlint: error: {message}\n")


def test_standard_input(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, "--to", "debian-13", "-", stdin=PAIR.format(model="e1000").encode())
    assert (code, out.splitlines()[0]) == (1, "<stdin>:1: paired: will not start")


def test_nothing_to_judge(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Nothing.\n")
    assert run(tmp_path, "--to", "debian-13") == (0, "No VM configuration found.\n", "")
    for name in ("json", "markdown", "html"):
        assert run(tmp_path, "--to", "debian-13", "--output-format", name)[0] == 0


def test_json_has_its_documented_shape(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(SILENT)
    _, out, _ = run(
        tmp_path, "--to", "debian-11", "--to", "debian-13", "--from", "debian-11", "--output-format", "json"
    )
    document: dict[str, Any] = json.loads(out)
    assert list(document) == ["version", "tool", "from", "targets", "vms", "skipped", "failures"]
    assert (document["version"], document["tool"]["name"]) == (1, "vmlint")
    assert document["from"] == {"name": "debian-11", "title": "Debian 11 bullseye", "qemu": "5.2", "libvirt": "7.0"}
    target = document["targets"][1]
    assert target["totals"] == {REFUSED: 1, UNKNOWN: 0, WARNS: 0, STARTS: 0}
    assert target["after_safe_fixes"] == target["after_all_fixes"] == {REFUSED: 0, UNKNOWN: 0, WARNS: 0, STARTS: 1}
    assert target["fixable"] == {"safe": 1, "unsafe": 0}
    (vm,) = document["vms"]
    assert list(vm) == ["name", "path", "line", "kind", "doubt", "from", "on"]
    assert (vm["name"], vm["path"], vm["line"], vm["kind"], vm["doubt"]) == ("old", "a.sh", 1, "command-line", None)
    assert (vm["from"], list(vm["on"])) == (STARTS, ["debian-11", "debian-13"])
    on = vm["on"]["debian-13"]
    assert (on["verdict"], on["after_safe_fixes"], on["after_all_fixes"]) == (REFUSED, STARTS, STARTS)
    (reason,) = on["reasons"]
    assert list(reason) == ["rule", "severity", "effect", "message", "path", "start", "end", "new", "fix"]
    assert (reason["rule"], reason["severity"], reason["effect"], reason["new"]) == (
        "short-boolean",
        "error",
        "refused",
        True,
    )
    assert reason["start"] == {"line": 1, "column": 45, "offset": 44}
    assert reason["fix"] == {"title": "Remove 'nodelay'", "safety": "safe"}
    assert vm["on"]["debian-11"] == {
        "verdict": STARTS,
        "after_safe_fixes": STARTS,
        "after_all_fixes": STARTS,
        "reasons": [],
    }


def test_markdown_fits_into_a_comment_and_cannot_be_broken_by_names(tmp_path: Path) -> None:
    bad = SILENT.replace("old", "'a|b`c<img>'")
    (tmp_path / "a.sh").write_text(bad * 2000)
    code, out, _ = run(tmp_path, "--to", "debian-13", "--output-format", "markdown")
    assert code == 1
    assert len(out) < 65_536
    assert "more are left out, to fit into a comment" in out
    assert "| `` a\\|b`c<img> `` | `a.sh:1` | ✗ will not start |" in out
    rows = [line for line in out.splitlines() if line.startswith("| `` a")]
    assert len(rows) > 100
    few = run(
        tmp_path, "--to", "debian-13", "--output-format", "markdown", "-", stdin=PAIR.format(model="e1000").encode()
    )
    assert "left out" not in few[1]
    assert "- `paired` (`<stdin>:1`)" in few[1]


def test_reports_in_several_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text(SILENT)
    code, out, _ = run(
        tmp_path, "--to", "debian-13", "-q", "--output", "json:a.json", "--output", "markdown:a.md", "a.sh"
    )
    assert (code, out) == (1, "")
    assert json.loads((tmp_path / "a.json").read_text())["vms"][0]["name"] == "old"
    assert (tmp_path / "a.md").read_text().startswith("## Upgrade to Debian 13 trixie\n")


def test_a_mistake_of_ours_costs_no_more_than_the_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in check: the others are judged, and that one is a failure, at the first look as at the second."""
    from vmlint import upgrade_look

    def failing(document: Document) -> list[Vm]:
        if document.source.path == "bad.sh":
            raise TypeError("luck")
        return vms(document)

    monkeypatch.setattr(upgrade_look, "vms", failing)
    run = UpgradeRun([find("debian-13")])
    for name in ("bad.sh", "good.sh"):
        run.at_file(name, SILENT.encode(), True)
    report = run.report()
    assert [each.vm.path for each in report.vms] == ["good.sh"]
    assert [(failure.path, "TypeError: luck" in failure.reason) for failure in report.failures] == [("bad.sh", True)]


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


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("100.conf", "args: -gdb tcp::1,nodelay\nname: web\nmachine: q35\n", ["web"]),
        ("100.conf", "smbios1: uuid=1\nargs: -gdb tcp::1,nodelay\n", ["100"]),
        ("100.conf", "name: web\nvmgenid: 1\nmachine: q35\n[before]\nname: web\nmachine: pc\n", ["web", "100.conf:6"]),
        ("b/start.sh", "qemu-system-x86_64 -name guest=db,debug-threads=on -m 1G\n", ["db"]),
        ("b/start.sh", "# VM\nqemu-system-x86_64 -m 1G\n", ["start.sh:2"]),
        ("b/start.sh", "qemu-system-x86_64 -name $NAME -m 1G\n", ["start.sh:1"]),
        ("b/start.sh", "qemu-system-x86_64 -name vm-$NAME -m 1G\n", ["vm-…"]),
        ("c.xml", "<domain type='kvm'><name> x </name></domain>\n", ["x"]),
        ("c.xml", "\n<domain type='kvm'/>\n", ["c.xml:2"]),
        ("cut.xml", "<domain type='kvm'><name>x</name>", ["cut.xml:1"]),
    ],
)
def test_vms_are_called_as_people_call_them(path: str, text: str, names: list[str]) -> None:
    assert [label(each.vm) for each in judged({path: text}).vms] == names


def test_the_machine_of_a_proxmox_guest_counts() -> None:
    report = judged({"101.conf": "machine: pc-i440fx-4.2\nname: old\nsmbios1: uuid=1\n"}, ["proxmox-8", "proxmox-9"])
    assert verdicts(report) == {"old": [WARNS, REFUSED]}
    (reason,) = report.vms[0].judged[1].reasons
    assert reason.fix is not None
    assert [edit.text for edit in reason.fix.edits] == [b"pc-i440fx-11.0"]
    for machine in ("q35", "pc", "pc-q35-9.2+pve1,viommu=intel", "type=pc-q35-9.2"):
        assert verdicts(judged({"1000.conf": f"name: x\nmachine: {machine}\nvmgenid: 1\n"}, ["proxmox-9"])) == {
            "x": [STARTS]
        }
    assert not judged({"200.conf": "arch: amd64\nhostname: x\nostype: debian\n"}).vms, "a container is no VM"


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


def test_an_emulator_that_is_not_there_starts_nothing() -> None:
    """Red Hat has no `qemu-system-x86_64`, by which others call it; Debian no `qemu-kvm`."""
    for program, verdict in (
        ("qemu-system-x86_64", [REFUSED, STARTS]), ("/usr/bin/kvm", [REFUSED, STARTS]),
        ("/usr/libexec/qemu-kvm", [STARTS, REFUSED]), ("qemu-kvm", [REFUSED, REFUSED]),
        ("/opt/qemu/bin/qemu-system-x86_64", [STARTS, STARTS]), ("$QEMU", [STARTS, STARTS]),
    ):  # fmt: skip
        found = [
            [on.verdict for on in vm.judged]
            for vm in judged({"a.sh": f"{program} -m 1G\n"}, ["rhel-9", "debian-13"]).vms
        ]
        assert found == [verdict], program
