"""What QEMU deprecated and removed: the rows of facts are sound, and none of the known things is forgotten."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

import vmlint
from tests import deprecations as real
from tests.emulators import X86, Answer, ask_local, local_version
from tests.helpers import ROOT, lint_and_fix
from vmlint import catalog
from vmlint.data import parse_toml
from vmlint.libvirt.deprecations import facts as libvirt_facts
from vmlint.qemu.conversions import CONVERSIONS, PARAMETERS
from vmlint.qemu.deprecations import Row, kinds, rows
from vmlint.qemu.new_forms import VERBS

ACCOUNT = parse_toml(str(Path(__file__).parent / "deprecations_elsewhere.toml"))
MEASURED = ROOT / "docs" / "deprecations-measured.md"
CELL_END = re.compile(r"(?<!\\)\|")
KNOWN = ROOT.parent / "shared" / "facts" / "deprecations.jsonl"
ROWS = [pytest.param(kind, row, id=f"{kind}-{row.id}-{n}") for kind in kinds() for n, row in enumerate(rows(kind))]
EXTRAS = {
    "before", "by-value", "convert", "device", "fresh", "ignored", "instead", "kinds", "machines", "safety", "source", "unless", "with", *VERBS,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "row"), ROWS)
def test_a_row_is_whole(kind: str, row: Row) -> None:
    del kind
    assert set(row.change) <= EXTRAS, "unknown key"
    assert row.change["source"]
    assert sum(verb in row.change for verb in VERBS if verb != "append") <= 1
    assert row.deprecated is not None or row.removed is not None
    assert row.removed is None or row.deprecated is None or row.deprecated < row.removed
    assert row.until is None or row.removed is None
    assert row.change.get("convert") in {None, *CONVERSIONS, *PARAMETERS}
    assert row.change.get("safety") in {None, "unsafe"}


def test_every_known_thing_is_covered_or_left_out_with_a_reason() -> None:
    by_rows = {row.id for kind in kinds() for row in rows(kind)}
    by_rules, left_out = ACCOUNT["rule"], ACCOUNT["left-out"]
    assert set(by_rules.values()) <= set(catalog.rules())
    assert all(len(reason) > 20 for reason in (*left_out.values(), *ACCOUNT["without-fix"].values()))
    assert set(ACCOUNT["without-fix"]) <= by_rows
    assert not by_rows & set(left_out)
    assert not set(by_rules) & set(left_out)
    if KNOWN.exists():
        known = {item["id"] for item in map(json.loads, KNOWN.read_text().splitlines()) if item["in_config"]}
        assert by_rows | set(by_rules) | set(left_out) == known


def test_rules_look_where_the_rows_of_libvirt_are() -> None:
    for kind, name in (("removed", "removed-from-libvirt"), ("ignored", "ignored-by-libvirt")):
        selected = {match.select for match in catalog.rules()[name].matches}
        assert selected == {path for row in libvirt_facts()[kind] for path in row.paths}
        assert all((row.removed is not None) == (kind == "removed") for row in libvirt_facts()[kind])


@pytest.mark.parametrize(
    ("machine", "libvirt", "is_refused"),
    [
        ("pc-q35-8.2", "==9.3", True),
        ("pc-q35-8.2", "==9.2", False),
        ("pc-i440fx-8.2", "==11.3", False),
        ("pc", "==11.3", False),
        ("one-of-its-own", "==11.3", False),
    ],
)
def test_a_watchdog_of_another_machine_is_refused_by_libvirt(machine: str, libvirt: str, is_refused: bool) -> None:
    found = of_domain(f"<os><type arch='x86_64' machine='{machine}'>hvm</type></os>"
                      "<devices><watchdog model='ib700' action='reset'/></devices>", libvirt)  # fmt: skip
    assert found == ["Refused by libvirt 9.3 and later: model='ib700'; only i440fx has it; use 'i6300esb', for which the "
                     "guest needs another driver"] * is_refused  # fmt: skip


@pytest.mark.parametrize(
    ("memory", "node", "libvirt", "is_refused"),
    [
        ("restrictive", "strict", "==9.4", True),
        ("strict", "restrictive", "==9.4", True),
        ("strict", "restrictive", "==9.3", False),
        ("restrictive", "restrictive", "==11.3", False),
        ("strict", "preferred", "==11.3", False),
    ],
)
def test_restrictive_memory_mixed_with_other_is_refused(memory: str, node: str, libvirt: str, is_refused: bool) -> None:
    found = of_domain(f"<numatune><memory mode='{memory}' nodeset='0'/>"
                      f"<memnode cellid='0' mode='{node}' nodeset='0'/></numatune>", libvirt)  # fmt: skip
    assert len(found) == is_refused


def of_domain(parts: str, libvirt: str) -> list[str]:
    text = f"<domain type='kvm'><name>x</name>{parts}</domain>"
    return [
        d.message
        for d in vmlint.check_text(text, "x.xml", libvirt=libvirt, select=["removed-from-libvirt"]).diagnostics
    ]


@pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="qemu-system-x86_64 is not installed")
def test_the_qemu_installed_here_does_what_is_said_of_it() -> None:
    version = local_version()
    if version not in ("5.2", "7.2", "10.0", "11.1"):
        pytest.skip(f"what QEMU {version} lacks is not known")
    local = [case for case in reversed(real.cases()) if case.program == X86]
    first = {case.id: case for case in local if real.said(X86, case.old, version)}
    assert len(first) > 50
    assert list(real.compare(list(first.values()), [version], ask_local)) == []


def test_disagreements_with_a_qemu_are_seen() -> None:
    case = real.Case("no-acpi", ["-no-acpi"], new=["-machine", "acpi=off"], since="5.2")
    assert list(real.disagreements(case, "10.0", lambda *_: Answer("", False)))
    assert list(real.disagreements(case, "10.0", lambda _, words, __: Answer("bad" * ("-machine" in words), False)))
    assert list(real.disagreements(case, "8.2", lambda *_: Answer("", False)))  # no warning
    assert not list(real.disagreements(case, "8.2", lambda _, words, __: Answer("", "-no-acpi" in words)))


FIXES = [
    (
        "-hda a,b.img -hdachs 16,16,63",
        "-drive if=none,id=disk0,file=a,,b.img -device ide-hd,drive=disk0,cyls=16,heads=16,secs=63",
    ),
    ("-hda a -hdachs 16,16", "-hda a -hdachs 16,16"),
    (
        "-drive file=a,if=virtio,serial=S,addr=9",
        "-device virtio-blk,drive=disk0,serial=S,addr=9 -drive file=a,if=none,id=disk0",
    ),
    (
        "-drive file=a,id=d,cyls=16,heads=16,secs=63,trans=lba",
        "-device ide-hd,drive=d,cyls=16,heads=16,secs=63,bios-chs-trans=lba -drive file=a,id=d,if=none",
    ),
    ("-drive file=a,index=1,serial=S", "-drive file=a,index=1,serial=S"),
    ("-M microvm -drive file=a,cyls=16", "-M microvm -drive file=a,cyls=16"),
    (
        "-vnc :1,tls,x509=/pki,password=on",
        "-object tls-creds-x509,id=vnctls0,dir=/pki,endpoint=server,verify-peer=off -vnc :1,tls-creds=vnctls0,password=on",
    ),
    (
        "-vnc :1,tls=on,x509verify=/pki",
        "-object tls-creds-x509,id=vnctls0,dir=/pki,endpoint=server,verify-peer=on -vnc :1,tls-creds=vnctls0",
    ),
    ("-vnc :1,tls", "-object tls-creds-anon,id=vnctls0,endpoint=server -vnc :1,tls-creds=vnctls0"),
    ("-usbdevice host:001.012", "-usb -device usb-host,hostbus=1,hostaddr=12"),
    ("-usbdevice host:12:ab", "-usb -device usb-host,vendorid=0x12,productid=0xab"),
    ("-usbdevice host:auto:1.*", "-usbdevice host:auto:1.*"),
    (
        "-drive file.driver=rbd,file.filename=rbd:p/i@s",
        "-drive file.driver=rbd,file.pool=p,file.image=i,file.snapshot=s",
    ),
    ("-blockdev driver=rbd,node-name=r,filename=rbd:p/i", "-blockdev driver=rbd,node-name=r,pool=p,image=i"),
    ("-drive driver=rbd,filename=rbd:p/i:conf=x", "-drive driver=rbd,filename=rbd:p/i:conf=x"),
    ("-fsdev handle,id=f,path=.", "-fsdev local,security_model=none,id=f,path=."),
    ("-fsdev handle,id=f,path=.,security_model=none", "-fsdev local,id=f,path=.,security_model=none"),
    ("-tb-size 64 -accel tcg,thread=single", "-accel tcg,thread=single,tb-size=64"),
    ("-tb-size 64 -accel kvm", "-tb-size 64 -accel kvm"),
    ("-net nic -net user -redir tcp:22::22", "-net nic -net user,hostfwd=tcp::22-:22"),
    ("-netdev tap,id=t -netdev user,id=u -tftp /t", "-netdev tap,id=t -netdev user,id=u,tftp=/t"),
    ("-net user -netdev user,id=u -tftp /t", "-net user -netdev user,id=u -tftp /t"),
    ("-mon c,pretty=off", "-object monitor-hmp,id=mon0,chardev=c"),
]


@pytest.mark.parametrize(("old", "new"), FIXES)
def test_forms_that_take_more_than_another_word_are_written_whole(old: str, new: str) -> None:
    assert " ".join(real.fixed(X86, old.split(), "11.1")) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-show-cursor", "-display default,show-cursor=on"),
        ("-show-cursor -display sdl", "-display sdl,show-cursor=on"),
        ("-show-cursor -vnc :1", "-show-cursor -vnc :1"),
    ],
)
def test_the_pointer_is_shown_by_the_display_there_is(old: str, new: str) -> None:
    line = f"qemu-system-x86_64 {old}\n".encode()
    assert lint_and_fix("start.sh", line, topic="deprecations").data.decode() == f"qemu-system-x86_64 {new}\n"


def test_what_a_variable_holds_stays_where_it_is_when_a_drive_gets_a_device() -> None:
    line = 'qemu-system-x86_64 -drive file="$IMAGE",if=virtio,serial=S\n'
    fixed = lint_and_fix("start.sh", line.encode(), unsafe=True)
    assert fixed.data.decode().split(" ", 1)[1] == (
        '-device virtio-blk,drive=disk0,serial=S -drive file="$IMAGE",if=none,id=disk0\n'
    )
    hidden = 'qemu-system-x86_64 -drive "$DRIVE,serial=S"\n'
    assert lint_and_fix("start.sh", hidden.encode(), unsafe=True).data.decode() == hidden


@pytest.mark.parametrize(
    ("machine", "qemu", "safety"),
    [
        ("", "==7.2", "safe"),
        ("-M q35", "==7.2", "safe"),
        ("-M pc-i440fx-2.5", "==7.2", "safe"),
        ("-M pc-i440fx-2.4", "==7.2", "shown"),
        ("-M pc-i440fx-bionic", "==7.2", "shown"),
        ("-M pc-i440fx-2.4", "==9.1", "safe"),
    ],
)
def test_what_a_machine_type_decides_makes_a_fix_safe_or_not(machine: str, qemu: str, safety: str) -> None:
    line = f"qemu-system-x86_64 {machine} -device virtio-blk-pci,drive=d,scsi=off"
    found = vmlint.check_argv(line.split(), qemu=qemu, select=["deprecated-parameter", "removed-parameter"]).diagnostics
    assert [d.fix and d.fix.safety for d in found] == [safety]


def measured() -> dict[str, list[list[str]]]:
    """The rows of docs/deprecations-measured.md by what they are about."""
    found: dict[str, list[list[str]]] = {}
    for line in MEASURED.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in CELL_END.split(line.strip("|"))]
        if line.startswith("| ") and cells[0] != "id":
            found.setdefault(cells[0], []).append(cells[1:])
    return found


def test_at_least_120_things_are_measured_on_four_releases() -> None:
    """With their new form, where there is one, taken by the newest."""
    known = {row.id for kind in kinds() for row in rows(kind)} | set(ACCOUNT["rule"])
    whole = {
        id_
        for id_, forms in measured().items()
        if any("-" not in form[1:5] and (not form[6] or "11.1" in form[7]) for form in forms)
    }
    assert len(whole & known) >= 120


def test_the_table_has_every_form_that_is_asked_for() -> None:
    shown = {(id_, form[0].strip("`")) for id_, forms in measured().items() for form in forms}
    assert shown == {(case.id, case.shown.replace("|", "\\|")) for case in real.cases()}
