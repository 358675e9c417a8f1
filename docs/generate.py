"""Writes what comes from the program: the pages of the rules and of what is deprecated, the output shown in
README.md, the hooks' file names, the schemas of the configuration and of rules.

With --check nothing is written; what is not current is named, and the exit code is 1.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from vmlint.catalog import rules
from vmlint.config import KINDS as VALUES
from vmlint.config import SETTINGS, Setting
from vmlint.config_schema import config_schema
from vmlint.data import read_toml
from vmlint.formats import FORMATS, load
from vmlint.formats.names import TEMPLATE_SUFFIXES
from vmlint.model import SAFETIES, Rule
from vmlint.rule_schema import rule_schema
from vmlint.rulepage import rule_markdown

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script, it has only its own folder there
from docs.fields import fields

PAGES = ROOT / "docs" / "rules"
DEPRECATIONS = ROOT / "docs" / "deprecations.md"
README = ROOT / "README.md"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
SCHEMA = ROOT / "schemas" / "vmlint.schema.json"
RULE_SCHEMA = ROOT / "schemas" / "rules.schema.json"
CONFIGURATION = ROOT / "docs" / "configuration.md"
JSON = ROOT / "docs" / "json.md"

CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n", re.MULTILINE)
FILES = re.compile(r"(?<=^  files: &names ).*$", re.MULTILINE)
SETTINGS_TABLE = re.compile(r"(?<=^<!-- made by 'make docs' -->\n).*?(?=^<!-- -->$)", re.MULTILINE | re.DOTALL)
FIELDS = re.compile(r"(?<=^<!-- fields of )([\w-]+)( -->\n).*?(?=^<!-- -->$)", re.MULTILINE | re.DOTALL)
TIMEOUT = 60

KINDS = {
    "option": "Options",
    "parameter": "Parameters",
    "device": "Devices",
    "backend": "Backends and drivers",
    "protocol": "Protocols of disks in domain XML",
    "filesystem": "Drivers of file systems in domain XML",
    "machine": "Machine types without a release in their name",
    "cpu": "CPU models",
    "cpu-feature": "CPU features",
    "emulator": "Emulators",
}
DEPRECATIONS_HEAD = """# What is deprecated and removed

