"""Comments that switch rules off, in XML and in host formats; and those that switch nothing off."""

from __future__ import annotations

import time

import pytest

import vmlint
from vmlint.model import Document, Report
from vmlint.source import Source
from vmlint.suppress import suppressions

LINE = "qemu-system-x86_64 -qmp unix:q.sock,server -serial unix:s.sock,server\n"


def look(text: str | bytes, path: str = "start.sh") -> Report:
    return vmlint.check_text(text, path)


def left(text: str | bytes, path: str = "start.sh") -> tuple[list[str], int]:
    """Rules of what is still reported, and how much is switched off."""
    report = look(text, path)
    return [diagnostic.rule for diagnostic in report.diagnostics], report.suppressed


@pytest.mark.parametrize("names", ["short-boolean", "options", "short-boolean, unknown-flag", " short-boolean "])
def test_a_comment_covers_the_command_on_the_next_line(names: str) -> None:
    assert left(f"# vmlint: ignore[{names}] old QEMU\n{LINE}{LINE}") == (["short-boolean"] * 2, 2)


def test_it_covers_all_lines_of_the_command() -> None:
    command = LINE.replace(" -serial", " \\\n    -serial")
    assert left(f"# vmlint: ignore[short-boolean]\n{command}") == ([], 2)


def test_it_covers_a_list_that_the_next_line_opens() -> None:
    listed = "qemu_args=(\n  -qmp unix:q.sock,server\n  -serial unix:s.sock,server\n)\n"
    assert left(f"# vmlint: ignore[short-boolean]\n{listed}") == ([], 2)


def test_inside_a_list_it_covers_the_option_that_follows() -> None:
    listed = "qemu_args=(\n  -qmp unix:q.sock,server\n  # vmlint: ignore[short-boolean] why\n  -serial unix:s.sock,server\n)\n"
    assert left(listed) == (["short-boolean"], 1)


def test_at_the_end_of_a_line_it_covers_that_line() -> None:
    assert left(LINE.strip() + f"  # vmlint: ignore[short-boolean]\n{LINE}") == (["short-boolean"] * 2, 2)


def test_a_file_comment_covers_the_file() -> None:
    assert left(f"{LINE}{LINE}# vmlint: ignore-file[short-boolean] generated\n") == ([], 4)


def test_other_rules_stay() -> None:
    assert left(f"# vmlint: ignore[unknown-flag]\n{LINE}")[0] == [
        "unused-suppression",
        "short-boolean",
        "short-boolean",
    ]


GUEST = """<domain type='kvm'>
  <devices>
    {}<interface type='bridge'><model type='e1000e'/><teaming type='persistent'/><alias name='ua-a'/></interface>
    <interface type='bridge'><model type='rtl8139'/><teaming type='persistent'/><alias name='ua-b'/></interface>
  </devices>
</domain>
"""
RULE = "teaming-persistent-not-virtio"


@pytest.mark.parametrize("after", ["", "\n    ", "\n\n    <!-- more -->\n    "])
def test_in_xml_a_comment_covers_the_next_element(after: str) -> None:
    text = GUEST.format(f"<!-- vmlint: ignore[{RULE}] lab -->{after}")
    assert [d.span.start for d in look(text, "g.xml").diagnostics if d.rule == RULE] == [text.index("rtl8139")]


def test_before_the_root_it_covers_the_document() -> None:
    assert RULE not in left(f"<!-- vmlint: ignore[{RULE}] -->\n{GUEST.format('')}", "g.xml")[0]


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig"])
def test_in_other_encodings(codec: str) -> None:
    text = GUEST.format(f"\n    <!-- é vmlint --><!-- vmlint: ignore[{RULE}] -->\n    ")
    data = text.encode(codec)
    assert [d.rule for d in look(data, "g.xml").diagnostics].count(RULE) == 1


