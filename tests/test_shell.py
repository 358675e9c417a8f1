"""Where QEMU is run in a script, and the exact bytes of what is reported there."""

from __future__ import annotations

import pytest

import vmlint
from vmlint.formats import shell
from vmlint.qemu.commandline import CommandNode, OptionNode

Found = list[tuple[str | None, list[str]]]


def commands(script: str | bytes, path: str = "x.sh") -> list[CommandNode]:
    data = script if isinstance(script, bytes) else script.encode()
    document = shell.parse(path, data)
    assert not document.problems
    return [root for root in document.roots if isinstance(root, CommandNode)]


def found(script: str | bytes, path: str = "x.sh") -> Found:
    return [
        (command.program.text if command.program else None, [word.text for word in command.words])
        for command in commands(script, path)
    ]


def flags(data: bytes, path: str = "x.sh") -> list[tuple[int, str]]:
    """Byte offset and text of each short boolean, which must be those bytes of the file."""
    places = []
    for command in commands(data, path):
        for option in command.children:
            for param in option.params if isinstance(option, OptionNode) else ():
                if param.kind == "flag" and isinstance(option, OptionNode) and option.argument:
                    start, end = option.argument.span(param.start, param.end)
                    places.append((start, data[start:end].decode()))
    return places


ONE: Found = [("qemu-system-x86_64", ["-serial", "tcp::1,server"])]
RUN = "qemu-system-x86_64 -serial tcp::1,server"


@pytest.mark.parametrize(
    "script",
    [
        *(
            RUN,
            f"  {RUN}  # end",
            f"{RUN};",
            f"{RUN} &",
            f"{RUN} && true",
            f"true || {RUN}",
            f"({RUN})",
            f"{{ {RUN}; }}",
        ),
        *(f"! {RUN}", f"x=$({RUN})", f"x=`{RUN}`", f"{RUN} | tee log", f"true | {RUN}", f"coproc {RUN}", f"time {RUN}"),
        *(
            f"if {RUN}; then true; fi",
            f"while {RUN}\ndo true\ndone",
            f"run() {{\n{RUN}\n}}",
            f"case $1 in a) {RUN};; esac",
        ),
        *(f"sudo {RUN}", f"sudo -E -u kvm {RUN}", f"exec {RUN}", f"env -i A=b {RUN}", f"timeout -k 5 10 {RUN}"),
        *(
            f"nice -n 5 {RUN}",
            f"A=1 B='2 3' {RUN}",
            f"{RUN} > log 2>&1",
            f"{RUN} 2>/dev/null < /dev/null",
            f">log {RUN}",
        ),
        *(
            f"/usr/bin/{RUN}"[9:],
            "qemu-system-x86_64 -serial 'tcp::1,server'",
            'qemu-system-x86_64 "-serial" tcp::1",server"',
        ),
        "qemu-system-x86_64 \\\n  -serial \\\n  tcp::1,server\n",
        "qemu-system-x86_64 -serial tcp::1,\\\nserver\n",
        "qemu-system-x86_64 -serial 'tcp::1'\\\n\",server\"\n",
        "qemu-\\\nsystem-x86_64 -serial $'tcp::1,server'\n",
        "qemu-system-x86_64 \\\r\n  -serial tcp::1,server\r\nexit\r\n",
        f"#!/bin/sh\r\n{RUN}\r\n",
        f"#!/bin/sh\n# é \U0001f600\n{RUN}\n",
        f"echo 'don'\\''t'\n{RUN}\n",
    ],
)
def test_a_command_in_many_places(script: str) -> None:
    assert found(script) == ONE


