"""Commands in heredocs, and fixes in their quoting."""

from __future__ import annotations

import pytest

from tests.test_shell import commands, flags, found
from vmlint.fixer import apply

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


def test_text_in_a_heredoc_is_no_script_that_fails() -> None:
    assert found("cat <<EOF\nDon't run qemu (as root\nEOF\nkvm -S\n") == [("kvm", ["-S"])]