def test_unused_is_reported_with_its_place_and_removed_by_its_fix() -> None:
    text = "qemu-system-x86_64 -S  # vmlint: ignore[short-boolean] é\n"
    (found,) = look(text).diagnostics
    assert found.rule == "unused-suppression"
    assert found.source.decode(*found.span) == "# vmlint: ignore[short-boolean] é"
    assert found.fix is not None
    assert found.fix.safety == "safe"
    (edit,) = found.fix.edits
    data = text.encode()
    assert data[: edit.start] + edit.text + data[edit.end :] == b"qemu-system-x86_64 -S\n"


def test_unused_is_not_said_of_a_rule_that_does_not_run() -> None:
    text = "# vmlint: ignore[short-boolean]\nqemu-system-x86_64 -S\n"
    assert vmlint.check_text(text, "a.sh", select=["unknown-flag"]).diagnostics == []
    assert vmlint.check_text(text, "a.sh", ignore=["unused-suppression"]).diagnostics == []


def test_an_unknown_rule_is_told() -> None:
    (found,) = look("# vmlint: ignore[short-bolean]\nqemu-system-x86_64 -S\n").diagnostics
    assert "short-bolean" in found.message
    assert found.fix is None


@pytest.mark.parametrize(
    "text", ["echo vmlint: ignore[short-boolean]\n", "# vmlint: ignore\n", "# vmlint: ignored[x]\n"]
)
def test_what_is_no_such_comment(text: str) -> None:
    assert left(text + LINE) == (["short-boolean"] * 2, 0)


HOSTS = {
    "start.sh": ("#", "qemu-kvm -qmp unix:q,server\n"),
    "x.args": ("#", "-nodefaults -qmp unix:q,server\n"),
    "x.fish": ("#", "qemu-kvm -qmp unix:q,server\n"),
    "Makefile": ("#", "ARGS := -qmp unix:q,server\n"),
    "rules.mk": ("#", "run:\n\tqemu-kvm -qmp unix:q,server\n"),
    "justfile": ("#", "run:\n    qemu-kvm -qmp unix:q,server\n"),
    "vm.service": ("#", "[Service]\nExecStart=qemu-kvm -qmp unix:q,server\n"),
    "b.service": (";", "[Service]\nExecStart=qemu-kvm -qmp unix:q,server\n"),
    "vm.env": ("#", "ARGS='-qmp unix:q,server'\n"),
    "conf.d/qemu": ("#", 'ARGS="-qmp unix:q,server"\n'),
    "101.conf": ("#", "args: -qmp unix:q,server\n"),
    "vm.bb": ("#", 'QB_OPT = "-qmp unix:q,server"\n'),
    "Dockerfile": ("#", 'CMD ["qemu-kvm", "-qmp", "unix:q,server"]\n'),
    "vm.cfg": ("#", '[drive]\n  file = "a.img"\n  if = "virtio"\n  readonly = "ON"\n'),
    "x.cmake": ("#", "set(A -qmp unix:q,server)\n"),
    "x.bat": ("rem", "qemu-system-arm -qmp unix:q,server\n"),
    "y.cmd": ("::", "qemu-system-arm -qmp unix:q,server\n"),
    "x.ps1": ("#", "qemu-system-arm -qmp unix:q,server\n"),
    "x.py": ("#", 'x = ["-qmp", "unix:q,server"]\n'),
    "x.go": ("//", 'x := []string{"-qmp", "unix:q,server"}\n'),
    "x.rs": ("//", 'let x = ["-qmp", "unix:q,server"];\n'),
    "x.ts": ("//", 'x = ["-qmp", "unix:q,server"]\n'),
    "x.c": ("//", 'x = {"-qmp", "unix:q,server"};\n'),
    "Vagrantfile": ("#", 'x = ["-qmp", "unix:q,server"]\n'),
    "x.pl": ("#", 'my @x = ("-qmp", "unix:q,server");\n'),
    "x.nix": ("#", '{ x = [ "-qmp" "unix:q,server" ]; }\n'),
    "x.lua": ("--", 'x = {"-qmp", "unix:q,server"}\n'),
    "x.hs": ("--", 'x = ["-qmp", "unix:q,server"]\n'),
    "x.el": (";;", '(list "-qmp" "unix:q,server")\n'),
    "x.jsonc": ("//", '["-qmp", "unix:q,server"]\n'),
    "x.toml": ("#", 'x = ["-qmp", "unix:q,server"]\n'),
    ".cargo/config": ("#", 'runner = "qemu-system-arm -qmp unix:q,server"\n'),
    "x.pkr.hcl": ("#", 'x = [["-qmp", "unix:q,server"]]\n'),
    "x.yaml": ("#", 'x: ["-qmp", "unix:q,server"]\n'),
    "user-data": ("#", "#cloud-config\nruncmd:\n  - qemu-kvm -qmp unix:q,server\n"),
    "x.md": ("<!--", "    $ qemu-kvm -qmp unix:q,server\n"),
    "x.rst": ("..", "::\n\n    $ qemu-kvm -qmp unix:q,server\n"),
    "x.adoc": ("//", "    $ qemu-kvm -qmp unix:q,server\n"),
    "x.org": ("#", "  qemu-kvm -qmp unix:q,server\n"),
}