@pytest.mark.parametrize(
    ("program", "text"),
    [
        *(("/usr/bin/qemu-system-i386", "/usr/bin/qemu-system-i386"), ("qemu-kvm", "qemu-kvm"), ("kvm", "kvm")),
        *(("/usr/libexec/qemu-kvm", "/usr/libexec/qemu-kvm"), ("./qemu", "./qemu"), ("qemu.exe", "qemu.exe")),
        *(
            ("$QEMU", "￼"),
            ('"$QEMU"', "￼"),
            ("${QEMU}", "￼"),
            ('"${QEMU:-qemu-system-x86_64}"', "￼"),
            ("$qemu_bin", "￼"),
        ),
        *(
            ("$QEMU_SYSTEM", "￼"),
            ("qemu-system-$ARCH", "qemu-system-￼"),
            ("$DIR/qemu-system-$(uname -m)", "￼/qemu-system-￼"),
        ),
        *(
            ("sudo $KVM", "￼"),
            ("sudo kvm", "kvm"),
            ("$SUDO kvm", "kvm"),
            ("exec -a vm kvm", "kvm"),
            ("xvfb-run kvm", "kvm"),
        ),
    ],
)
def test_programs(program: str, text: str) -> None:
    assert found(f"{program} -serial tcp::1,server\n") == [(text, ["-serial", "tcp::1,server"])]


@pytest.mark.parametrize(
    "script",
    [
        *(
            "apt install qemu-system-x86 -y",
            "sudo apt-get install -y qemu-kvm -serial tcp::1,server",
            "which qemu-kvm -a",
        ),
        f"git commit -m '{RUN}'",
        *(
            f"# {RUN}",
            f": # {RUN}",
            "command -v qemu-system-x86_64 -serial x",
            "type -p qemu-system-x86_64",
            "man qemu -k",
        ),
        *("stratovirt -serial tcp::1,server", "sudo $STRATOVIRT -serial tcp::1,server"),
        *("virt-install --virt-type kvm --serial tcp::1,server", "socat - unix:/x,server"),
        *("usermod -aG kvm -serial tcp::1,server", "qemu-img create -f qcow2 x", "minicom -serial /dev/ttyS0,raw"),
        *("$QEMU_IMG_DIR -serial x", "args=(-serial)", "names=(kvm0 -x)", ""),
    ],
)
def test_what_runs_no_qemu(script: str) -> None:
    assert found(script) == []


@pytest.mark.parametrize(
    "before",
    [
        *("echo", "sudo echo", "/bin/echo", "run_vm", "./start.sh --fast", "set --", 'set -- "$@"', "add_opts", "$VM"),
        *("docker run --device /dev/kvm x", "env A=/usr/bin/kvm x", "make qemu", "$QEMU_ARGS", 'sudo "${CMD[@]}"'),
    ],
)
def test_options_with_values_of_qemus_grammar_whoever_passes_them_on(before: str) -> None:
    assert found(f"{before} -serial tcp::1,server") == [(None, ["-serial", "tcp::1,server"])]


@pytest.mark.parametrize(
    "script",
    [
        *(f'echo "{RUN}"', f"'{RUN}'", f'X="{RUN}"', f"x='{RUN}'", f"sh -c '{RUN}'", f'bash -c "exec {RUN}"'),
        *(f"su - kvm -c '{RUN}'", f"ssh host '{RUN}'", f'ssh -p 22 root@host "sudo {RUN} &"', f"tmux new -d '{RUN}'"),
        *(f'eval "{RUN}"', f"export CMD='{RUN}'", f'local x="{RUN}"', f"nix-shell --run '{RUN}'"),
    ],
)
def test_commands_in_quotes(script: str) -> None:
    assert found(script) == ONE


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("QEMU+=( -serial tcp::1,server )", [(None, ["-serial", "tcp::1,server"])]),
        ("args=(-serial 'tcp::1,server')", [(None, ["-serial", "tcp::1,server"])]),
        ("cmd=(qemu-system-x86_64 -serial tcp::1,server)", ONE),
        ('cmd=("$QEMU" -serial tcp::1,server)', [("￼", ["-serial", "tcp::1,server"])]),
        ("local -a QEMU=(\n  -nographic # a\n  # -serial stdio\n  -m 1\n)", [(None, ["-nographic", "-m", "1"])]),
        ("QEMU_ARGS=(-a\n\n# b\\ c\n-d)", [(None, ["-a", "-d"])]),
    ],
)
def test_arrays(script: str, expected: Found) -> None:
    assert found(script) == expected


def test_the_environment_of_a_command() -> None:
    (command,) = commands("A='b c' QEMU_AUDIO_DRV=none qemu-system-x86_64 -S\n")
    env = [(node.value("name"), node.value("value")) for node in command.children if node.name == "env"]
    expected = [("A", "b c"), ("QEMU_AUDIO_DRV", "none")]
    assert [(name.text, value.text) for name, value in env if name and value] == expected


