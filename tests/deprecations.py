"""Holds what vmlint says of deprecated and removed forms, and its fixes, against what real QEMUs do; a tool for whoever
changes a row.

    python -m tests.deprecations --oracle ../shared/oracle [--only ID] [--table FILE]

Without --oracle the `qemu-system-x86_64` on PATH is asked. Prints each disagreement and exits 1 if there is one; --table
writes what each emulator did, in Markdown.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import vmlint
from vmlint.data import parse_toml
from vmlint.fixer import apply

CASES = Path(__file__).parent / "deprecations.toml"
BASE = ["-no-user-config", "-nodefaults", "-display", "none", "-S"]
QUIT = ["-chardev", "stdio,id=quit,signal=off", "-mon", "chardev=quit,mode=control"]
QMP = b'{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n'
TOPIC = ["deprecations"]
ELSEWHERE = ["wait-on-client", "json-boolean-in-quotes"]
WARNING = re.compile(r"deprecat|use .* instead|persistence", re.IGNORECASE)
"""What QEMU says where it warns of a form."""
OWN = re.compile(r"chardev=(?:quit|orcq)")
"""The monitor that ends QEMU is told of in 11.1; it is no part of the case."""
LACKS = re.compile(
    r"module .* not found|is not available|need a terminal|address resolution|No such file or directory|no option group|Could not find|Inappropriate ioctl"
)
"""What an emulator says where it or its host lacks something that the form needs: it has read the form."""


class Answer(NamedTuple):
    """What a QEMU did: its error, empty if it came up, and whether it warned."""

    error: str
    warned: bool


class Case(NamedTuple):
    """One way to write one thing; see the head of tests/deprecations.toml."""

    id: str
    old: list[str]
    absent: list[str]
    blind: list[str]
    elsewhere: bool
    new: list[str]
    since: str


Ask = Callable[[Sequence[str], str], Answer]


def cases() -> list[Case]:
    """The cases of tests/deprecations.toml."""
    return [
        Case(
            table["id"], table["old"].split(), table.get("absent", []), table.get("blind", []),
            table.get("elsewhere", False), table.get("new", "").split(), table.get("since", ""),
        )
        for table in parse_toml(str(CASES))["case"]
    ]  # fmt: skip


def said(words: Sequence[str], version: str) -> list[Any]:
    """What vmlint says of a form on one release, errors first."""
    line = ["qemu-system-x86_64", *BASE, *words]
    found = vmlint.check_argv(line, qemu=f"=={version}", select=[*TOPIC, *ELSEWHERE]).diagnostics
    return sorted((d for d in found if d.severity != "note"), key=lambda d: d.severity)


def fixed(words: Sequence[str], version: str) -> list[str]:
    """The form after all fixes for one release that are to be applied, safe or not."""
    line = ["qemu-system-x86_64", *BASE, *words]
    for _ in range(10):
        found = vmlint.check_argv(line, qemu=f"=={version}", select=[*TOPIC, *ELSEWHERE]).diagnostics
        fixes = [(d.source.data, d.fix.edits) for d in found if d.fix is not None and d.fix.safety != "shown"]
        if not fixes:
            break
        line = shlex.split(apply(*fixes[0]).decode())
    return line[1 + len(BASE) :]


def disagreements(case: Case, version: str, ask: Ask) -> Iterator[str]:
    """In which ways an emulator does not do what vmlint says."""
    if version in case.blind:
        return
    answer, found = ask(case.old, version), said(case.old, version)
    if version in case.absent:
        if not answer.error:
            yield "takes a form that is said to be absent"
        return
    yield from _old_form(found, answer)
    yield from _new_forms(case, found, version, ask)


def _old_form(found: list[Any], answer: Answer) -> Iterator[str]:
    severity = found[0].severity if found else ""
    if severity == "error" and not answer.error:
        yield f"takes it, said: {found[0].message}"
    if severity != "error" and LACKS.search(answer.error):
        return
    if severity != "error" and answer.error:
        yield f"refuses it: {answer.error}; said: {found[0].message if found else 'nothing'}"
    if severity == "warning" and not answer.error:
        is_silent = all("without a warning" in d.message for d in found)
        if is_silent is answer.warned:
            yield f"{'warns' if answer.warned else 'does not warn'}, said: {found[0].message}"
    if not found and answer.warned and not answer.error:
        yield "warns, nothing said"


def _new_forms(case: Case, found: list[Any], version: str, ask: Ask) -> Iterator[str]:
    after = fixed(case.old, version) if found and not case.elsewhere else case.old
    if after != case.old:
        answer = ask(after, version)
        if answer.error and not LACKS.search(answer.error):
            yield f"refuses the fix {' '.join(after)}: {answer.error}"
        left = said(after, version)
        if left:
            yield f"something is left in {' '.join(after)}: {left[0].message}"
    if case.new and tuple(map(int, version.split("."))) >= tuple(map(int, case.since.split("."))):
        answer = ask(case.new, version)
        if answer.error and not LACKS.search(answer.error):
            yield f"refuses the new form {' '.join(case.new)}: {answer.error}"


def ask_local(words: Sequence[str], version: str) -> Answer:
    """The QEMU on PATH, in a folder of its own, told to quit as soon as it is up."""
    del version
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "disk.img").write_bytes(bytes(1 << 20))
        command = ["qemu-system-x86_64", *BASE, *words, *QUIT]
        done = subprocess.run(command, cwd=folder, input=QMP, capture_output=True, check=False, timeout=60)
    lines = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if not OWN.search(line)]
    errors = [line for line in lines if "warning:" not in line]
    error = "".join(errors[:1]) or "no message" if done.returncode else ""
    return Answer(error, any(map(WARNING.search, lines)))


def oracle(folder: str) -> tuple[list[str], Ask]:
    """The versions that an oracle has, and how to ask it."""
    sys.path.insert(0, folder)
    import run  # type: ignore[import-not-found]  # a script beside the project, if there is one

    run.setup()

    def ask(words: Sequence[str], version: str) -> Answer:
        result = run.run_one(list(words), version, base=[*BASE, "-monitor", "none"])
        lines = [line for line in result.get("extra", []) if not OWN.search(line)]
        return Answer(result["error"] or "", any(map(WARNING.search, lines)))

    return list(run.VERSIONS), ask


def compare(chosen: Sequence[Case], versions: Sequence[str], ask: Ask) -> Iterator[str]:
    """A line for each disagreement."""

    def one(case: Case) -> list[str]:
        return [
            f"{case.id}: {' '.join(case.old)}: {version} {words}"
            for version in versions
            for words in disagreements(case, version, ask)
        ]

    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(one, chosen):
            yield from found


def table(chosen: Sequence[Case], versions: Sequence[str], ask: Ask) -> Iterator[str]:
    """What each emulator does with each old form, in Markdown."""
    yield f"| id | old form | {' | '.join(versions)} | vmlint on {versions[-1]} |"
    yield f"|---|---|{'---|' * len(versions)}---|"
    for case in chosen:
        cells = [_cell(case, version, ask) for version in versions]
        found = said(case.old, versions[-1])
        rules = ", ".join(dict.fromkeys(d.rule for d in found))
        old = " ".join(case.old).replace("|", "\\|")
        yield f"| {case.id} | `{old}` | {' | '.join(cells)} | {rules} |"


def _cell(case: Case, version: str, ask: Ask) -> str:
    if version in case.blind:
        return "-"
    answer = ask(case.old, version)
    return "refused" if answer.error else "warns" if answer.warned else "takes it"


def local_version() -> str:
    """Major and minor of the QEMU on PATH."""
    text = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True, check=True).stdout
    return ".".join(re.findall(r"\d+", text)[:2])


def main() -> int:
    """Compare as the arguments say, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--oracle", metavar="FOLDER")
    parser.add_argument("--only", metavar="ID")
    parser.add_argument("--table", metavar="FILE")
    given = parser.parse_args()
    versions, ask = oracle(given.oracle) if given.oracle else ([local_version()], ask_local)
    chosen = [case for case in cases() if given.only in (None, case.id)]
    if given.table:
        Path(given.table).write_text("\n".join(table(chosen, versions, ask)) + "\n", "utf-8")
    found = 0
    for line in compare(chosen, versions, ask):
        found += 1
        print(line, flush=True)
    things = len({case.id for case in chosen})
    print(f"{len(chosen)} forms of {things} things on {', '.join(versions)}: {found} disagreements")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