@pytest.mark.parametrize("path", HOSTS)
def test_each_host_format_has_a_comment_for_it(path: str) -> None:
    sign, text = HOSTS[path]
    *before, last = text.splitlines(keepends=True)
    assert len(left(text, path)[0]) == 1
    end = " -->" if sign == "<!--" else ""
    indent = last[: len(last) - len(last.lstrip())] if sign != ".." else ""
    line = f"{indent}{sign} vmlint: ignore[short-boolean, boolean-not-on-or-off] why{end}\n"
    assert left("".join([*before, line, last]), path) == ([], 1)
    whole = f"{sign} vmlint: ignore-file[short-boolean, boolean-not-on-or-off] why{end}\n"
    assert left((before[0] + whole + "".join([*before[1:], last])) if path == "user-data" else whole + text, path) == (
        [],
        1,
    )


@pytest.mark.parametrize(
    "line",
    [
        "# vmlint: ignore[x]" + " " * 100_000 + "y",
        "# vmlint: ignore[" * 20_000,
        "<domain>" + "<!-- vmlint: ignore[x] -->" * 5_000 + "</domain>",
        "/* vmlint: ignore[x] */" * 5_000,
        "# vmlint: ignore[x] " + "-- " * 50_000,
    ],
    ids=["blanks", "names without an end", "XML comments", "C comments", "half of an end"],
)
def test_a_long_line_of_comments_takes_no_longer_than_its_length_asks_for(line: str) -> None:
    source = Source("start.sh", f"{LINE}{line}\n".encode())
    started = time.process_time()
    suppressions(Document(source, "", ()))
    assert time.process_time() - started < 1


@pytest.mark.parametrize("kind", ["ignore", "ignore-file"])
def test_half_of_a_comment_is_never_taken_out(kind: str) -> None:
    text = f"<domain type='kvm'>\n  <!-- vmlint: {kind}[unknown-element]\n       why -->\n  <devices/>\n</domain>\n"
    (unused,) = (found for found in look(text, "a.xml").diagnostics if found.rule == "unused-suppression")
    assert unused.fix is None
    used = text.replace("<devices/>", "<bogus/>")
    assert left(used, "a.xml") == ([], 1)


def test_the_reason_may_stand_on_the_next_line() -> None:
    for words, expected in (("why -->", True), ("-->\n why", False)):
        source = Source("a.xml", f"<!-- vmlint: ignore[x]\n  {words}\n<domain/>\n".encode())
        (comment,) = suppressions(Document(source, "xml", ()))
        assert comment.has_reason is expected
