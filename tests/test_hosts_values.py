"""Values read from host formats know their bytes: spans tile the text, and what is put in is read back."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.counting import CALLS_A_BYTE, counted_calls
from tests.helpers import read
from vmlint.fixer import apply
from vmlint.formats import claim, make_text
from vmlint.formats.builder import utf8
from vmlint.model import Document
from vmlint.qemu.commandline import CommandNode
from vmlint.source import OPAQUE, Piece, Value

HOSTS = {
    "Makefile": "run:\n\tqemu-system-x86_64 -name {} -serial tcp::1,server\n",
    "x.mk": "QEMU_OPTS := -name {} -serial tcp::1,server\n",
    "a.service": "[Service]\nExecStart=/usr/bin/qemu-kvm -name {} -serial tcp::1,server\n",
    "b.service": '[Service]\nEnvironment="X=-name {} -serial tcp::1,server"\n',
    "Dockerfile": "RUN qemu-kvm -name {} -serial tcp::1,server\n",
    "Containerfile": 'CMD ["qemu-kvm", "-name", "{}", "-serial", "tcp::1,server"]\n',
    "justfile": "run:\n    qemu-kvm -name {} -serial tcp::1,server\n",
    "101.conf": "args: -name {} -serial tcp::1,server\n",
    "x.env": "ARGS='-name {} -serial tcp::1,server'\n",
    "x.cmake": "set(X -name {} -serial tcp::1,server)\n",
    "x.bat": "qemu-system-arm.exe -name {} -serial tcp::1,server\r\n",
    "cmdline": "kvm\0-name\0{}\0-serial\0tcp::1,server\0",
    "a.sh": "sh -c \"eval 'qemu-kvm -name {} -serial tcp::1,server'\"\n",
    "b.sh": "cat <<END\nqemu-kvm -name {} -serial tcp::1,server\nEND\n",
    "c.sh": "cat <<END\n[Service]\nExecStart=qemu-kvm -name {} -serial tcp::1,server\nEND\n",
}
PART = st.sampled_from(
    [*"ab0,=/.:+-@%^_$#;~\\'\"{}", " ", "é", "€", "$$", "$(X)", "${X}", "%i", "%%", "\\\n  ", "\\n", "''"]
)
NAMES = st.lists(PART, max_size=6).map("".join)
PUT = st.text(st.sampled_from([*"ab0=$#%\\'\" ", "é"]), min_size=1, max_size=4)


def commands(document: Document) -> list[CommandNode]:
    return [root for root in document.roots if isinstance(root, CommandNode)]


@pytest.mark.parametrize("host", HOSTS)
@settings(deadline=None, max_examples=60)
@given(name=NAMES)
def test_spans_tile_the_text_of_each_word(host: str, name: str) -> None:
    data = (
        HOSTS[host].format(name) if "{}" in HOSTS[host] and "[" not in HOSTS[host] else HOSTS[host].replace("{}", name)
    )
    raw = data.encode()
    for command in commands(read(host, raw)):
        for word in command.words:
            at, end = 0, 0
            for piece in word.pieces:
                assert piece.at == at
                assert end <= piece.start <= piece.end <= len(raw)
                at, end = at + piece.length, piece.end
                if piece.unit:
                    assert raw[piece.start : piece.end].decode() == word.text[piece.at : piece.at + piece.length]
            assert at == len(word.text)


@pytest.mark.parametrize("host", HOSTS)
@settings(deadline=None, max_examples=60)
@given(name=NAMES, put=PUT)
def test_what_is_put_in_is_read_back(host: str, name: str, put: str) -> None:
    """As the port in the last word: all else stays, and the new text is there."""
    raw = HOSTS[host].replace("{}", name).encode()
    before = commands(read(host, raw))
    assume(len(before) == 1 and before[0].words and before[0].words[-1].text == "tcp::1,server")
    word = before[0].words[-1]
    edits = word.replace(5, 6, put)
    if not edits or set(put) & set("$%"):  # those may stand, escaped, and make the word no address that is certain
        return
    (after,) = commands(read(host, apply(raw, edits)))
    assert [each.text for each in after.words] == [*(each.text for each in before[0].words[:-1]), f"tcp::{put},server"]


MAKE_PART = st.sampled_from([*"ab-,=/ '\"\\", "$$", "\\#", "\\\n  ", "\\\\", "é"])


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@settings(deadline=None, max_examples=60)
@given(st.lists(MAKE_PART, max_size=8).map("".join))
def test_values_as_the_real_make_reads_them(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    assume(not text.endswith("\\"))
    folder: Path = tmp_path_factory.mktemp("make")
    (folder / "Makefile").write_text(f"X := a{text}b\n$(info $(X))\nall:;@:\n", "utf-8")
    done = subprocess.run(["make", "-s"], cwd=folder, capture_output=True, check=True)
    line = f"a{text}b"
    value = make_text._value(Value(line, (Piece(0, len(line), 0, len(line), 1, utf8),)), 0)
    assert value.text.replace(OPAQUE, "") == done.stdout.decode().removesuffix("\n")


LARGE = 10_000
HOSTILE = {
    "parentheses": "qemu-kvm $(" + "$(" * LARGE,
    "braces": "qemu-kvm -serial ${" * (LARGE // 10),
    "backslashes": "qemu-kvm -serial tcp::1,server " + "\\" * LARGE,
    "continuations": "qemu-kvm -serial \\\n" * (LARGE // 10),
    "quotes": "X = qemu-kvm -serial " + "\"'" * LARGE,
    "one long line": "qemu-kvm " + "-serial tcp::1,server " * (LARGE // 10),
    "one long word": "qemu-kvm -serial " + "a" * LARGE * 10 + ",server",
    "equal signs": "X" + "=" * LARGE + "-serial tcp::1,server",
    "colons": "unix:" + ":" * LARGE + ",server qemu -serial tcp" + ":" * LARGE,
    "sections": '[chardev "a"]\nx = "y"\n' * (LARGE // 10),
    "unclosed section": '[chardev "' + "a" * LARGE + "\n[Service]\nExecStart=qemu-kvm -serial x\n",
    "heredocs": "RUN <<A <<B\n-serial qemu\n" * (LARGE // 40),
    "interpolations": "qemu-kvm {{" + "{{ x }} {{" * (LARGE // 10),
    "blanks": "qemu-kvm -serial" + " " * LARGE + "\t" * LARGE + "x,server",
    "options without values": "-serial " * LARGE,
    "bytes": bytes(range(256)).decode("latin-1") * 40 + "qemu-kvm -serial x,server",
}
NAMES_OF_HOSTS = (*HOSTS, "x.ps1", "x.exp", "x.log", "x.cfg", "run")
STARTS = {"Makefile": "run:\n\t", "x.mk": "X := ", "a.service": "[Service]\nExecStart=", "Dockerfile": "RUN "} | {
    "b.service": "[Service]\nEnvironment=X=-serial ",
    "Containerfile": 'CMD ["qemu-kvm", "',
    "justfile": "run:\n    ",
    "101.conf": "args: ",
    "x.log": "2024-01-01 10:00:00.000+0000: starting up\nLC_ALL=C ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_take_bounded_work(name: str) -> None:
    for host in NAMES_OF_HOSTS:
        data = (STARTS.get(host, "") + HOSTILE[name]).encode("utf-8", "surrogateescape")
        with counted_calls() as calls:
            format_ = claim(host, data)
            document = format_.parse(host, data) if format_ else None
        assert calls.count <= CALLS_A_BYTE * len(data) + 1000, host
        for command in commands(document) if document else ():
            assert 0 <= command.span.start <= command.span.end <= len(data)


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(NAMES_OF_HOSTS),
    st.lists(
        st.sampled_from(
            ["qemu-kvm ", "-serial ", "tcp::1,server", "\n", "\\\n", "\t", " ", "'", '"', "$", "(", ")", "{", "}", "[", "]",
             "=", "#", "<<E\n", "E\n", "[Service]\n", "ExecStart=", "run:\n", "RUN ", "X=", "\\", "`", "%", "\0", "\r\n", "é", "\udcff"]
        ),
        max_size=30,
    ).map("".join),
)  # fmt: skip
def test_no_file_is_too_odd(host: str, text: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    format_ = claim(host, data)
    for command in commands(format_.parse(host, data)) if format_ else ():
        for word in command.words:
            assert 0 <= word.span().start <= word.span().end <= len(data)
