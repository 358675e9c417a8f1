"""Options put in the place of others, in the bytes of a file: whole, safe where they say so, and back to rest."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import lint_and_fix
from vmlint.qemu.deprecations import rows
from vmlint.qemu.rewrite import split_options

TOPIC = "deprecations"


def fixed(text: str, path: str = "start.sh", qemu: str | None = None, unsafe: bool = True) -> str:
    return lint_and_fix(path, text.encode(), qemu, unsafe, TOPIC).data.decode()


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("-m 1 -portrait -snapshot", "-m 1 -snapshot"),
        ("-portrait -m 1", "-m 1"),
        ("-m 1 -rotate 90", "-m 1"),
        ("-m 1 -balloon none -snapshot", "-m 1 -snapshot"),
        ("-m 1 \\\n  -portrait \\\n  -snapshot", "-m 1 \\\n  -snapshot"),
        ("-m 1 --no-hpet", "-m 1 -machine hpet=off"),
        ("-m 1 -runas 'a b'", "-m 1 -run-with 'user=a b'"),
        ('-m 1 -runas "$USER"', '-m 1 -run-with "user=$USER"'),
        ("-m 1 -runas $USER", "-m 1 -run-with user=$USER"),
        ("-m 1 -runas a,b", "-m 1 -runas a,b"),  # the comma would end the parameter
        ("-tb-size 64", "-accel tcg,tb-size=64"),
        ("-tb-size 64 -enable-kvm", "-tb-size 64 -enable-kvm"),
        ("-tb-size 64 $ACCEL", "-tb-size 64 $ACCEL"),
        ("-rtc base=utc -localtime", "-rtc base=utc -localtime"),
        ("-M microvm -no-hpet", "-M microvm -no-hpet"),  # there is no HPET there
        ("-device sga -m 1", "-machine graphics=off -m 1"),
        ("-smp 2,sockets=0,cores=2", "-smp 2,cores=2"),
        ("-smp sockets=0,cpus=2", "-smp cpus=2"),
        ("-smp 0,cores=2", "-smp cores=2"),
        ("-smp 2,drawers=0,books=0,modules=0", "-smp 2"),
        ("-m 0x80M", "-m 128M"),
        ("-chardev null,id=c -mon chardev=c,mode=readline,pretty=off",
         "-chardev null,id=c -object monitor-hmp,id=mon0,chardev=c"),  # which is not pretty either
        ("-m 0x40", "-m 64"),  # it ends in a figure: MiB
        ("-m 0x1E", "-m 0x1E"),  # it ends in a letter: bytes
        ("-m 64,maxmem=0x8000000,slots=1", "-m 64,maxmem=0x8000000,slots=1"),
        ("-object memory-backend-ram,id=m,size=0x1E", "-object memory-backend-ram,id=m,size=0x1E"),
        ("-object memory-backend-ram,id=m,size=0x1Ek", "-object memory-backend-ram,id=m,size=30k"),
        ("-usb -usbdevice ccid", "-usb -usb -device usb-ccid"),
        ("-display gtk,gl=on -no-quit", "-display gtk,gl=on,window-close=off"),
        ("-display curses -no-quit", "-display curses -no-quit"),
        ("-netdev user,id=n -tftp /srv", "-netdev user,id=n,tftp=/srv"),
        ("-redir tcp:1::22 -tftp /srv", "-redir tcp:1::22 -tftp /srv"),  # which of them would it be?
        ("-redir tcp:1::22", "-nic user,hostfwd=tcp::1-:22"),
        ("-numa node,mem=1 -numa node,mem=2G", "-object memory-backend-ram,id=ram0,size=1M -numa node,memdev=ram0 "
         "-object memory-backend-ram,id=ram1,size=2G -numa node,memdev=ram1"),
        ("-global migration.x-block=on -m 1", "-m 1"),
        ("-global isa-fdc.driveA=d -m 1", "-device floppy,unit=0,drive=d -m 1"),
        ("-M pc,enforce-config-section=on", "-global migration.send-configuration=on -M pc"),
        ("-drive if=none,id=d,serial=S -device ide-hd,drive=d", "-drive if=none,id=d -device ide-hd,drive=d,serial=S"),
        ("-drive if=none,id=d,serial=S", "-drive if=none,id=d,serial=S"),
        ("-drive if=none,id=d,boot=on -device ide-hd,drive=d", "-drive if=none,id=d -device ide-hd,drive=d,bootindex=1"),
        ("-drive if=virtio,file=x,boot=off", "-drive if=virtio,file=x"),
        ("-device ivshmem,size=1M,shm=a", "-object memory-backend-file,id=shm0,size=1M,share=on,mem-path=/dev/shm/a "
         "-device ivshmem-plain,memdev=shm0"),
        ("-netdev user,id=n -net dump,file=f", "-netdev user,id=n -object filter-dump,id=dump0,netdev=n,file=f"),
        ("-netdev user,id=n -netdev user,id=m -net dump,file=f", "-netdev user,id=n -netdev user,id=m -net dump,file=f"),
        ("-m 256 -numa node", "-m 256 -object memory-backend-ram,id=ram0,size=256M -numa node,memdev=ram0"),
        ("-m $M -numa node", "-m $M -numa node"),
        ('-plugin f.so,arg="a=b" -plugin g.so,arg=c', '-plugin f.so,"a=b" -plugin g.so,c=on'),
        ("-usb -usbdevice disk:x.img", "-usb -usb -drive if=none,id=usbdisk0,file=x.img -device usb-storage,drive=usbdisk0"),
        ("""-blockdev '{"driver": "qcow2", "backing": ""}'""", """-blockdev '{"driver": "qcow2", "backing": null}'"""),
        ("-cpu max,pcommit=on,+avx", "-cpu max,+avx"),
        ("-iscsi user=u,password=a,,b", "-object secret,id=iscsisec0,data=a,,b -iscsi user=u,password-secret=iscsisec0"),
        ("-device nvme,serial=x,num_queues=1", "-device nvme,serial=x,num_queues=1"),
    ],
)  # fmt: skip
def test_a_script_is_fixed(bad: str, good: str) -> None:
    assert fixed(f"qemu-system-x86_64 {bad}\n") == f"qemu-system-x86_64 {good}\n"


@pytest.mark.parametrize("program", ["/usr/libexec/qemu-kvm", "kvm", "$QEMU"])
@pytest.mark.parametrize("option", ["-tb-size 64", "-singlestep", "-no-kvm"])
def test_no_accelerator_is_given_where_the_program_may_have_another(program: str, option: str) -> None:
    assert fixed(f"{program} -m 1 {option} -display none\n") == f"{program} -m 1 {option} -display none\n"


@pytest.mark.parametrize(
    ("device", "kept_on", "gone_on"),
    [("virtio-blk-pci,drive=d,scsi=off", "==7.2", "==10.0"), ("nvme,serial=x,use-intel-id=off", "==10.0", "==11.1")],
)
def test_what_old_machine_types_have_on_by_themselves_stays_off(device: str, kept_on: str, gone_on: str) -> None:
    text = f"qemu-system-x86_64 -M pc-i440fx-2.4 -device {device}\n"
    assert fixed(text, qemu=kept_on, unsafe=False) == text
    assert fixed(text, qemu=gone_on, unsafe=False) == text.replace("," + device.rsplit(",", 1)[-1], "")


def test_no_accelerator_is_given_beside_the_one_of_libvirt() -> None:
    text = (
        "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name>"
        "<qemu:commandline><qemu:arg value='-singlestep'/><qemu:arg value='-snapshot'/></qemu:commandline></domain>"
    )
    assert fixed(text, "a.xml") == text


@pytest.mark.parametrize(
    ("words", "qemu", "is_fixed"),
    [
        ("-runas nobody", ">=10.0", True),
        ("-runas nobody", ">=7.2", False),  # 7.2 has no -run-with
        ("-chardev socket,id=c,path=p,reconnect=1", ">=9.2", True),
        ("-chardev socket,id=c,path=p,reconnect=1", ">=9.1", False),
        ("-name x,debug-threads=on", ">=10.0", False),  # 10.0 names its threads
        ("-no-hpet", ">=5.2", True),
        ("-no-hpet", ">=4.2", False),  # not asked
        ("-mon chardev=c", ">=11.0", False),
        ("-mon chardev=c", "==11.1", True),
    ],
)
def test_a_fix_is_applied_only_where_all_releases_take_the_new_form(words: str, qemu: str, is_fixed: bool) -> None:
    text = f"qemu-system-x86_64 -m 1 {words}\n"
    assert (fixed(text, qemu=qemu) != text) is is_fixed


def test_elements_of_xml_are_put_in_with_their_line_ends() -> None:
    lines = [
        "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>", "  <qemu:commandline>",
        "    <qemu:arg value='-localtime'/>", '    <qemu:arg value="-portrait"/>', "    <qemu:arg value='-m'/>",
        "    <qemu:arg value='1G'/>", "  </qemu:commandline>", "</domain>", "",
    ]  # fmt: skip
    after = fixed("\r\n".join(lines), "guest.xml").split("\r\n")
    assert after[2:4] == ["    <qemu:arg value='-rtc'/>", "    <qemu:arg value='base=localtime'/>"]
    assert len(after) == len(lines) + 1  # one more; the one in other quotes stays


def test_words_become_options() -> None:
    assert list(split_options(["-a", "x", "-b", "-c", "y"])) == [["-a", "x"], ["-b"], ["-c", "y"]]
    assert list(split_options([])) == []


OLD = [row.options[0] for row in rows("option") if row.values is None and not row.where]
WORD = st.sampled_from(
    ["-m 1G", "-snapshot", "-serial tcp::1,server=on", "-smp 2,sockets=0", "-name $X", '"$Y"', "-display gtk"]
)
OPTION = st.sampled_from(OLD).map(
    lambda name: f"{name} x" if name in ("-chroot", "-runas", "-watchdog", "-tftp") else name
)


@given(st.lists(st.one_of(WORD, OPTION), min_size=1, max_size=6), st.sampled_from([" ", " \\\n  ", "\t"]))
def test_fixes_leave_words_and_come_to_rest(parts: list[str], between: str) -> None:
    text = between.join(["qemu-system-x86_64", "-m 1G", *parts]) + "\n"
    after = fixed(text)
    assert fixed(after) == after
    kept = [part for part in parts if part.startswith(("-m ", "-serial", "-snapshot", "-name"))]
    words = " ".join(shlex.split(after.replace("\\\n", "")))
    for part in kept:
        assert " ".join(shlex.split(part)) in words
