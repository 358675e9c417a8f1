"""Rules of the user's own: what they may say, how a mistake is told, and that no code of theirs runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.helpers import ROOT, vmlint
from vmlint.catalog import rules
from vmlint.data import toml_library
from vmlint.discover import UsageError
from vmlint.house import read_rules
from vmlint.rule_schema import rule_schema

DISK = """<domain type='kvm'>
  <name>a</name>
  <memory unit='GiB'>1</memory>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache="{cache}"/>
      <source file='/a.img'/>
      <target dev='vda' bus='virtio'/>
    </disk>
  </devices>
</domain>
"""
HOUSE = f"""\
# ours
[house-disk-cache]
summary = "A disk has a cache mode that we do not allow"
severity = "error"
select = "domain/devices/disk"
where = {{ "driver@cache" = ["writeback", "unsafe"] }}
at = "driver@cache"
message = "Disk '{{target@dev}}' has cache mode '{{driver@cache}}'; ours have none"
fix = {{ title = "Write cache='none'", safety = "unsafe", set = {{ "driver@cache" = "none" }} }}
why = "Our storage loses data otherwise."

[[house-disk-cache.example]]
file = "guest.xml"
bad = '''
{DISK.format(cache="unsafe")}'''
good = '''
{DISK.format(cache="none")}'''
at = ["unsafe"]

[house-user-network]
summary = "A network of QEMU's own in user space"
severity = "warning"
message = "'{{@id}}' is a user mode network"
why = "It is slow."
match = [{{ select = "qemu/-netdev", where = {{ "@type" = "user" }}, at = "@type" }}]
example = [{{ file = "a.sh", bad = "qemu-kvm -netdev user,id=n\\n", good = "qemu-kvm -netdev tap,id=n\\n", at = ["user"] }}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "house.toml").write_text(HOUSE)
    (tmp_path / "guest.xml").write_text(DISK.format(cache="unsafe"))
    return tmp_path


def found(folder: Path, *arguments: str) -> list[str]:
    done = vmlint("check", "--output-format", "json", *arguments, cwd=folder)
    assert done.returncode in (0, 1), done.stderr.decode()
    return [f"{d['path']} {d['rule']}: {d['message']}" for d in json.loads(done.stdout)["diagnostics"]]


def test_rules_from_the_command_line_and_the_configuration(folder: Path) -> None:
    expected = ["guest.xml house-disk-cache: Disk 'vda' has cache mode 'unsafe'; ours have none"]
    assert found(folder) == []
    assert found(folder, "--rules", "house.toml") == expected
    assert found(folder, "--rules", "house.toml", "--select", "house") == expected
    assert found(folder, "--rules", "house.toml", "--ignore", "house-disk-cache") == []
    (folder / "ci").mkdir()
    (folder / "house.toml").rename(folder / "ci" / "house.toml")
    (folder / "ci" / "vmlint.toml").write_text(
        "[rules]\nextend = ['house.toml']\n[severity]\nhouse-disk-cache = 'note'\n"
    )
    assert found(folder, "--config", "ci/vmlint.toml") == expected


def test_a_fix_of_the_users_own_keeps_quotes(folder: Path) -> None:
    assert vmlint("check", "--rules", "house.toml", "--fix", "-q", cwd=folder).returncode == 1
    assert (folder / "guest.xml").read_text() == DISK.format(cache="unsafe"), "it says that it is unsafe"
    assert vmlint("check", "--rules", "house.toml", "--fix", "--unsafe-fixes", "-q", cwd=folder).returncode == 1
    assert (folder / "guest.xml").read_text() == DISK.format(cache="none")


def test_a_comment_switches_it_off_like_any_other(folder: Path) -> None:
    text = DISK.format(cache="unsafe").replace("<disk", "<!-- vmlint: ignore[house-disk-cache] scratch -->\n    <disk")
    (folder / "guest.xml").write_text(text)
    assert found(folder, "--rules", "house.toml") == []


