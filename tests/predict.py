"""Holds what vmlint says of random option strings, and their fixes, against what real QEMUs do; a tool for whoever changes the lexer.

    python -m tests.predict --count 2000 --seed 1 --oracle ../shared/oracle

Without --oracle the `qemu-system-x86_64` on PATH is asked. Prints each disagreement and exits 1 if there is one.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import vmlint
from tests.option_strings import strings
from vmlint.fixer import apply
from vmlint.qemu.arguments import read_argument
from vmlint.qemu.optstring import FLAG
from vmlint.versions import parse

WARNED = re.compile(r"short-form boolean option '(.*?)' deprecated")
REFUSED = "Expected '=' after parameter"
BASE = ["-no-user-config", "-nodefaults", "-display", "none", "-S"]
QUIT = ["-chardev", "stdio,id=quit,signal=off", "-mon", "chardev=quit,mode=control"]
QMP = b'{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n'
FLAG_RULES = (
    "short-boolean",
    "parameter-without-value",
    "comma-not-doubled",
    "name-begins-with-no",
    "unknown-flag",
    "removed-parameter",
)


class Answer(NamedTuple):
    """What a QEMU did: the tokens it warned about in order, and its first error."""

    warned: list[str]
    error: str


def argv(option: list[str]) -> list[str]:
    """A whole set of words in which the option can stand."""
    machine = [] if option[0] in ("-machine", "-M") else ["-M", "q35"]
    return [*machine, *option]


def predicted(option: list[str], version: str) -> tuple[list[str], bool]:
    """The tokens that QEMU should warn about, in order, and whether it should refuse one for want of a `=`."""
    report = vmlint.check_argv(["qemu-system-x86_64", *argv(option)], qemu=f"=={version}")
    known, _, params = read_argument(option[0][1:], option[1])
    flags = {option[1][param.start : param.end] for param in params if param.kind == FLAG}
    told = [d for d in report.diagnostics if d.rule in FLAG_RULES]
    found = [d for d in told if d.rule != "removed-parameter" or d.source.decode(*d.span) in flags]
    keyval = known.keyval is not None and parse(version) >= known.keyval
    refused = keyval and any("QEMU refuses" in d.message or "in short form or long" in d.message for d in found)
    noisy = known.warns is not None and not refused and version != "5.2"
    tokens = [d.source.decode(*d.span) for d in found]
    return [token for token in tokens if token] if noisy else [], refused  # nobody can point at an empty token


def disagreement(option: list[str], version: str, answer: Answer) -> str:
    """In which way the answer is not what was predicted; empty if it is. An error ends QEMU's reading early."""
    expected, refused = predicted(option, version)
    if (REFUSED in answer.error) and not refused:
        return f"{version} refused it: {answer.error}"
    warned = [token for token in answer.warned if token]
    if answer.error:
        return "" if _is_part(warned, expected) else f"{version} warned about {warned}, predicted {expected}"
    if refused:
        return f"{version} accepted it, predicted a refusal"
    return "" if warned == expected else f"{version} warned about {warned}, predicted {expected}"


def broken_fix(option: list[str], version: str, answer: Answer, ask: Callable[[list[str], str], Answer]) -> str:
    """How a safe fix goes wrong: a warning is left, or what started does not start; empty if it does neither."""
    line = fixed(option, version)
    if line == option:
        return ""
    after = ask(line, version)
    told = predicted(line, version)[0]
    if not _is_part([token for token in after.warned if token], told):
        return f"{version} still warns about {after.warned} in {line[1]}"
    return f"{version} refuses {line[1]}: {after.error}" if after.error and not answer.error else ""


def fixed(option: list[str], version: str) -> list[str]:
    """The option after its safe fixes for one release, one after another."""
    line = ["qemu-system-x86_64", *option]
    for _ in range(10):
        found = vmlint.check_argv(line, qemu=f"=={version}").diagnostics
        safe = next((d for d in found if d.fix is not None and d.fix.safety == "safe"), None)
        if safe is None or safe.fix is None:
            break
        line = shlex.split(apply(safe.source.data, safe.fix.edits).decode())
    return line[1:]


def _is_part(some: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(token in rest for token in some)


def ask_local(option: list[str], version: str) -> Answer:
    """The QEMU on PATH, in a folder of its own, told to quit as soon as it is up."""
    del version
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "disk.img").write_bytes(bytes(1 << 16))
        command = ["qemu-system-x86_64", *BASE, *argv(option), *QUIT]
        try:
            done = subprocess.run(command, cwd=folder, input=QMP, capture_output=True, check=False, timeout=5)
            told, failed = done.stderr, done.returncode != 0
        except subprocess.TimeoutExpired as late:  # it runs, and waits for something
            told, failed = late.stderr or b"", False
    messages = told.decode("utf-8", "replace")
    errors = [line for line in messages.splitlines() if "warning:" not in line and not line.startswith("Please use")]
    return Answer(WARNED.findall(messages), (errors or ["no message"])[0] if failed else "")


def local_version() -> str:
    """Major and minor of the QEMU on PATH."""
    text = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True, check=True).stdout
    return ".".join(re.findall(r"\d+", text)[:2])


def oracle(folder: str) -> tuple[list[str], Callable[[list[str], str], Answer]]:
    """The versions that an oracle has, and how to ask it."""
    sys.path.insert(0, folder)
    import run  # type: ignore[import-not-found]  # a script beside the project, if there is one

    run.setup()

    def ask(option: list[str], version: str) -> Answer:
        result = run.run_one(argv(option), version, base=BASE)
        return Answer(result["warn"], result["error"] or "")

    return list(run.VERSIONS), ask


def compare(count: int, seed: int, versions: list[str], ask: Callable[[list[str], str], Answer]) -> Iterator[str]:
    """A line for each disagreement."""

    def one(option: list[str]) -> list[str]:
        found = []
        for version in versions:
            answer = ask(option, version)
            words = disagreement(option, version, answer) or broken_fix(option, version, answer, ask)
            found += [f"{' '.join(option)}: {words}"] if words else []
        return found

    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(one, strings(count, seed)):
            yield from found


def main() -> int:
    """Compare as the arguments say, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--oracle", metavar="FOLDER")
    given = parser.parse_args()
    versions, ask = oracle(given.oracle) if given.oracle else ([local_version()], ask_local)
    found = 0
    for line in compare(given.count, given.seed, versions, ask):
        found += 1
        print(line, flush=True)
    print(f"{given.count} option strings on {', '.join(versions)}: {found} disagreements")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
