"""Configuration files: which one holds for a file, what it changes, and how a mistake in it is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers import vmlint
from vmlint.data import toml_library

tomllib = toml_library()
BAD = "qemu-system-x86_64 -serial tcp::4444,server,nowait\n"
UNKNOWN = "qemu-system-x86_64 -serial tcp::4444,sever\n"


def found(folder: Path, *arguments: str) -> list[str]:
    """`PATH severity rule` of each finding of a run that could do its work."""
    done = vmlint("check", "--output-format", "json", *arguments, cwd=folder)
    assert done.returncode in (0, 1), done.stderr.decode()
    return [f"{d['path']} {d['severity']} {d['rule']}" for d in json.loads(done.stdout)["diagnostics"]]


def write(folder: Path, **files: str) -> Path:
    """Files whose names are written with `__` for a slash and `_` for a dot; the folder they are in."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize("config", ['ignore = ["short-boolean"]', 'select = ["teaming"]', "qemu = '<6'"])
def test_settings_hold_as_if_on_the_command_line(tmp_path: Path, config: str) -> None:
    assert found(write(tmp_path, start_sh=BAD)) == ["start.sh warning short-boolean"] * 2
    assert found(write(tmp_path, vmlint_toml=config)) == []
    assert found(tmp_path, "--no-config") == ["start.sh warning short-boolean"] * 2


def test_pyproject_has_a_table_of_its_own_and_counts_less_than_vmlint_toml(tmp_path: Path) -> None:
    write(tmp_path, start_sh=BAD, pyproject_toml="[tool.vmlint]\nignore = ['short-boolean']\n")
    assert found(tmp_path) == []
    assert found(write(tmp_path, vmlint_toml="")) == ["start.sh warning short-boolean"] * 2


def test_a_pyproject_that_says_nothing_of_vmlint_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, vmlint_toml="ignore = ['short-boolean']", a__start_sh=BAD)
    write(tmp_path, a__pyproject_toml="[project]\nname = 'vmlint-user'\n")
    assert found(tmp_path) == []
    write(tmp_path, a__pyproject_toml="this is not TOML")
    assert found(tmp_path) == []


def test_the_nearest_upward_from_each_file_holds_and_else_that_of_the_working_directory(tmp_path: Path) -> None:
    write(tmp_path, a__vmlint_toml="ignore = ['short-boolean']", a__b__start_sh=BAD, c__start_sh=BAD)
    expected = ["c/start.sh warning short-boolean"] * 2
    assert found(tmp_path) == expected
    assert found(tmp_path / "c", "../a", ".") == ["start.sh warning short-boolean"] * 2
    assert found(tmp_path / "a", "../c/start.sh") == [], "where a file has none, that of the working directory holds"
    write(tmp_path, c__vmlint_toml="")
    assert found(tmp_path / "a", "../c/start.sh") == ["../c/start.sh warning short-boolean"] * 2


def test_one_file_for_all_on_request(tmp_path: Path) -> None:
    write(tmp_path, ci__strict_toml="[severity]\noptions = 'error'\n", start_sh=BAD, vmlint_toml="ignore = ['options']")
    assert found(tmp_path, "--config", "ci/strict.toml") == ["start.sh error short-boolean"] * 2


def test_command_line_counts_more_than_file(tmp_path: Path) -> None:
    write(
        tmp_path, start_sh=BAD + UNKNOWN, vmlint_toml="qemu = '<6'\nselect = ['teaming']\nignore = ['unknown-flag']\n"
    )
    assert found(tmp_path) == []
    assert found(tmp_path, "--select", "unknown-flag") == ["start.sh warning unknown-flag"], (
        "what is selected is wanted"
    )
    assert (
        found(tmp_path, "--qemu", ">=6", "--select", "options", "--ignore", "unknown-flag")
        == ["start.sh warning short-boolean"] * 2
    )


def test_severity_of_a_rule_counts_more_than_that_of_its_topic(tmp_path: Path) -> None:
    write(tmp_path, start_sh=BAD + UNKNOWN)
    write(tmp_path, vmlint_toml="[severity]\noptions = 'note'\nunknown-flag = 'error'\n")
    assert found(tmp_path) == [*["start.sh note short-boolean"] * 2, "start.sh error unknown-flag"]


def test_min_severity_of_the_file_moves_what_is_shown_and_the_exit_code(tmp_path: Path) -> None:
    write(tmp_path, start_sh=BAD, vmlint_toml="min-severity = 'error'\n")
    assert vmlint("check", cwd=tmp_path).returncode == 0
    assert vmlint("check", "--min-severity", "warning", cwd=tmp_path).returncode == 1
    write(tmp_path, vmlint_toml="min-severity = 'note'\n[severity]\noptions = 'note'\n")
    assert vmlint("check", cwd=tmp_path).returncode == 1, "a note counts where notes are the threshold"


def test_rules_are_ignored_by_pattern_of_files(tmp_path: Path) -> None:
    write(tmp_path, tests__start_sh=BAD + UNKNOWN, start_sh=BAD)
    write(tmp_path, vmlint_toml="[per-file-ignores]\n'tests/' = ['short-boolean']\n'/start.sh' = ['teaming']\n")
    assert sorted(set(found(tmp_path))) == ["start.sh warning short-boolean", "tests/start.sh warning unknown-flag"]


def test_a_comment_for_an_ignored_rule_is_not_unused(tmp_path: Path) -> None:
    write(tmp_path, start_sh=f"# vmlint: ignore[short-boolean] why\n{BAD.replace(',server,nowait', '')}")
    assert found(tmp_path) == ["start.sh warning unused-suppression"]
    assert found(write(tmp_path, vmlint_toml="[per-file-ignores]\n'*.sh' = ['short-boolean']\n")) == []