def test_it_has_a_page_and_no_address_in_vmlints_manual(folder: Path) -> None:
    page = vmlint("rule", "--rules", "house.toml", "house-disk-cache", cwd=folder).stdout.decode()
    assert page.startswith("# house-disk-cache\n")
    assert b"house-user-network" in vmlint("rule", "--rules", "house.toml", cwd=folder).stdout
    done = vmlint("check", "--rules", "house.toml", "--output", "sarif:-", cwd=folder)
    (rule,) = json.loads(done.stdout)["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "house-disk-cache"
    assert "helpUri" not in rule
    assert "in the manual" not in rule["help"]["markdown"]


MISTAKES = [
    (
        'severity = "error"',
        'severity = "fatal"',
        ":4: [house-disk-cache]: 'severity' must be one of error, warning, note",
    ),
    ("summary", "sumary", ":3: [house-disk-cache]: unknown key 'sumary'; known are"),
    ('why = "Our', 'whi = "Our', ":10: [house-disk-cache]: unknown key 'whi'"),
    ("[house-disk-cache]", "[short-boolean]", ":2: [short-boolean]: vmlint has a rule of that name"),
    ("[house-disk-cache]", "[House]", ":2: [House]: a rule's name is words"),
    (
        '"domain/devices',
        '"domian/devices',
        ":5: [house-disk-cache]: 'select' must begin with ",
    ),
    ("'{target@dev}'", "'{target@dev!r}'", ":8: [house-disk-cache]: 'message': '{target@dev}' can only be the path"),
    (
        "'{target@dev}'",
        "'{target@dev:>99999999999}'",
        ":8: [house-disk-cache]: 'message': '{target@dev}' can only be the",
    ),
    (
        "'{target@dev}'",
        "'{target@dev.__class__[0]}'",
        ":8: [house-disk-cache]: '{target@dev.__class__[0]}' is not the path",
    ),
    ("'{target@dev}'", "'{target@dev'", ":8: [house-disk-cache]: 'message': unexpected '{' in field"),
    (
        'at = "driver@cache"',
        'check = "os.system"',
        ":7: [house-disk-cache]: vmlint has no check 'os.system'; known are ",
    ),
    (
        'at = "driver@cache"',
        'check = "options.short_bolean"',
        ":7: [house-disk-cache]: vmlint has no check 'options.short_bo",
    ),
    (
        '"driver@cache" = "none" } }',
        '"driver" = "none" } }',
        ":9: [house-disk-cache].fix.set: 'driver' must be the path of an",
    ),
    (
        "[[house-disk-cache.example]]\nfile",
        "[[house-disk-cache.example]]\nfille",
        ":13: [house-disk-cache].example: unknown key",
    ),
    ("where = {{", "where = [", ":"),
    (
        'match = [{ select = "qemu/-netdev"',
        'match = [{ select = ""',
        ":47: [house-user-network].match 1: 'select' is missing",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_a_mistake_is_told_with_file_line_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    old, new = old.replace("{{", "{"), new.replace("{{", "{")
    assert old in HOUSE
    text = HOUSE.replace("house-disk-cache", new[1:-1]) if old == "[house-disk-cache]" else HOUSE.replace(old, new, 1)
    (tmp_path / "house.toml").write_text(text)
    done = vmlint("check", "--rules", "house.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.decode().startswith(f"vmlint: error: house.toml{message}")


def test_the_schema_is_current_and_takes_what_the_program_takes() -> None:
    text = (ROOT / "schemas" / "rules.schema.json").read_text("utf-8")
    assert text == rule_schema(), "run 'make docs'"
    validator = Draft202012Validator(json.loads(text))
    validator.check_schema(validator.schema)
    for path in [*(ROOT / "rules").glob("*.toml"), ROOT / "docs" / "examples" / "house.toml"]:
        assert [
            error.message for error in validator.iter_errors(toml_library().loads(path.read_text("utf-8")))
        ] == [], path.name
    for old, new, message in MISTAKES:
        if "unknown key" in message or "must be one of" in message:
            assert not validator.is_valid(toml_library().loads(HOUSE.replace(old, new, 1))), message


def test_two_files_with_a_rule_of_one_name(folder: Path) -> None:
    (folder / "other.toml").write_text(HOUSE)
    done = vmlint("check", "--rules", "house.toml", "--rules", "other.toml", cwd=folder)
    expected = "vmlint: error: other.toml: [house-disk-cache]: house.toml has a rule of that name\n"
    assert (done.returncode, done.stderr.decode()) == (2, expected)


def test_a_check_of_vmlints_own_says_what_it_finds_in_the_users_words(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    start = '[house-memory]\nsummary = "s"\nseverity = "error"\nwhy = "w"\nselect = "domain/memory"\n'
    words = 'check = "xml.memory_without_unit"\nmessage = "{message}"\n'
    ours = next(rule for rule in rules().values() for match in rule.matches if match.check == "xml.memory_without_unit")
    assert set(ours.variants) == {""}
    path.write_text(start + words.format(message="Never {nonsense}"))
    with pytest.raises(
        UsageError, match=r"house.toml:7: \[house-memory\]: check '\S+' gives no '\{nonsense\}'; it gives "
    ):
        read_rules(str(path), rules())
    path.write_text(start + words.format(message="{size} KiB is too little for us"))
    assert [rule.name for rule in read_rules(str(path), rules())] == ["house-memory"]


def test_every_check_of_vmlints_own_can_be_named_by_a_rule_like_the_one_that_names_it() -> None:
    for rule in rules().values():
        if rule.matches:
            from vmlint.house import _check

            _check(rule._replace(name=f"house-{rule.name}"), rules())


def test_rules_are_tested_by_their_examples(folder: Path) -> None:
    done = vmlint("test-rules", "house.toml", cwd=folder)
    assert (done.returncode, done.stdout.decode()) == (0, "2 of 2 rules do what their examples say.\n")
    broken = HOUSE.replace('at = ["unsafe"]', 'at = ["none"]').replace(
        '"qemu-kvm -netdev tap', '"qemu-kvm -netdev user'
    )
    broken += '[house-bare]\nsummary = "s"\nseverity = "note"\nselect = "network"\nmessage = "m"\nwhy = "w"\n'
    (folder / "house.toml").write_text(broken)
    done = vmlint("test-rules", "house.toml", cwd=folder)
    assert (done.returncode, done.stdout.decode()) == (
        1,
        "house.toml:12: [house-disk-cache] example 1: 'bad' is reported at 'unsafe', and should be at 'none'\n"
        "house.toml:48: [house-user-network] example 1: 'good' is reported too, at 'user'\n"
        "house.toml:49: [house-bare] has no example\n"
        "0 of 3 rules do what their examples say.\n",
    )


def test_what_a_fix_makes_is_shown_where_it_is_not_the_good_example(folder: Path) -> None:
    (folder / "house.toml").write_text(
        HOUSE.replace('set = { "driver@cache" = "none"', 'set = { "driver@cache" = "off"')
    )
    done = vmlint("test-rules", "house.toml", cwd=folder)
    assert done.returncode == 1
    assert b"[house-disk-cache] example 1: 'good' is not what the fix makes of 'bad', which is:" in done.stdout


def test_rules_of_the_configuration_are_tested_without_naming_them(folder: Path) -> None:
    assert vmlint("test-rules", cwd=folder).returncode == 2
    (folder / "vmlint.toml").write_text("[rules]\nextend = ['house.toml']\n")
    assert vmlint("test-rules", cwd=folder).stdout == b"2 of 2 rules do what their examples say.\n"


def test_a_dot_in_a_field_is_part_of_a_name(folder: Path) -> None:
    (folder / "own.toml").write_text(
        """
[own-disk-file]
summary = "s"
severity = "error"
select = "qemu/-drive"
message = "'{@file.filename}' and '{@id.__class__}' and '{0.__class__}' {{0}}"
why = "w"
"""
    )
    (folder / "a.sh").write_text("qemu-system-x86_64 -drive file.filename=a.img,id=b\n")
    assert found(folder, "--rules", "own.toml", "--select", "own") == ["a.sh own-disk-file: 'a.img' and '' and '' {0}"]


def test_control_characters_of_a_rule_are_not_printed_raw(folder: Path) -> None:
    text = HOUSE.replace('summary = "A disk', 'summary = "\\u001b]0;title\\u0007A disk')
    (folder / "house.toml").write_text(text)
    for arguments in (("rule",), ("rule", "house-disk-cache"), ("test-rules",)):
        done = vmlint(*arguments, "--rules", "house.toml", cwd=folder)
        assert done.returncode == 0
        assert b"\x1b" not in done.stdout
    assert b"\\x1b]0;title\\x07A disk" in vmlint("rule", "--rules", "house.toml", cwd=folder).stdout
