"""String literals and scalars: decoded as their languages do, and written so that they read back."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from tests.counting import CALLS_A_BYTE, counted_calls
from tests.helpers import lint_and_fix
from tests.test_hosts import CASES, Case
from vmlint.fixer import apply
from vmlint.formats import claim, literals, text, yaml
from vmlint.formats.literal_languages import BY_NAME
from vmlint.formats.literal_lexer import lex
from vmlint.formats.spans import whole
from vmlint.formats.yaml_tree import read_yaml
from vmlint.source import OPAQUE, Edit, Source, Text, Value

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PLAIN = st.text("abcXYZ019 =,:/.-_é€😀'\"\\\t\n`#$%{}<>@~", max_size=12)
NEW = st.text("abc=,:/.-_é'\"\\`#$%{}", min_size=1, max_size=6)
UNFILLED = set("{}%$@<>`#")
"""Signs that may begin a placeholder, which is not what a program reads."""


def strings(source: str, language: str) -> list[Value]:
    value = whole(Text(Source("x", source.encode())))
    return [token.value for token in lex(value, BY_NAME[language]) if token.value is not None]


def scalars(source: str) -> list[Value]:
    root, _ = read_yaml(whole(Text(Source("x", source.encode()))))
    return [item for group in root.groups() for item in group.items if isinstance(item, Value)]


def written(source: str, edits: tuple[Edit, ...]) -> str:
    return apply(source.encode(), list(edits)).decode()


@pytest.mark.parametrize(
    ("language", "source", "text_"),
    [
        ("python", r'"a\x41\u00e9\101\N{BULLET}\d\"\'"', f"aAéA{OPAQUE}\\d\"'"),
        ("python", "'a\\\nb'", "ab"),
        ("python", r"r'a\'b\n'", r"a\'b\n"),
        ("python", "f\"{a['x']!r:>{w}}b{{c}}\"", f"{OPAQUE}b{OPAQUE}"),
        ("python", 'b"x"', "x"),
        ("go", '"a\\x41\\u00e9\\n"', "aAé\n"),
        ("go", '`a\\n"`', 'a\\n"'),
        ("rust", 'r#"a"b"#', 'a"b'),
        ("rust", '"a\\\n   b\\u{e9}"', "abé"),
        ("javascript", "`a${ f(`b ${c}`) }d`", f"a{OPAQUE}d"),
        ("javascript", r"'it\'s\q'", "it'sq"),
        ("json", r'"\u0041\/\n"', "A/\n"),
        ("ruby", '"a#{h["k"]}b"', f"a{OPAQUE}b"),
        ("ruby", r"'a\n\'b'", r"a\n'b"),
        ("ruby", "%w[a b]", "a b"),
        ("perl", '"$a->{k}[1],${b}@{c}x"', f"{OPAQUE},{OPAQUE}{OPAQUE}x"),
        ("perl", "q{a'b}", "a'b"),
        ("nix", '"a${b "c"}\\${d}"', f"a{OPAQUE}{OPAQUE}"),
        ("nix", "''a''${b}'''c''\\n''", f"a{OPAQUE}''c\n"),
        ("hcl", '"${lookup(m, "k")},x"', f"{OPAQUE},x"),
        ("toml", "'a\\b'", "a\\b"),
        ("toml", '"""a\\\n   b"""', "ab"),
        ("c", r'"a\"\x41"', 'a"A'),
        ("lua", "[[a\\n]]", "a\\n"),
        ("php", '"$a,{$b->c}"', f"{OPAQUE},{OPAQUE}"),
        ("powershell", '"a$b`n$(f "x")"', f"a{OPAQUE}\n{OPAQUE}"),
    ],
)
def test_what_literals_stand_for(language: str, source: str, text_: str) -> None:
    (value,) = strings(f"x = {source}\n", language)
    assert value.text == text_
    assert value.span() != (0, 0)


@given(PLAIN)
def test_python_reads_the_same(content: str) -> None:
    source = repr(content)
    (value,) = strings(source, "python")
    if not UNFILLED & set(content):
        assert value.text == ast.literal_eval(source)


@given(PLAIN, st.booleans())
def test_json_reads_the_same(content: str, ascii_only: bool) -> None:
    source = json.dumps(content, ensure_ascii=ascii_only)
    (value,) = strings(source, "json")
    if not UNFILLED & set(content) and not (ascii_only and "😀" in content):  # two escapes for one character
        assert value.text == json.loads(source)


@given(PLAIN, st.sampled_from(["'", '"', "|", ">", None]))
def test_yaml_reads_the_same(content: str, style: str | None) -> None:
    source = pyyaml.dump({"key": content}, default_style=style, allow_unicode=True)
    found = scalars(source)
    if not UNFILLED & set(content) and content:
        assert [value.text.rstrip("\n") for value in found][1:] == [content.rstrip("\n")]


@pytest.mark.parametrize("language", ["python", "json"])
@given(content=PLAIN, new=NEW, at=st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_what_is_put_into_a_literal_is_read_back(language: str, content: str, new: str, at: tuple[int, int]) -> None:
    source = repr(content) if language == "python" else json.dumps(content)
    (value,) = strings(source, language)
    low, high = sorted(min(place, len(value.text)) for place in at)
    edits = value.replace(low, high, new)
    if edits and OPAQUE not in value.text and not UNFILLED & set(new):
        read = ast.literal_eval if language == "python" else json.loads
        assert read(written(source, edits)) == value.text[:low] + new + value.text[high:]


@given(PLAIN, NEW, st.sampled_from(["'", '"', "|", None]), st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_what_is_put_into_a_scalar_is_read_back(content: str, new: str, style: str | None, at: tuple[int, int]) -> None:
    source = pyyaml.dump(["x", f"a{content}b"], default_style=style, allow_unicode=True)
    value = scalars(source)[-1]
    low, high = sorted(min(place + 1, len(value.text)) for place in at)
    edits = value.replace(low, high, new)
    if edits and OPAQUE not in value.text and high < len(value.text.rstrip("\n")):
        expected = value.text[:low] + new + value.text[high:]
        assert pyyaml.safe_load(written(source, edits))[1].rstrip("\n") == expected.rstrip("\n")


@pytest.mark.parametrize("language", sorted(BY_NAME))
@given(st.text(max_size=40) | st.text("\"'`#{}[]()\\\n\r$%<>=/*-qwrf @ab", max_size=40))
def test_any_text_is_read_in_any_language(language: str, source: str) -> None:
    data = source.encode("utf-8", "surrogatepass")
    value = whole(Text(Source("x", data)))
    ends = [0]
    for token in lex(value, BY_NAME[language]):
        assert ends[-1] <= token.start < token.end <= len(value.text)
        ends.append(token.end)
        if token.value is not None:
            span = token.value.span()
            assert 0 <= span.start <= span.end <= len(data)


def parsed(case: Case, data: bytes) -> object:
    """What the host's own parser makes of a file; None where there is none at hand."""
    suffix = Path(case.name).suffix
    if suffix == ".py":
        return ast.dump(ast.parse(data))
    if suffix == ".json":
        return json.loads(data)
    if suffix in (".yaml", ".yml") or case.name == "user-data":
        return list(pyyaml.safe_load_all(data))
    if suffix == ".toml":
        return tomllib.loads(data.decode())
    if suffix == ".hcl":
        return pytest.importorskip("hcl2").loads(data.decode())
    return None


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.good != case.bad], ids=lambda case: f"{case.name} {case.about}"
)
def test_a_fixed_file_still_parses(case: Case) -> None:
    if "broken" not in case.name and not case.name.endswith(".j2"):
        before, after = parsed(case, case.bad), parsed(case, case.good)
        assert before is None or before != after


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_a_fixed_program_for_node_still_parses(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("spawn('qemu-kvm', ['-serial', `tcp:${'a\\'b'}:1,server=on`, \"it's\"]);\n")
    assert subprocess.run(["node", "--check", "a.js"], cwd=tmp_path, check=False).returncode == 0


HOSTILE = {
    "brackets": "[" * 10_000 + '"-qmp", "unix:x,server"' + "]" * 10_000,
    "open brackets": '["-qmp", "unix:x,server",\n' * 1_000,
    "one line": '{"a": [' + '"-m", "1G", ' * 5_000 + '"-qmp"]}',
    "quotes": "'\"" * 8_000,
    "escapes": '"' + "\\x" * 8_000,
    "holes": '"${' * 5_000 + 'f"{' * 5_000,
    "concatenation": '"a" + ' * 5_000,
    "calls": '.arg("-x")' * 10_000,
    "fences": "```\n" * 5_000,
    "indented": "    x\n\n" * 5_000,
    "templates": "{{ {% " * 5_000,
    "placeholders": '"' + "%(a<b{{" * 5_000 + '"',
    "backquotes": "`a" * 5_000,
    "heredocs": "<<EOF\n" * 10_000,
    "deep YAML": "- " * 5_000 + "x",
    "binary": "\ufffd\x01" * 5_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_take_bounded_work(name: str) -> None:
    data = HOSTILE[name].encode()
    for path in ("x.yaml", "x.md", "x.py", "x.js", "x.rb", "x.rs", "x.nix", "x.c"):
        format_ = {"x.yaml": yaml, "x.md": text}.get(path, literals)
        with counted_calls() as calls:
            document = format_.parse(path, data)
        for root in document.roots:
            assert 0 <= root.span.start <= root.span.end <= len(data)
        assert calls.count <= CALLS_A_BYTE * len(data) + 1000, path


def test_a_value_is_read_only_once() -> None:
    document = literals.parse("x.py", b'a = ["-serial", "tcp::1,server"]\nb = f(["-qmp", "unix:x,server"], "-m")\n')
    assert len(document.roots) == 2


def test_bytes_that_are_no_text_do_not_end_a_yaml_file() -> None:
    data = b'name: "caf\xe9"\nargs: ["-serial", "unix:/\xff\xfe,server", -gdb, "tcp::1,nowait"]\n'
    fixed = lint_and_fix("x.yaml", data).data
    assert fixed == data.replace(b"server", b"server=on").replace(b"nowait", b"wait=off")


def test_each_name_is_claimed_by_its_format() -> None:
    for path in (
        "a.py",
        "b/c.go",
        "Vagrantfile",
        ".cargo/config",
        "a.yml",
        "user-data",
        "README",
        "a.rst",
        "x.json.in",
    ):
        assert claim(path, b"qemu-system-x86_64 -serial tcp::1,server") is not None, path
    assert claim("config", b"qemu -serial x") is None
    assert claim("script", b"#!/usr/bin/env python3\nqemu -serial x") is literals