# Bytes


@pytest.mark.parametrize(
    "before",
    [
        *(
            b"",
            b"#!/bin/sh\n",
            "# é€\U0001f600\n".encode(),
            b"# \xff\xfe caf\xe9\n",
            b"cd /caf\xe9\n",
            "echo 'é'; ".encode(),
        ),
        *(
            b"echo \xf0\x9f\n",
            "é=1 ".encode()[2:],
            b"x='\n\n'\r\n",
            "# é\n".encode() * 5000,
            b"cat <<E\nkvm\n\xe9\nE\n",
        ),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        b"qemu-system-x86_64 -serial tcp::1,server,nowait\n",
        "qemu-system-x86_64 -name é€ -serial \"tcp:é:1\",'server',$X,nowait".encode(),
        b"qemu-system-x86_64 -drive file=/caf\xe9/x -serial unix:/caf\xe9,server,nowait\n",
        b"qemu-system-x86_64 -serial unix:$X,server\\\n,nowait\r\n",
    ],
)
def test_flags_stand_where_they_are_said_to(before: bytes, command: bytes) -> None:
    data = before + command
    expected = [(data.index(name), name.decode()) for name in (b"server", b"nowait")]
    assert [place for place in flags(data) if place[1] != "$X"] == expected


LIBVIRT = r"""LC_ALL=C \
PATH=/bin \
HOME=/var/lib/libvirt/qemu/domain--1-guest \
/usr/bin/qemu-system-x86_64 \
-name guest=guest,debug-threads=on \
-object '{"qom-type":"secret","id":"s"}' \
-chardev socket,id=charmonitor,path=/var/lib/libvirt/qemu/domain--1-guest/monitor.sock,server=on,wait=off \
-msg timestamp=on
"""


def test_args_files_of_libvirt() -> None:
    (command,) = commands(LIBVIRT, "x.args")
    names = [node.name for node in command.children]
    assert names == ["env"] * 3 + ["-name", "-object", "-chardev", "-msg"]
    assert command.words[3].text == '{"qom-type":"secret","id":"s"}'


@pytest.mark.parametrize("newline", ["\n", "\r\n", " \\\n"])
def test_args_files_with_options_only(newline: str) -> None:
    data = f"-nographic{newline}-serial tcp::1,server{newline}".encode()
    assert shell.claims("x.args", data)
    assert [word for _, words in found(data, "x.args") for word in words] == ["-nographic", "-serial", "tcp::1,server"]
    assert flags(data, "x.args") == [(data.index(b"server"), "server")]


@pytest.mark.parametrize(
    ("path", "head", "claimed"),
    [
        ("x.sh", b"kvm -S", True),
        ("x", b"#!/bin/bash\nqemu-system-x86_64 \\\n  -S", True),
        ("x", b"#!/usr/bin/env sh\nexec $QEMU -m 1G", True),
        ("x", b"#!/bin/sh\napt install qemu", False),
        ("x", b"qemu-system-x86_64", False),
        ("x.sh", b"echo hello", False),
        ("x.args", b"  -drive file=x", True),
        ("x.py", b"#!/usr/bin/python3\nqemu", False),
    ],
)
def test_claims(path: str, head: bytes, claimed: bool) -> None:
    assert shell.claims(path, head) is claimed


def test_eval_reads_its_words_a_second_time() -> None:
    assert found("eval qemu-system-x86_64 -serial tcp::1,server\\$x,nowait\n") == []


@pytest.mark.parametrize("word", ["path=$VM,no$X,$Y", "path=$VM/a$X/$Y,server=on", "$A-b$B-c$C", "path=${VM}x$X,no$Y"])
def test_a_variable_between_others_is_never_text(word: str) -> None:
    """The grammar takes `$X` of `$VM,no$X,$Y` for text (tree-sitter-bash 0.25.1)."""
    report = vmlint.check_text(f"qemu-system-x86_64 -chardev socket,id=c,server=on,{word}\n", "a.sh")
    assert report.diagnostics == []
