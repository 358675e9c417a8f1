"""`vmlint upgrade`: what a VM is, what becomes of it, what fixes would settle."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from tests.emulators import X86, oracle
from tests.helpers import ROOT, read
from vmlint.catalog import rules
from vmlint.model import Document, Example
from vmlint.reporters.upgrade_words import label
from vmlint.targets import find
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
NETWORKED = """<domain type='kvm'>
  <name>paired</name>
  <devices>
    <interface type='bridge'>
      <mac address='52:54:00:00:00:01'/>
      <source bridge='br0'/>
      <model type='virtio'/>
      <teaming type='persistent'/>
      <alias name='ua-b'/>
    </interface>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='n'/>
      <model type='virtio'/>
      <teaming type='transient' persistent='ua-b'/>
    </interface>
  </devices>
</domain>
"""
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
    answers = {version: ask(X86, words.split(), version) for version in versions}
    assert told == {version: bool(answer.error) for version, answer in answers.items() if answer is not None}


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


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ("cpu: Icelake-Client", REFUSED),
        ("cpu: cputype=Icelake-Client-noTSX,flags=+pcid", REFUSED),
        ("cpu: x86-64-v2-AES", STARTS),
        ("cpu: custom-mine", STARTS),
        ("args: -cpu host\ncpu: Icelake-Client", STARTS),
        ("args: -smp 2\ncpu: Icelake-Client", REFUSED),
    ],
)
def test_the_cpu_of_a_proxmox_guest_counts_unless_args_has_another(settings: str, verdict: str) -> None:
    assert verdicts(judged({"102.conf": f"{settings}\nname: x\nvmgenid: 1\n"}, ["proxmox-9"])) == {"x": [verdict]}


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
