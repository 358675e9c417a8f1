"""`vmlint rule`: rules by topic, their pages, and both as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers import vmlint
from vmlint.catalog import rules
from vmlint.rulepage import rule_markdown


def told(folder: Path, *arguments: str) -> str:
    done = vmlint("rule", *arguments, cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def test_all_rules_are_listed_below_their_topics(tmp_path: Path) -> None:
    text = told(tmp_path)
    topic, listed = "", []
    for line in text.splitlines():
        if line.endswith(":"):
            topic = line.partition(",")[0]
        elif line.startswith("  "):
            listed.append((topic, line.split()[0]))
    assert listed == [(rule.topic, rule.name) for rule in rules().values()]
    assert "\nteaming, 4" in text
    assert "\n  teaming-mac-mismatch              error    fix         The two sides of a teaming pair have" in text
    assert "\n  short-boolean                     warning  fix         A boolean option is written in its" in text
    assert text.endswith(f"{len(rules())} rules; 'vmlint rule NAME' explains one, 'vmlint rule TOPIC' lists a topic.\n")


def test_a_topic_lists_its_rules(tmp_path: Path) -> None:
    text = told(tmp_path, "suppression")
    names = [rule.name for rule in rules().values() if rule.topic == "suppression"]
    assert text.startswith(f"suppression, {len(names)} rules:\n")
    assert [line.split()[0] for line in text.splitlines() if line.startswith("  ")] == names


def test_pages_of_several_rules(tmp_path: Path) -> None:
    text = told(tmp_path, "wait-on-client", "short-boolean")
    assert text == rule_markdown(rules()["wait-on-client"]) + "\n" + rule_markdown(rules()["short-boolean"]) + "\n"


@pytest.mark.parametrize(("name", "hint"), [("short-bolean", "short-boolean"), ("temaing", "teaming")])
def test_what_is_no_name_is_told(tmp_path: Path, name: str, hint: str) -> None:
    done = vmlint("rule", name, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.decode() == f"vmlint: error: no rule or topic is called '{name}'; did you mean '{hint}'?\n"


def test_json_says_all_that_the_page_says(tmp_path: Path) -> None:
    (rule,) = json.loads(told(tmp_path, "teaming-persistent-not-virtio", "--output-format", "json"))["rules"]
    table = rules()["teaming-persistent-not-virtio"]
    assert (rule["name"], rule["topic"], rule["severity"]) == (table.name, "teaming", "error")
    assert rule["why"] == table.why.strip()
    assert [message["message"] for message in rule["messages"]] == [each.message for each in table.variants.values()]
    assert rule["messages"][0]["fix"] == {"title": "Use model 'virtio'", "safety": "unsafe"}
    assert rule["url"] == "https://github.com/vmlint/vmlint/blob/main/docs/rules/teaming-persistent-not-virtio.md"
    everything = json.loads(told(tmp_path, "--output-format", "json"))
    assert (everything["version"], [each["name"] for each in everything["rules"]]) == (1, [*rules()])
    some = json.loads(told(tmp_path, "suppression", "--output-format", "json"))["rules"]
    assert {each["topic"] for each in some} == {"suppression"}


def test_json_names_the_file_of_a_rule_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text(
        "[house-kvm]\nsummary = 'S'\nseverity = 'note'\nselect = 'domain'\nmessage = 'M'\nwhy = 'W'\nneeds = {qemu = '7.2'}\n"
    )
    (rule,) = json.loads(told(tmp_path, "house-kvm", "--rules", "house.toml", "--output-format", "json"))["rules"]
    assert (rule["file"], rule["url"], rule["topic"]) == ("house.toml", None, "house")
    assert rule["versions"] == [{"kind": "needs", "product": "qemu", "version": "7.2"}]
