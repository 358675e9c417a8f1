"""Holds what vmlint says of deprecated and removed forms, and its fixes, against what real QEMUs do; a tool for whoever
changes a row.

    python -m tests.deprecations --oracle ../shared/oracle [--only ID] [--table FILE]

Without --oracle the `qemu-system-x86_64` on PATH is asked; tests/emulators.py says what an oracle needs for the forms of
other emulators. Prints each disagreement and exits 1 if there is one; --table writes what each emulator did, in Markdown.
"""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import vmlint
from tests.emulators import BASE, X86, Answer, Ask, ask_local, local_version, oracle
from vmlint.data import parse_toml
from vmlint.fixer import apply

CASES = Path(__file__).parent / "deprecations.toml"
TOPIC = ["deprecations"]
ELSEWHERE = ["wait-on-client", "json-boolean-in-quotes"]
LACKS = re.compile(
    r"module .* not found|is not available|need a terminal|address resolution|No such file or directory|no option group|Could not find|Inappropriate ioctl"
    r"|[Cc]ould not load .*bios|load the RISC-V firmware|flash image|aspeed_load_vbootrom|audio_init|Image is not in|not initialize SDL|Unable to init server|ceph-mon|failed to find host usb"
)
"""What an emulator says where it or its host lacks something that the form needs: it has read the form."""
STARTS = re.compile("pass over|but without")
"""What vmlint says of a form without effect."""
SILENT = re.compile("without a warning|does not warn")
"""What vmlint says of a deprecation that no emulator tells."""


class Case(NamedTuple):
    """One way to write one thing; see the head of tests/deprecations.toml."""

    id: str
    old: list[str]
    program: str = X86
    absent: Sequence[str] = ()
    blind: Sequence[str] = ()
    elsewhere: bool = False
    new: Sequence[str] = ()
    since: str = ""

    @property
    def shown(self) -> str:
        """The form as people write it."""
        return " ".join(self.old if self.program == X86 else [self.program, *self.old])


def cases() -> list[Case]:
    """The cases of tests/deprecations.toml."""
    found = []
    for table in parse_toml(str(CASES))["case"]:
        words = {key: table[key].split() for key in ("old", "new") if key in table}
        found.append(Case(**table | words))
    return found


def said(program: str, words: Sequence[str], version: str) -> list[Any]:
    """What vmlint says of a form on one release, errors first."""
    found = vmlint.check_argv([program, *BASE, *words], qemu=f"=={version}", select=[*TOPIC, *ELSEWHERE]).diagnostics
    return sorted((d for d in found if d.severity != "note"), key=lambda d: d.severity)


def fixed(program: str, words: Sequence[str], version: str) -> list[str]:
    """The form after all fixes for one release that are to be applied, safe or not."""
    line = [program, *words, *BASE]
    for _ in range(10):
        found = vmlint.check_argv(line, qemu=f"=={version}", select=[*TOPIC, *ELSEWHERE]).diagnostics
        fixes = [(d.source.data, d.fix.edits) for d in found if d.fix is not None and d.fix.safety != "shown"]
        if not fixes:
            break
        line = shlex.split(apply(*fixes[0]).decode())
    return line[1 : -len(BASE)]


def disagreements(case: Case, version: str, ask: Ask) -> Iterator[str]:
    """In which ways an emulator does not do what vmlint says."""
    if version in case.blind:
        return
    answer, found = ask(case.program, case.old, version), said(case.program, case.old, version)
    if answer is None:
        return
    if version in case.absent:
        if not answer.error:
            yield "takes a form that is said to be absent"
        return
    yield from _old_form(found, answer)
    yield from _new_forms(case, found, version, ask)


def _old_form(found: list[Any], answer: Answer) -> Iterator[str]:
    severity = found[0].severity if found else ""
    if LACKS.search(answer.error):
        return
    if severity == "error" and not answer.error and not STARTS.search(found[0].message):
        yield f"takes it, said: {found[0].message}"
    if severity != "error" and answer.error:
        yield f"refuses it: {answer.error}; said: {found[0].message if found else 'nothing'}"
    if severity == "warning" and not answer.error:
        is_silent = all(SILENT.search(d.message) for d in found)
        if is_silent is answer.warned:
            yield f"{'warns' if answer.warned else 'does not warn'}, said: {found[0].message}"
    if not found and answer.warned and not answer.error:
        yield "warns, nothing said"


