"""Where QEMU is run in a script, and the exact bytes of what is reported there."""

from __future__ import annotations

import pytest

import vmlint
from tests.counting import CALLS_A_BYTE, counted_calls
from vmlint.fixer import apply
from vmlint.formats import shell
from vmlint.model import Node
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


HEREDOC = 'cat > start.sh <<{end}\n#!/bin/sh\nexec qemu-system-x86_64 {argument} "\\$@"\nEOF\n'


@pytest.mark.parametrize(
    ("end", "argument", "text"),
    [
        ("'EOF'", "-serial unix:$DIR/é,server", "unix:￼/é,server"),
        ("EOF", "-serial unix:$DIR/é,server", "unix:￼/é,server"),
        ("EOF", "-serial unix:\\$DIR/é,server", "unix:￼/é,server"),
        ("EOF", "-serial 'unix:\\$DIR/é',server", "unix:$DIR/é,server"),
        ("EOF", "\\\\\n  -serial unix:/a\\\\ b,server", "unix:/a b,server"),
        ("EOF", "-serial \\\nunix:/a,server", "unix:/a,server"),
        ('"EOF"', "-serial unix:/a,server", "unix:/a,server"),
        ("\\EOF", "\\\n -serial unix:/a,server", "unix:/a,server"),
    ],
)
def test_heredocs_that_hold_a_script(end: str, argument: str, text: str) -> None:
    data = HEREDOC.format(end=end, argument=argument).encode()
    ((program, words),) = found(data)
    assert (program, words[:2]) == ("qemu-system-x86_64", ["-serial", text])
    assert flags(data) == [(data.index(b"server"), "server")]


def test_a_fix_in_a_heredoc_is_written_in_its_quoting() -> None:
    data = HEREDOC.format(end="EOF", argument='-serial "unix:/a,server"').encode()
    (command,) = commands(data)
    argument = command.words[1]
    after = apply(data, argument.replace(5, 7, '/$"'))
    assert after == data.replace(b"unix:/a", b'unix:/\\\\\\$\\\\"')
    assert found(after)[0][1][1] == 'unix:/$",server'


def test_tabs_that_a_heredoc_drops() -> None:
    data = b"if true; then\n\tcat <<-EOF\n\t\tkvm -serial 'unix:\n\t\tx,server'\n\tEOF\nfi\n"
    assert found(data) == [("kvm", ["-serial", "unix:\nx,server"])]
    assert flags(data) == [(data.index(b"server"), "server")]


def test_nested_heredocs() -> None:
    data = b"cat <<'ALL'\ncat <<EOF\nkvm -serial 'unix:\\$X,server'\nEOF\nkvm -serial unix:/b,nowait\nALL\n"
    assert found(data) == [("kvm", ["-serial", "unix:$X,server"]), ("kvm", ["-serial", "unix:/b,nowait"])]
    assert [name for _, name in flags(data)] == ["server", "nowait"]


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


# What cannot be read


@pytest.mark.parametrize(
    "tail",
    [
        *('kvm -serial "tcp::1,server\n', "kvm -serial 'tcp::1,server\n", "kvm -serial $(x tcp::1,server\n"),
        *("qemu=(-serial tcp::1,server\n", "kvm -serial `x\n", "cat <<EOF\nEOF2\nkvm -serial tcp::1,server\n"),
    ],
)
def test_what_is_not_closed_is_told_and_left_alone(tail: str) -> None:
    document = shell.parse("x.sh", f"kvm -S\n{tail}".encode())
    assert [problem.rule for problem in document.problems][:1] == ["shell-not-read"]
    assert all(0 < problem.span.start <= len(tail) + 7 for problem in document.problems)
    words = [word.text for root in document.roots if isinstance(root, CommandNode) for word in root.words]
    assert words in (["-S"], [])


def test_text_in_a_heredoc_is_no_script_that_fails() -> None:
    assert found("cat <<EOF\nDon't run qemu (as root\nEOF\nkvm -S\n") == [("kvm", ["-S"])]


def test_a_command_whose_words_are_not_sure_is_left_alone_and_told() -> None:
    document = shell.parse("start.sh", b"kvm -name a \\ b -serial tcp::1,server\n")  # the grammar loses the blank
    assert document.roots == ()
    assert [(problem.rule, problem.span) for problem in document.problems] == [("shell-not-read", (0, 0))]


HOSTILE = {
    "brackets": b"kvm " + b"(" * 10_000,
    "substitutions": b"kvm " + b"$(" * 5_000,
    "braces": b"kvm " + b"{" * 20_000 + b",",
    "brace lists": b"kvm " + b"{a," * 20_000,
    "quotes": b"kvm '" + b"\"'" * 20_001,
    "backslashes": b"kvm " + b"\\" * 100_001,
    "words, not ASCII": b"kvm " + "-é é ".encode() * 5_000,
    "heredocs": b"kvm <<A <<B\n" * 2_000,
    "heredoc in heredoc": b"".join(b"cat <<E%d\nqemu\n" % n for n in range(200)),
    "dollars": b"cat <<E\nkvm " + b"${" * 20_000 + b"\nE\n",
    "backquotes": b"cat <<E\nkvm " + b"`" * 20_001 + b"\nE\n",
    "tildes": b"kvm a=" + b"~:" * 10_000,
    "zeros": b"kvm \0 -serial tcp::1\0,server\n",
    "random": bytes(range(256)) * 100 + b"kvm",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_scripts_take_bounded_work(name: str) -> None:
    with counted_calls() as calls:
        document = shell.parse("x.sh", HOSTILE[name])
    stack: list[Node] = list(document.roots)
    while stack:
        node = stack.pop()
        assert 0 <= node.span.start <= node.span.end <= len(HOSTILE[name])
        stack.extend(node.children)
    assert calls.count <= CALLS_A_BYTE * len(HOSTILE[name]) + 1000


def test_eval_reads_its_words_a_second_time() -> None:
    assert found("eval qemu-system-x86_64 -serial tcp::1,server\\$x,nowait\n") == []


@pytest.mark.parametrize("word", ["path=$VM,no$X,$Y", "path=$VM/a$X/$Y,server=on", "$A-b$B-c$C", "path=${VM}x$X,no$Y"])
def test_a_variable_between_others_is_never_text(word: str) -> None:
    """The grammar takes `$X` of `$VM,no$X,$Y` for text (tree-sitter-bash 0.25.1)."""
    report = vmlint.check_text(f"qemu-system-x86_64 -chardev socket,id=c,server=on,{word}\n", "a.sh")
    assert report.diagnostics == []