Made by `make docs` from `rules/facts/qemu-deprecations.toml` and `rules/facts/libvirt-deprecations.toml`. Machine types
with a release in their name follow a rule of their own: [removed-machine-type](rules/removed-machine-type.md)."""


def pages() -> dict[str, str]:
    """The files of docs/rules and what is to be in them."""
    found = {f"{rule.name}.md": f"{rule_markdown(rule).rstrip()}\n" for rule in rules().values()}
    return {**found, "README.md": "\n".join([*_index(), ""])}


def _index() -> Iterator[str]:
    yield from ("# Rules", "", "Made from the tables in `rules/` by `make docs`, as are the pages of the rules.", "")
    topics = Counter(rule.topic for rule in rules().values())
    yield from (f"- [{topic}](#{topic}): {count} rule{'s' if count > 1 else ''}" for topic, count in topics.items())
    for topic, members in groupby(rules().values(), key=lambda rule: rule.topic):
        yield from ("", f"## {topic}", "", "| rule | severity | fix | what it finds |", "|---|---|---|---|")
        yield from map(_row, members)


def _row(rule: Rule) -> str:
    used = {variant.safety for variant in rule.variants.values() if variant.fix_title}
    fixes = ", ".join(safety for safety in SAFETIES if safety in used)
    summary = rule.summary.replace("|", "\\|")
    return f"| [{rule.name}]({rule.name}.md) | {rule.severity} | {fixes} | {summary} |"


def settings_table() -> str:
    """The keys of a configuration file."""
    rows = [_setting_row(key, setting) for key, setting in SETTINGS.items()]
    return "\n".join(["| key | meaning | default | option |", "|---|---|---|---|", *rows, ""])


def _setting_row(key: str, setting: Setting) -> str:
    about = f"{setting.about}: {'a table of ' if setting.is_table else ''}{VALUES[setting.kind]}"
    option = f"`{setting.option}`" + (" adds" if setting.adds else "") if setting.option else ""
    return f"| `{key}` | {about} | {setting.default} | {option} |"


def guides() -> dict[Path, str]:
    """The files of docs/ that are written by hand, with what the program adds to them."""
    found = {path: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md") if path != DEPRECATIONS}
    found[CONFIGURATION] = SETTINGS_TABLE.sub(lambda _: settings_table(), found[CONFIGURATION])
    found[JSON] = FIELDS.sub(lambda part: f"{part[1]}{part[2]}{fields(part[1])}", found[JSON])
    return {path: with_output(text) for path, text in found.items()}


def with_output(markdown: str) -> str:
    """A Markdown text, each `$ command` in its console blocks followed by what that command prints today.

    A block's commands run one after another in a new folder that holds copies of examples/ and of what is in
    docs/examples/, and nothing else.
    """
    return CONSOLE.sub(lambda block: _played(block[0]), markdown)


def _played(block: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "examples", Path(folder, "examples"))
        shutil.copytree(ROOT / "docs" / "examples", folder, dirs_exist_ok=True)
        environment = {
            "HOME": folder,
            "LC_ALL": "C.UTF-8",
            "PATH": os.defpath,
            "PYTHON": sys.executable,
            "PYTHONPATH": str(ROOT / "linter"),
        }
        return "".join(f"$ {line}\n{_output(line, folder, environment)}" for line in COMMAND.findall(block))


def _output(line: str, folder: str, environment: dict[str, str]) -> str:
    script = f'vmlint() {{ "$PYTHON" -m vmlint "$@"; }}\n{line}\n'
    done = subprocess.run(
        ["sh", "-c", script], cwd=folder, env=environment, timeout=TIMEOUT, check=False, encoding="utf-8",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.stdout


def deprecations() -> str:
    """The page that lists what QEMU and libvirt deprecated and removed, from the rows of facts."""
    return "\n".join([*_deprecated(), ""])


def _deprecated() -> Iterator[str]:
    yield DEPRECATIONS_HEAD
    tables = read_toml("rules/facts/qemu-deprecations.toml")
    for kind, title in KINDS.items():
        yield from (
            "",
            f"## {title}",
            "",
            "| what | deprecated | removed | instead | source |",
            "|---|---|---|---|---|",
        )
        for row in tables[kind]:
            versions = [row.get("deprecated", ""), row.get("removed", "")]
            yield _table_row([_code(_old(row)), *versions, _new(row), row["source"]])
    yield from ("", "## libvirt", "", "| what | removed | instead | source |", "|---|---|---|---|")
    for kind, rows in read_toml("rules/facts/libvirt-deprecations.toml").items():
        for row in rows:
            where = row["in"] if isinstance(row["in"], str) else row["in"][0]
            given = f"{where}{'/@' + row['at'] if 'at' in row else ''} {_value(row)}".strip()
            yield _table_row([_code(given), row.get("removed", kind), row["instead"], row["source"]])


def _old(row: dict[str, object]) -> str:
    """What a row is about, as people write it."""
    option, at = _first(row.get("option")), row.get("at")
    names = "/".join(at) if isinstance(at, list) else str(at or "")
    value = _value(row)
    if not names:
        return f"{option} {value}".strip()
    return f"{option} {names}={value or '…'}"


def _new(row: dict[str, Any]) -> str:
    if "append" in row:
        return _code(" …,".join(map(str, row["append"])))
    if row.get("drop") or row.get("words") == "":
        return "leave it out"
    if "move" in row:
        return _code(f"-device …,{row['move']}=…")
    if "words" in row:
        return _code(str(row["words"]))
    for verb in ("pair", "value", "name"):
        if verb in row:
            before = f"{row['before']} … " if "before" in row else ""
            return _code(f"{before}{row[verb]}{'=…' if verb == 'name' else ''}")
    return str(row.get("instead", ""))


def _value(row: dict[str, object]) -> str:
    given = row.get("is", "")
    return " | ".join(given) if isinstance(given, list) else str(given)


def _first(given: object) -> str:
    return str(given[0]) if isinstance(given, list) else str(given or "")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _table_row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def hook_files() -> str:
    """A regular expression for the paths of the files that the formats read, as pre-commit's `files` takes it."""
    names = sorted({name for format_ in FORMATS for name in load(format_).NAMES})
    suffixes = [_as_expression(name[2:]) for name in names if name.startswith("*.")]
    others = [_as_expression(name) for name in names if not name.startswith("*.")]
    ends = [f"\\.({'|'.join(suffixes)})", *([f"(^|/)({'|'.join(others)})"] if others else [])]
    return f"({'|'.join(ends)})(\\.({'|'.join(TEMPLATE_SUFFIXES)}))?$"


def _as_expression(pattern: str) -> str:
    """A file name pattern as a regular expression; classes in brackets mean the same in both."""
    return pattern.replace(".", r"\.").replace("*", "[^/]*").replace("?", "[^/]")


def main(arguments: Sequence[str]) -> int:
    """Write what is not current, or name it."""
    wanted = {PAGES / name: text for name, text in pages().items()}
    wanted[DEPRECATIONS] = deprecations()
    wanted.update(guides())
    wanted[README] = with_output(README.read_text("utf-8"))
    wanted[SCHEMA] = config_schema()
    wanted[RULE_SCHEMA] = rule_schema()
    wanted[HOOKS] = FILES.sub(lambda _: hook_files(), HOOKS.read_text("utf-8"))
    left_over = sorted(set(PAGES.glob("*.md")) - set(wanted))
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        for path in [*stale, *left_over]:
            print(f"{path.relative_to(ROOT)} is not current: run 'make docs'")
        return 1 if stale or left_over else 0
    PAGES.mkdir(exist_ok=True)
    for path in left_over:
        path.unlink()
    for path in stale:
        path.write_text(wanted[path], "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
