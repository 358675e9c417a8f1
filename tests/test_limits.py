"""What one file may cost and how much is told of it: nothing that is left out is left out silently."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from benchmarks.hostile import cost as measured
from benchmarks.shapes import DEVICES, SHAPES
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import lint, read, vmlint
from vmlint import formats
from vmlint.columns import CHECKPOINT
from vmlint.formats.shell_parser import parsed
from vmlint.formats.shell_tree import MOST, PART
from vmlint.limits import Limits
from vmlint.qemu.commandline import CommandNode
from vmlint.source import Source

INTERFACE = "<interface type='user'><mac address='52:54:00:00:00:01'/></interface>\n"
END = "</devices></domain>"
COMMAND = "qemu-system-x86_64 -serial tcp::4444,server=on,nowait\n"
RIGHT = "qemu-system-x86_64 -serial tcp::4444,server=on,wait=off\n"
SMALL = Limits(memory=1)
BY_NAME = {shape.name: shape for shape in SHAPES}


def unread(text: str, encoding: str = "utf-8") -> list[tuple[str, str, str]]:
    """The problems of an XML file that is too large: rule, words, and what is marked."""
    data = text.encode(encoding)
    document = formats.read(formats.load("xml"), "x.xml", data, SMALL)
    assert document.roots == ()
    return [
        (
            problem.rule,
            problem.fields.get("looked", problem.fields.get("reason", "")),
            data[slice(*problem.span)].decode(),
        )
        for problem in document.problems
    ]


def test_large_xml_that_is_right_is_told_to_be_right() -> None:
    told = "no rule looked at it but for its syntax and the schema, which are right"
    assert unread(DEVICES + INTERFACE * 2000 + END) == [("file-too-large", told, "")]
    network = (
        "<network><name>a</name><dns>" + "<host ip='10.0.0.1'><hostname>a</hostname></host>" * 2000 + "</dns></network>"
    )
    assert unread(network) == [("file-too-large", told, "")]


def test_the_first_mistake_in_large_xml_is_found_where_it_is() -> None:
    [(rule, words, marked)] = unread(DEVICES + INTERFACE * 3000 + "<foo a='>'/>" + INTERFACE * 3000 + "<bar/>" + END)
    assert rule == "file-too-large"
    assert words.startswith("no rule looked at it; by the schema this is wrong: Element 'foo'")
    assert marked.startswith("<foo a='>")


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("</deices></domain>", "Opening and ending tag mismatch"),
        ("", "Premature end of data"),
        ("<a b=>" + END, "AttValue"),
    ],
)
def test_large_xml_that_is_not_well_formed_is_an_error_with_its_place(rest: str, words: str) -> None:
    text = DEVICES + INTERFACE * 3000
    problem = formats.read(formats.load("xml"), "x.xml", (text + rest).encode(), SMALL).problems[0]
    assert problem.rule == "syntax-error"
    assert words in problem.fields["reason"]
    assert len(text) <= problem.span.start <= len(text) + len(rest)


@pytest.mark.parametrize("piece", ["é", "x&amp;", "x<![CDATA[<a/>]]>", "x<!---->"])
def test_long_text_in_large_xml_is_not_held_against_the_schema(piece: str) -> None:
    text = f"<domain type='kvm'><name>a</name><title>{piece * 100_000}</title></domain>"
    data = (text + "<!--" + "=" * 1000 + "-->").encode()
    problem = formats.read(formats.load("xml"), "x.xml", data, SMALL).problems[0]
    assert problem.fields["looked"] == "no rule looked at it but for its syntax, which is right"


@pytest.mark.parametrize(
    "text",
    [
        (DEVICES + INTERFACE * 1000 + END) * 2,
        DEVICES + "{% for a in b %}" + INTERFACE * 2000 + "{% endfor %}<" + END,
        "<domain type='kvm'" + "".join(f" a{number}=''" for number in range(20_000)) + "/>",
    ],
    ids=["documents", "template", "attributes"],
)
def test_of_other_large_xml_nothing_is_said_but_that_it_was_not_looked_at(text: str) -> None:
    [(rule, words, _)] = unread(text)
    assert (rule, words[:20]) == ("file-too-large", "no rule looked at it")


def test_large_xml_in_utf_16_is_judged_as_well() -> None:
    [(rule, words, _)] = unread(DEVICES + INTERFACE * 3000 + "<foo/>" + END, "utf-16")
    assert rule == "file-too-large"
    assert "Element 'foo'" in words


def test_a_file_too_large_is_told_and_more_can_be_allowed(tmp_path: Path) -> None:
    (tmp_path / "large.sh").write_text(COMMAND * 400)
    (tmp_path / "start.sh").write_text(RIGHT)
    done = vmlint("check", "--limit", "memory=1", cwd=tmp_path)
    assert done.returncode == 1
    assert b"large.sh:1:1: warning[file-too-large] Reading this file may take" in done.stdout
    assert b"more than limits.memory = 1, so no rule looked at it" in done.stdout
    assert b"start.sh" not in done.stdout
    (tmp_path / "vmlint.toml").write_text("[limits]\nmemory = 1\n")
    assert b"file-too-large" in vmlint("check", cwd=tmp_path).stdout
    assert b"file-too-large" not in vmlint("check", "--limit", "memory=900", cwd=tmp_path).stdout


def test_more_findings_than_may_be_listed_are_counted(tmp_path: Path) -> None:
    (tmp_path / "many.sh").write_text(COMMAND * 50)
    done = vmlint("check", "--limit", "findings=3", "--output-format", "json", cwd=tmp_path)
    found = json.loads(done.stdout)["diagnostics"]
    assert [(d["rule"], d["start"]["line"]) for d in found] == [
        *(("short-boolean", line) for line in (1, 2, 3)),
        ("too-many-findings", 3),
    ]
    assert found[-1]["message"].startswith("47 more are found in this file, after the 3 ")
    assert len(lint("many.sh", (COMMAND * 50).encode())) == 50


def test_the_findings_that_come_first_in_the_file_are_kept_in_whatever_order_they_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        f'a = """\n{COMMAND * 9}"""\nb = ["qemu-system-x86_64", "-serial", "tcp::1,server"]\n'
    )
    done = vmlint("check", "--limit", "findings=2", "--output-format", "json", cwd=tmp_path)
    assert [d["start"]["line"] for d in json.loads(done.stdout)["diagnostics"]] == [2, 3, 3]


def test_a_file_larger_than_may_be_read_is_an_error_and_more_can_be_allowed(tmp_path: Path) -> None:
    (tmp_path / "large.xml").write_text(f"{DEVICES}{END}<!--{' ' * (3 << 20)}-->")
    done = vmlint("check", "--limit", "size=2", cwd=tmp_path)
    assert done.returncode == 2
    assert b"large.xml: larger than 2 MiB, the most that is read of a file (limits.size)" in done.stderr
    done = vmlint("check", "--limit", "size=4", "--ignore", "memory-without-unit", cwd=tmp_path)
    assert done.returncode == 0


@pytest.mark.parametrize("given", ["memory", "memory=", "memory=0", "memory=x", "speed=3", "memory=99999999999", "=1"])
def test_a_limit_that_cannot_be_is_a_mistake(tmp_path: Path, given: str) -> None:
    done = vmlint("check", "--limit", given, cwd=tmp_path)
    assert done.returncode == 2
    assert b"is not NAME=NUMBER" in done.stderr


@pytest.mark.parametrize("value", ["0", "-1", "true", '"1"', "1.5"])
def test_a_limit_in_the_configuration_is_a_whole_number(tmp_path: Path, value: str) -> None:
    (tmp_path / "vmlint.toml").write_text(f"[limits]\nfindings = {value}\n")
    done = vmlint("check", cwd=tmp_path)
    assert done.returncode == 2
    assert b"vmlint.toml:2: 'limits.findings' must be a whole number from 1 on" in done.stderr


def test_data_without_options_costs_little_and_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text("[" + '{"a": [1, 2, 3], "host": "qemu"},\n' * 60_000 + "1]")
    done = vmlint("check", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"file-too-large" not in done.stdout


def words_of(script: str) -> list[list[str]]:
    """The words of each QEMU command of a script."""
    roots = read("x.sh", script.encode()).roots
    return [[word.text for word in root.words] for root in roots if isinstance(root, CommandNode)]


PIECES = {
    "commands": RIGHT,
    "comments": "# a\n" + RIGHT,
    "function": "f() {\n  echo a\n  " + RIGHT + "}\n",
    "heredoc": "cat <<E\nx () {\nE\n" + RIGHT,
    "quotes": "echo 'a\n} ( \n'\n" + RIGHT,
    "mistakes": ")\n" + RIGHT,
    "continued": RIGHT.replace(" -serial", " \\\n  -serial"),
    "wide": "# é€\U0001f600\n" + RIGHT,
}


@pytest.mark.parametrize("name", PIECES)
def test_a_long_script_read_in_parts_is_read_as_short_ones_are(name: str) -> None:
    piece = PIECES[name]
    count = 2 * PART // len(piece) + 1
    assert words_of(piece * count) == words_of(piece) * count


def test_a_command_longer_than_a_part_is_read_whole() -> None:
    script = RIGHT + "main() {\n" + RIGHT * (PART // len(RIGHT) + 10) + "}\nmain\n" + RIGHT
    assert words_of(script) == words_of(RIGHT) * (PART // len(RIGHT) + 12)


def test_a_command_that_is_too_long_is_told() -> None:
    before = RIGHT * (PART // len(RIGHT) + 1)
    document = read("x.sh", (before + "qemu-system-x86_64 -append " + "x" * (MOST + PART) + " " + RIGHT).encode())
    assert [problem.rule for problem in document.problems] == ["shell-not-read"]
    assert document.problems[0].span.start == len(before)
    assert len(document.roots) == PART // len(RIGHT) + 1


@pytest.mark.parametrize(
    "text", ["a\n" + "=(b)" * 40_000, "a=(-serial tcp::1,server\n" * 5_000], ids=["list", "arrays"]
)
def test_what_the_parser_takes_out_of_proportion_long_for_is_given_up(text: str) -> None:
    assert parsed(text.encode()) is None
    assert parsed(RIGHT.encode()) is not None, "and then the parser still works"


ENCODINGS = ["utf-8", "utf-16-le", "latin-1", "gbk", "shift_jis", "cp1252"]
BYTES = st.lists(
    st.sampled_from([b"a", b"\n", b"\xc3\xa9", b"\xc3", b"\xf0\x9f\x98\x80", b"\x80", b"\0", b"\xd8\x00", b"a" * 3000]),
    max_size=30,
).map(b"".join)


@given(BYTES, st.sampled_from(ENCODINGS), st.data())
def test_columns_of_long_lines_are_those_of_the_text(data: bytes, encoding: str, choice: st.DataObject) -> None:
    source = Source("x", data * 3, encoding)
    for _ in range(5):
        offset = choice.draw(st.integers(0, len(source.data)))
        position = source.position(offset)
        start = source.line_span(offset).start
        if encoding == "utf-16-le":
            continue  # an offset within a character has no column
        assert position.column == len(source.decode(start, offset)) + 1


def test_columns_in_a_long_line_are_found_in_any_order() -> None:
    text = "é€\U0001f600a" * CHECKPOINT
    source = Source("x", text.encode())
    for at in (len(text) - 1, 5, CHECKPOINT * 3, 17, len(text)):
        assert source.position(len(text[:at].encode())).column == at + 1


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell the most memory")
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("py open", 5_000_000),
        ("sh bars", 1_000_000),
        ("sh open arrays lines", 500_000),
        ("xml small elements", 1_500_000),
        ("xml valid interfaces", 50_000_000),
        ("sh findings", 2_000_000),
        ("xml suppressions", 16_000_000),
        ("xml suppressed names", 50_000_000),
        ("sh suppressions", 6_500_000),
        ("sh suppressed names", 12_000_000),
        ("json list", 3_900_000),
        ("yaml blank folded", 1_600_000),
        ("ps1 array", 2_400_000),
        ("bat lines", 4_300_000),
    ],
)
def test_no_file_takes_more_memory_than_is_promised(tmp_path: Path, name: str, size: int) -> None:
    assert measured(BY_NAME[name], size, tmp_path)[1] <= 300


NAME = "a\x1b[31m\n\u202eb\x07.sh"


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be there")
@pytest.mark.parametrize(
    "style", ["text", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit", "checkstyle"]
)
@pytest.mark.parametrize("name", [NAME.encode(), b"\xff\xfe\x1b]0;x\x07.sh"], ids=["escapes", "not UTF-8"])
def test_no_reporter_prints_a_name_raw(tmp_path: Path, style: str, name: bytes) -> None:
    with open(bytes(tmp_path) + b"/" + name, "wb") as stream:
        stream.write(COMMAND.encode())
    done = vmlint("check", "--output-format", style, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == b""
    assert not {0x1B, 0x07} & {*done.stdout}
    done.stdout.decode("utf-8")


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be", "utf-7", "cp037", "utf-16-be"])
def test_other_encodings_are_told_or_passed_over(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.xml").write_bytes(f"<domain type='kvm'><name>a</name>{COMMAND}</domain>".encode(encoding))
    done = vmlint("check", "a.xml", cwd=tmp_path)
    assert done.returncode in (0, 1)
    assert b"a.xml" in done.stdout
    assert done.stderr == b""


def test_a_device_and_a_pipe_are_told_where_they_are_named_and_never_opened(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.sh")
    done = vmlint("check", "pipe.sh", "/dev/zero", cwd=tmp_path)
    assert done.returncode == 2
    assert b"pipe.sh: neither a file nor a folder" in done.stderr
    assert b"/dev/zero: neither a file nor a folder" in done.stderr


def test_comments_of_a_file_too_large_are_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "x.sh").write_text(COMMAND + "#vmlint:ignore[]\n" * 1000)
    assert b"unused-suppression" in vmlint("check", cwd=tmp_path).stdout
    told = vmlint("check", "--limit", "memory=1", "--output-format", "concise", cwd=tmp_path).stdout
    assert b"file-too-large" in told
    assert b"unused-suppression" not in told


def test_a_million_options_of_one_command_are_told() -> None:
    data = b"qemu-system-x86_64" + b" -serial none" * 1_000_000
    document = formats.read(formats.load("shell"), "x.sh", data)
    assert [problem.rule for problem in document.problems] == ["file-too-large"]
