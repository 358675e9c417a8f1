"""Scripts that cannot be read, or were made to take long."""

from __future__ import annotations

import pytest

from tests.counting import CALLS_A_BYTE, counted_calls
from vmlint.formats import shell
from vmlint.model import Node
from vmlint.qemu.commandline import CommandNode

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