def test_reasons_of_suppressions_can_be_made_mandatory(tmp_path: Path) -> None:
    reasons = ["", " ", " --", ": old QEMU", " alt"]
    text = "".join(f"# vmlint: ignore[short-boolean]{reason}\n{BAD}" for reason in reasons)
    write(tmp_path, start_sh=text)
    assert found(tmp_path) == []
    assert (
        found(write(tmp_path, vmlint_toml="require-reason = true"))
        == ["start.sh warning suppression-without-reason"] * 3
    )


def test_excluded_files_are_left_out_unless_named(tmp_path: Path) -> None:
    write(tmp_path, a__start_sh=BAD, vendor__start_sh=BAD, b__vendor__x_sh=BAD, keep__vendor__y_sh=BAD)
    write(tmp_path, vmlint_toml="exclude = ['vendor/', '!keep/vendor/']\n")

    def seen(*arguments: str) -> set[str]:
        return {line.split()[0] for line in found(tmp_path, *arguments)}

    assert seen() == {"a/start.sh", "keep/vendor/y.sh"}
    assert seen("--exclude", "/a") == {"keep/vendor/y.sh"}
    assert seen("vendor/start.sh", "b") == {"vendor/start.sh"}
    assert seen("vendor") == {"vendor/start.sh"}, "who names an excluded folder wants it looked at"
    assert seen("--force-exclude", "vendor/start.sh", "b", "vendor", "a/start.sh") == {"a/start.sh"}


def test_an_excluded_file_named_with_force_is_told_and_no_failure(tmp_path: Path) -> None:
    write(tmp_path, vendor__start_sh=BAD, vmlint_toml="exclude = ['vendor/']\n")
    done = vmlint("check", "--force-exclude", "vendor/start.sh", cwd=tmp_path)
    expected = "vendor/start.sh: nothing to check: it is excluded\nNo VM configuration found in 1 file.\n"
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, expected, b"")


def test_standard_input_has_the_configuration_of_its_name(tmp_path: Path) -> None:
    write(tmp_path, a__vmlint_toml="ignore = ['short-boolean']\nexclude = ['out.sh']", b__x="")
    for name, force, code in (("a/x.sh", (), 0), ("b/x.sh", (), 1), ("a/out.sh", ("--force-exclude",), 0)):
        arguments = ("check", "-", "--stdin-filename", name, *force)
        assert vmlint(*arguments, cwd=tmp_path, stdin=BAD.encode()).returncode == code, name
    done = vmlint(
        "check", "-", "--stdin-filename", "a/out.sh", "--force-exclude", "--fix", "-q", cwd=tmp_path, stdin=b"x,y"
    )
    assert done.stdout == b"x,y"


def test_an_excluded_file_that_cannot_be_read_is_no_failure(tmp_path: Path) -> None:
    write(tmp_path, start_sh="true", vmlint_toml="exclude = ['vendor']\n")
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor").chmod(0)
    try:
        assert vmlint("check", cwd=tmp_path).returncode == 0
    finally:
        (tmp_path / "vendor").chmod(0o700)


@pytest.mark.parametrize("target", ["'debian-12'", "['debian-12']", "['debian-12', 'debian-13']"])
def test_a_target_is_one_name_or_several(tmp_path: Path, target: str) -> None:
    write(tmp_path, vmlint_toml=f"target = {target}\n", start_sh=BAD)
    assert found(tmp_path) == ["start.sh warning short-boolean"] * 2
    assert 'target = ["debian-12"' in vmlint("config", cwd=tmp_path).stdout.decode()


EVERYTHING = """\
qemu = ">=7.2"
select = ["options"]
ignore = ["unknown-flag"]
min-severity = "note"
exclude = ["vendor/"]
require-reason = true

[rules]
extend = []

[severity]
short-boolean = "error"

[per-file-ignores]
"tests/" = ["options"]
"""


def test_config_shows_what_holds_and_where_it_comes_from(tmp_path: Path) -> None:
    write(tmp_path, vmlint_toml=EVERYTHING, sub__x="")
    shown = vmlint("config", "--qemu", ">=8", "--ignore", "wait-on-client", cwd=tmp_path).stdout.decode()
    lines = {line.partition(" # ")[0].strip(): line.partition(" # ")[2] for line in shown.splitlines()}
    assert lines['qemu = ">=8"'] == "--qemu"
    assert lines['ignore = ["unknown-flag", "wait-on-client"]'] == "vmlint.toml:3, --ignore"
    assert lines["# libvirt"].startswith("default: the newest release")
    assert lines['"short-boolean" = "error"'] == "vmlint.toml:12"
    nothing = vmlint("config", "sub", "--no-config", cwd=tmp_path).stdout.decode()
    assert tomllib.loads(nothing) == {"rules": {}, "limits": {}, "severity": {}, "per-file-ignores": {}}
    assert "../vmlint.toml:2" in vmlint("config", "x", cwd=tmp_path / "sub").stdout.decode()


def test_what_config_shows_is_a_configuration_that_says_the_same(tmp_path: Path) -> None:
    write(tmp_path, vmlint_toml=EVERYTHING)
    first = vmlint("config", cwd=tmp_path).stdout.decode()
    write(tmp_path, vmlint_toml=first)
    again = vmlint("config", cwd=tmp_path).stdout.decode()
    assert tomllib.loads(again) == tomllib.loads(first)