def _new_forms(case: Case, found: list[Any], version: str, ask: Ask) -> Iterator[str]:
    after = fixed(case.program, case.old, version) if found and not case.elsewhere else case.old
    if after != case.old:
        answer = ask(case.program, after, version)
        if answer is not None and answer.error and not LACKS.search(answer.error):
            yield f"refuses the fix {' '.join(after)}: {answer.error}"
        left = said(case.program, after, version)
        if left:
            yield f"something is left in {' '.join(after)}: {left[0].message}"
    if case.new and _number(version) >= _number(case.since):
        answer = ask(case.program, case.new, version)
        if answer is not None and answer.error and not LACKS.search(answer.error):
            yield f"refuses the new form {' '.join(case.new)}: {answer.error}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def compare(chosen: Sequence[Case], versions: Sequence[str], ask: Ask) -> Iterator[str]:
    """A line for each disagreement."""

    def one(case: Case) -> list[str]:
        return [
            f"{case.id}: {case.shown}: {version} {words}"
            for version in versions
            for words in disagreements(case, version, ask)
        ]

    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(one, chosen):
            yield from found


def table(chosen: Sequence[Case], versions: Sequence[str], ask: Ask) -> Iterator[str]:
    """What each emulator does with each old form and which take the new one, in Markdown."""
    yield from (
        "# What emulators do with old forms, and with new ones",
        "",
        "Made by `python -m tests.deprecations --table FILE`, with the emulators of Debian; `qemu-system-x86_64` where none is",
        "named. A `-` stands where that emulator cannot tell, for want of a module, a device or a right. The new form is",
        "vmlint's fix, or what its message names, and beside it stand the releases that took it.",
        "",
        f"| id | old form | {' | '.join(versions)} | vmlint on {versions[-1]} | new form | taken by |",
        f"|---|---|{'---|' * len(versions)}---|---|---|",
    )
    for case in chosen:
        cells = [_cell(case, case.old, version, ask) for version in versions]
        rules = ", ".join(dict.fromkeys(d.rule for d in said(case.program, case.old, versions[-1])))
        new = _newest_form(case, versions)
        taken = [each for each in versions if new and _cell(case, new, each, ask) in ("warns", "takes it")]
        shown = [_code(case.shown), *cells, rules, _code(" ".join(new)), ", ".join(taken)]
        yield f"| {case.id} | {' | '.join(shown)} |"


def _newest_form(case: Case, versions: Sequence[str]) -> Sequence[str]:
    """The new form for the newest release that needs one: by the fix, or as the case has it; empty where there is none."""
    for version in reversed(versions):
        after = case.old if case.elsewhere else fixed(case.program, case.old, version)
        if after != case.old:
            return after
    return case.new


def _cell(case: Case, words: Sequence[str], version: str, ask: Ask) -> str:
    answer = ask(case.program, words, version) if version not in case.blind else None
    if answer is None or (LACKS.search(answer.error) and not answer.warned):
        return "-"
    return "refused" if answer.error else "warns" if answer.warned else "takes it"


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else ""


def _once(ask: Ask) -> Ask:
    """The same, which asks nothing twice."""

    @cache
    def asked(program: str, words: tuple[str, ...], version: str) -> Answer | None:
        return ask(program, words, version)

    return lambda program, words, version: asked(program, tuple(words), version)


def main() -> int:
    """Compare as the arguments say, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--oracle", metavar="FOLDER")
    parser.add_argument("--only", metavar="ID")
    parser.add_argument("--table", metavar="FILE")
    given = parser.parse_args()
    versions, ask = oracle(given.oracle) if given.oracle else ([local_version()], ask_local)
    ask = _once(ask)
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
