"""The rules and facts as JSON: always what the TOML files say, and never a reason to fail."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vmlint import catalog, data
from vmlint.model import Page

ROOT = Path(__file__).parent.parent
RULES = sorted((ROOT / "rules").glob("*.toml"))


@pytest.mark.parametrize("name", data.fact_files())
def test_facts_are_the_same_read_quickly(name: str) -> None:
    data.read_toml(name)  # leaves the JSON there
    assert os.path.exists(data.compiled_path(name.removesuffix(".toml"))), "JSON cannot hold it"
    assert data.read_toml(name) == data.parse_toml(data.data_path(name))


def no_page() -> Page:
    """Stands for pages that are compared apart."""
    raise NotImplementedError


def test_rules_are_the_same_read_quickly() -> None:
    read = [rule for path in RULES for rule in catalog.load(f"rules/{path.name}", data.parse_toml(str(path)))]
    catalog.rules.cache_clear()
    again = catalog.rules()
    assert [rule._replace(page=no_page) for rule in again.values()] == [rule._replace(page=no_page) for rule in read]
    assert [rule.page() for rule in again.values()] == [rule.page() for rule in read]
    assert list(again) == [rule.name for rule in read]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a run needs, in which nothing is compiled."""
    shutil.copytree(ROOT / "linter", tmp_path / "linter", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    return tmp_path


def summary(checkout: Path, rule: str = "short-boolean") -> str:
    """What that rule is about, and whether a TOML file was parsed for it."""
    code = (
        "import sys; from vmlint.catalog import rules\n"
        f"print(rules()[{rule!r}].summary, 'tomllib' in sys.modules or 'tomli' in sys.modules)"
    )
    command, env = [sys.executable, "-c", code], {"PYTHONPATH": str(checkout / "linter")}
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.strip()


SAYS = "A boolean option is written in its deprecated short form"


def compiled_rules(checkout: Path) -> Path:
    return checkout / "build" / "compiled" / "rules.json"


def test_what_is_compiled_is_used_until_a_source_changes(checkout: Path) -> None:
    assert summary(checkout) == f"{SAYS} True"
    assert summary(checkout) == f"{SAYS} False"
    file = checkout / "rules" / "options.toml"
    status = file.stat()
    file.write_text(file.read_text().replace("deprecated short form", "deprecated SHORT form"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))  # neither size nor time tell
    assert summary(checkout) == "A boolean option is written in its deprecated SHORT form True"
    assert summary(checkout) == "A boolean option is written in its deprecated SHORT form False"


def test_a_rule_file_that_comes_and_goes_is_seen(checkout: Path) -> None:
    summary(checkout)
    source = checkout / "rules" / "options.toml"
    source.rename(source.with_name("renamed.toml"))  # and with it the topic of its rules
    assert summary(checkout) == f"{SAYS} True"
    source.with_name("renamed.toml").unlink()
    (checkout / "rules" / "own.toml").write_text(
        '[own-rule]\nsummary = "Own"\nseverity = "note"\nselect = "domain"\nmessage = "m"\nwhy = "w"\n'
    )
    assert summary(checkout, "own-rule") == "Own True"


def test_other_code_compiles_anew(checkout: Path) -> None:
    summary(checkout)
    with open(checkout / "linter" / "vmlint" / "model.py", "a") as stream:
        stream.write("# a field more, say\n")
    assert summary(checkout) == f"{SAYS} True"


@pytest.mark.parametrize(
    "broken",
    [b"", b"\n", b"{}", b"\xff\xfe\x00", b"0 0\n[]", b"[" * 100_000],
    ids=["empty", "line", "other", "binary", "stamp", "deep"],
)
def test_a_broken_file_is_passed_over_and_made_anew(checkout: Path, broken: bytes) -> None:
    summary(checkout)
    compiled_rules(checkout).write_bytes(broken)
    assert summary(checkout) == f"{SAYS} True"
    assert summary(checkout) == f"{SAYS} False"


def test_a_file_cut_short_is_passed_over(checkout: Path) -> None:
    summary(checkout)
    whole = compiled_rules(checkout).read_bytes()
    compiled_rules(checkout).write_bytes(whole[:-100])
    assert summary(checkout) == f"{SAYS} True"
    assert compiled_rules(checkout).read_bytes() == whole


def test_where_nothing_can_be_written_the_sources_are_read(checkout: Path) -> None:
    (checkout / "build").write_text("a file where the folder should be")
    assert summary(checkout) == f"{SAYS} True"
    assert summary(checkout) == f"{SAYS} True"


def test_a_folder_in_its_place_is_no_failure(checkout: Path) -> None:
    compiled_rules(checkout).mkdir(parents=True)
    assert summary(checkout) == f"{SAYS} True"
    assert [path.name for path in compiled_rules(checkout).parent.iterdir()] == ["rules.json"], "nothing is left behind"


def test_many_may_make_it_at_once(checkout: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: summary(checkout), range(8)))
    assert {text.rpartition(" ")[0] for text in said} == {SAYS}
    assert json.loads(compiled_rules(checkout).read_bytes().partition(b"\n")[2])
    assert [path.name for path in compiled_rules(checkout).parent.iterdir()] == ["rules.json"]
