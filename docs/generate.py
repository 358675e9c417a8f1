"""Writes what comes from the program: the pages of the rules, the output shown in README.md, the hooks' file names,
the schema of the configuration.

With --check nothing is written; what is not current is named, and the exit code is 1.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from vmlint.catalog import rules
from vmlint.config_schema import config_schema
from vmlint.formats import FORMATS, load
from vmlint.formats.names import TEMPLATE_SUFFIXES
from vmlint.model import SAFETIES, Rule
from vmlint.rulepage import rule_markdown

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "rules"
README = ROOT / "README.md"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
SCHEMA = ROOT / "schemas" / "vmlint.schema.json"

CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n", re.MULTILINE)
FILES = re.compile(r"(?<=^  files: &names ).*$", re.MULTILINE)
TIMEOUT = 60


def pages() -> dict[str, str]:
    """The files of docs/rules and what is to be in them."""
    found = {f"{rule.name}.md": f"{rule_markdown(rule).rstrip()}\n" for rule in rules().values()}
    return {**found, "README.md": "\n".join([*_index(), ""])}


def _index() -> Iterator[str]:
    yield from ("# Rules", "", "Made from the tables in `rules/` by `make docs`, as are the pages of the rules.")
    for topic, members in groupby(rules().values(), key=lambda rule: rule.topic):
        yield from ("", f"## {topic}", "", "| rule | severity | fix | what it finds |", "|---|---|---|---|")
        yield from map(_row, members)


def _row(rule: Rule) -> str:
    used = {variant.safety for variant in rule.variants.values() if variant.fix_title}
    fixes = ", ".join(safety for safety in SAFETIES if safety in used)
    summary = rule.summary.replace("|", "\\|")
    return f"| [{rule.name}]({rule.name}.md) | {rule.severity} | {fixes} | {summary} |"


def with_output(markdown: str) -> str:
    """A Markdown text, each `$ command` in its console blocks followed by what that command prints today.

    A block's commands run one after another in a new folder that holds a copy of examples/ and nothing else.
    """
    return CONSOLE.sub(lambda block: _played(block[0]), markdown)


def _played(block: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "examples", Path(folder, "examples"))
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
    wanted[README] = with_output(README.read_text("utf-8"))
    wanted[SCHEMA] = config_schema()
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
