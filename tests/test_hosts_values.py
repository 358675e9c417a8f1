"""Values read from host formats know their bytes: spans tile the text, and what is put in is read back."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.helpers import read
from vmlint.fixer import apply
from vmlint.formats import make
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
    value = make._value(Value(line, (Piece(0, len(line), 0, len(line), 1, utf8),)), 0)
    assert value.text.replace(OPAQUE, "") == done.stdout.decode().removesuffix("\n")
