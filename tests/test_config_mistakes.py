"""Mistakes in a configuration are told with file and line; what one may not name, and how large it may be."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.helpers import vmlint
from tests.test_config import BAD, found, write
from vmlint.config import parse
from vmlint.discover import UsageError
from vmlint.patterns import Patterns
from vmlint.toml_file import TomlFile

MISTAKES = [
    ("slect = []", "vmlint.toml:1: unknown key 'slect'; did you mean 'select'?"),
    ("\n[rules]\nextends = []", "vmlint.toml:3: unknown key 'rules.extends'; did you mean 'extend'?"),
    ("zzz = 1", "vmlint.toml:1: unknown key 'zzz'; known are baseline, exclude, ignore, "),
    ("# first\nselect = 'all'", "vmlint.toml:2: 'select' must be a list of texts"),
    (
        "ignore = [\n  'options',\n  'short-bolean',\n]",
        "vmlint.toml:3: no rule or topic is called 'short-bolean'; did you",
    ),
    (
        "[severity]\nshort-boolean = 'fatal'",
        "vmlint.toml:2: 'severity.short-boolean' must be one of error, warning, note",
    ),
    ("[severity]\nshort-bolean = 'error'", "vmlint.toml:2: no rule or topic is called 'short-bolean'; did you"),
    ("severity = 1", "vmlint.toml:1: 'severity' must be a table"),
    ("rules = 1", "vmlint.toml:1: 'rules' must be a table"),
    ("[per-file-ignores]\n'a' = []\n'b' = ['optoins']", "vmlint.toml:3: no rule or topic is called 'optoins'; did you"),
    ("require-reason = 'yes'", "vmlint.toml:1: 'require-reason' must be true or false"),
    ("qemu = 'seven'", "vmlint.toml:1: QEMU 'seven': not a version specifier"),
    ("\n\nlibvirt = '>99'", "vmlint.toml:3: libvirt '>99': no release is called 99"),
    ("select = [\n'options'\n", "vmlint.toml:3: unclosed array"),
    ("ignore = 'short-boolean'", "vmlint.toml:1: 'ignore' must be a list of texts: [\"short-boolean\"]"),
    ("\nexclude = ''", "vmlint.toml:2: 'exclude' must be a list of texts"),
    ("[rules]\nextend = 'a.toml'", "vmlint.toml:2: 'rules.extend' must be a list of texts: [\"a.toml\"]"),
    (
        "[per-file-ignores]\n'a' = 'options'",
        "vmlint.toml:2: 'per-file-ignores.a' must be a list of texts: [\"options\"]",
    ),
    ("select = ['options', 1]", "vmlint.toml:1: 'select' must be a list of texts"),
    ("target = 13", "vmlint.toml:1: 'target' must be a text or a list of texts"),
    ("qemu = 7.2", "vmlint.toml:1: 'qemu' must be a text"),
    ("baseline = ['known.json']", "vmlint.toml:1: 'baseline' must be a text"),
    ("min-severity = 'high'", "vmlint.toml:1: 'min-severity' must be one of error, warning, note"),
    ("[[severity]]\nshort-boolean = 'note'", "vmlint.toml:1: 'severity' must be a table"),
    ("[tool.vmlint]\nselect = []", "vmlint.toml:1: unknown key 'tool'; [tool.vmlint] stands in pyproject.toml only"),
    ("\nbaseline = 'nowhere.json'", "vmlint.toml:2: nowhere.json: no such file or directory"),
    ("[rules]\nextend = ['start.sh',\n'nowhere.toml']", "vmlint.toml:3: nowhere.toml: no such file or directory"),
    ("[rules]\nextend = [\n'nowhere.toml']", "vmlint.toml:3: nowhere.toml: no such file or directory"),
    ("[rules]\nextend = ['.']", "vmlint.toml:2: .: is a directory"),
    ("a b", "vmlint.toml:1: expected '=' after a key"),
    ("exclude = ['a', '!']", "vmlint.toml:1: '!' is not a pattern as in .gitignore"),
    ("[per-file-ignores]\n'!' = ['options']", "vmlint.toml:2: '!' is not a pattern as in .gitignore"),
]


@pytest.mark.parametrize(("config", "message"), MISTAKES)
def test_mistakes_are_told_with_file_and_line(tmp_path: Path, config: str, message: str) -> None:
    write(tmp_path, start_sh=BAD, vmlint_toml=config)
    done = vmlint("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(f"vmlint: error: {message}")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"qemu = '\xff'", ":1: not UTF-8"),
        (b"x = " + b"[" * 100_000, ": nested too deeply"),
        (b"\xef\xbb\xbfqemu = 1", ":1: 'qemu' must be a text"),
    ],
)
def test_what_is_no_toml_of_ours(data: bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse("vmlint.toml", data, "")
    assert str(caught.value).startswith(f"vmlint.toml{message}")


def test_a_mistake_is_told_even_if_there_is_nothing_to_lint(tmp_path: Path) -> None:
    for config in ("slect = []", "select = ['no-such-rule']"):
        assert vmlint("check", cwd=write(tmp_path, vmlint_toml=config)).returncode == 2
    for option in ("--rules", "--baseline"):
        assert vmlint("check", "--no-config", option, "nowhere", cwd=tmp_path).returncode == 2
    assert vmlint("check", "--config", "nowhere.toml", cwd=tmp_path).stderr.decode() == (
        "vmlint: error: nowhere.toml: no such file or directory\n"
    )


def test_a_table_of_pyproject_in_the_wrong_place_is_told(tmp_path: Path) -> None:
    write(tmp_path, start_sh=BAD, pyproject_toml="[project]\nname = 'x'\n[vmlint]\nignore = ['options']\n")
    done = vmlint("check", cwd=tmp_path)
    assert (done.returncode, done.stderr.decode()) == (
        2,
        "vmlint: error: pyproject.toml:3: 'vmlint' is read only as [tool.vmlint]\n",
    )


def test_a_baseline_that_is_yet_to_be_written_may_be_named(tmp_path: Path) -> None:
    write(tmp_path, start_sh=BAD, vmlint_toml="baseline = 'known.json'\n")
    assert vmlint("check", "--write-baseline", "known.json", cwd=tmp_path).returncode == 0
    assert found(tmp_path) == []


def test_the_line_of_a_key_is_found_whatever_is_quoted_before_it() -> None:
    text = 'a = """\n[b]\nc = 1\n"""\n\n[b]  # x\n# c = 0\nc = [\n  "one", # "two"\n  "two",\n]\nd.e = {f = 1}\n[[g]]\nh=1\n[[g]]\n[g.i]\nj=2\n'
    file = TomlFile("x.toml", text.encode())
    lines = {
        way: file.where(way)
        for way in [("a",), ("b",), ("b", "c"), ("b", "d", "e", "f"), ("g", 1, "i", "j"), ("g", 0, "h")]
    }
    assert list(lines.values()) == ["x.toml:1", "x.toml:6", "x.toml:8", "x.toml:12", "x.toml:17", "x.toml:14"]
    assert file.where(("b", "c", "two")) == "x.toml:9"
    assert file.where(("b", "absent")) == "x.toml:6"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("baseline = '../known.json'", "vmlint.toml:1: '../known.json' is outside the repository; only --baseline"),
        ("\nbaseline = '{outside}/known.json'", "vmlint.toml:2: '{outside}/known.json' is outside the repository;"),
        ("baseline = 'link.json'", "vmlint.toml:1: 'link.json' is outside the repository;"),
        (
            "[rules]\nextend = [\n'../house.toml']",
            "vmlint.toml:3: '../house.toml' is outside the repository; only --rules",
        ),
        ("[rules]\nextend = ['/dev/zero']", "vmlint.toml:2: '/dev/zero' is outside the repository;"),
        ("baseline = 'a\\u0000'", "vmlint.toml:1: "),
    ],
)
def test_a_configuration_names_no_file_outside_its_repository(tmp_path: Path, config: str, message: str) -> None:
    inside = tmp_path / "repository"
    outside = str(tmp_path)
    (tmp_path / "known.json").write_text('{"version": 1, "files": {}}')
    write(tmp_path, house_toml="")
    write(
        inside,
        start_sh=BAD,
        vmlint_toml=config.replace("{outside}", outside).replace("'a\\", '"a\\').replace("00'", '00"'),
    )
    (inside / "link.json").symlink_to("../known.json")
    (inside / ".git").mkdir()
    for arguments in ((), ("--prune-baseline",), ("--config", "vmlint.toml")):
        done = vmlint("check", *arguments, cwd=inside)
        assert done.returncode == 2
        assert message.replace("{outside}", outside) in done.stderr.decode()
    assert (tmp_path / "known.json").read_text() == '{"version": 1, "files": {}}'


def test_a_configuration_may_name_files_elsewhere_in_its_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "known.json").write_text('{"version": 1, "files": {}}')
    write(tmp_path, a__b__start_sh=BAD, a__b__vmlint_toml="baseline = '../../known.json'\n")
    assert found(tmp_path / "a" / "b") == ["start.sh warning short-boolean"] * 2


def test_a_configuration_that_links_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    write(tmp_path, secret_toml="password = 'hunter2'\n", repository__start_sh=BAD)
    (tmp_path / "repository" / ".git").mkdir()
    (tmp_path / "repository" / "vmlint.toml").symlink_to("../secret.toml")
    done = vmlint("check", cwd=tmp_path / "repository")
    told = "vmlint: error: vmlint.toml: links out of the repository; --config FILE would name it\n"
    assert (done.returncode, done.stderr.decode()) == (2, told)


def test_a_huge_configuration_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "vmlint.toml").open("wb") as stream:
        stream.truncate(1 << 40)
    done = vmlint("check", cwd=tmp_path)
    told = "vmlint: error: vmlint.toml: larger than 1 MiB, the most that is read of it\n"
    assert (done.returncode, done.stderr.decode()) == (2, told)


@pytest.mark.parametrize("line", ['"a",', '"]",'], ids=["plain", "each could end the list"])
def test_lines_are_found_in_a_long_list_without_reading_it_again_for_each(line: str) -> None:
    text = "exclude = [\n" + f"{line}\n" * 40_000 + "]\nlast = 1\n"
    started = time.process_time()
    file = TomlFile("x.toml", text.encode())
    assert file.where(("last",)) == ("x.toml:40003" if line == '"a",' else "x.toml:1")
    assert time.process_time() - started < 5


@pytest.mark.parametrize("pattern", ["*a*a*a*b", "/x/**/a/**/**/a/**/b", "a/*?*x*y*"])
def test_a_pattern_that_takes_long_to_match_is_refused(tmp_path: Path, pattern: str) -> None:
    done = vmlint("check", cwd=write(tmp_path, start_sh=BAD, vmlint_toml=f"exclude = ['{pattern}']"))
    told = f"vmlint: error: vmlint.toml:1: '{pattern}' has more than 3 '*' between slashes, or more than 3 '**'\n"
    assert (done.returncode, done.stderr.decode()) == (2, told)


@pytest.mark.parametrize("pattern", ["*a*a*b", "**/*a*a*b", "**/a/**/a/**/b", "[!a]*a*a*b"])
def test_the_slowest_patterns_that_are_taken(pattern: str) -> None:
    patterns = Patterns("", [pattern], str)
    started = time.process_time()
    assert not patterns.match("a/" * 100 + "a" * 250)
    assert time.process_time() - started < 2
