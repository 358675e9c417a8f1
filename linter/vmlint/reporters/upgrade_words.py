"""What the renderings of `vmlint upgrade` have in common: words for verdicts, and sentences of the summary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..model import Diagnostic
from ..upgrade import (
    REFUSED,
    STARTS,
    UNKNOWN,
    VERDICTS,
    WARNS,
    UpgradeReport,
    Vm,
    VmReport,
)
from .summary import plural

WORDS = {REFUSED: "will not start", UNKNOWN: "unknown", WARNS: "starts with warnings", STARTS: "starts"}
SHORT = {REFUSED: "fails", UNKNOWN: "unknown", WARNS: "warns", STARTS: "starts"}
MARKS = {REFUSED: "✗", UNKNOWN: "?", WARNS: "!", STARTS: "✓"}
FEW = 3
FOLDERS = re.compile(r"[/\\]")
THERE = "\0"
"""Stands for the name of a distribution."""
MANY = 6
"""So many releases are told by those that are not meant, where most are."""


def label(vm: Vm) -> str:
    """What a VM is called by people; where the file gives no name, by its place."""
    if vm.name.strip("…"):
        return vm.name
    return f"{re.split(FOLDERS, vm.path)[-1]}:{vm.line}"


def heading(vm: Vm) -> str:
    """Where a VM is, and its name, where the file gives one."""
    return f"{vm.path}:{vm.line}: {vm.name}" if vm.name.strip("…") else f"{vm.path}:{vm.line}"


def title(report: UpgradeReport) -> str:
    """`Upgrade to Debian 13 trixie`; of many releases only how many they are."""
    names = [target.title for target in report.targets]
    return f"Upgrade to {', '.join(names)}" if len(names) <= FEW else f"Upgrade to any of {len(names)} releases"


def headlines(report: UpgradeReport) -> Iterator[str]:
    """For each target how many VMs will not start there; for many targets, in one sentence, how many on some."""
    if len(report.targets) > FEW:
        yield subtitle(report)
        return
    for index, target in enumerate(report.targets):
        totals = report.totals(index)
        refused, unknown = totals[REFUSED], totals[UNKNOWN]
        on = f"{target.title} ({target.versions})"
        already = ""
        if report.origin and refused:
            already = f"; {report.broken_already(index)} of them did not start on {report.origin.title} either"
        doubted = f"; of {unknown} it is not known" if unknown else ""
        yield f"{refused} of {plural(len(report.vms), 'VM')} will not start on {on}{already}{doubted}."


def subtitle(report: UpgradeReport) -> str:
    """`12 of 300 VMs will not start on some of them; of 3 it is not known.`, of all targets together."""
    refused = sum(each.worst == REFUSED for each in report.vms)
    unknown = sum(each.worst == UNKNOWN for each in report.vms)
    doubted = f"; of {unknown} it is not known" if unknown else ""
    where = "there" if len(report.targets) == 1 else f"on some of these {len(report.targets)} releases"
    return f"{refused} of {plural(len(report.vms), 'VM')} will not start {where}{doubted}."


def totals_table(report: UpgradeReport) -> Iterator[Sequence[str]]:
    """How many VMs get each verdict on each target, and after fixes: in rows of their own, or of many targets only how
    many will not start then."""
    if len(report.targets) <= FEW:
        yield ("", *(WORDS[word] for word in VERDICTS))
        yield from (row for index in range(len(report.targets)) for row in _totals_of(report, index))
        return
    first, *others = VERDICTS
    yield ("", WORDS[first], "after --fix", "and --unsafe-fixes", *(WORDS[word] for word in others))
    for index, target in enumerate(report.targets):
        now = report.totals(index)
        then = (str(report.totals_fixed(index, unsafe)[first]) for unsafe in (False, True))
        yield (target.name, str(now[first]), *then, *(str(now[word]) for word in others))


def _totals_of(report: UpgradeReport, index: int) -> Iterator[Sequence[str]]:
    now = report.totals(index)
    yield (report.targets[index].name, *(str(now[word]) for word in VERDICTS))
    for name, unsafe in (("  after --fix", False), ("  with --unsafe-fixes", True)):
        then = report.totals_fixed(index, unsafe)
        if then != now:
            yield (name, *(str(then[word]) for word in VERDICTS))


def not_judged(report: UpgradeReport, failures: bool = True) -> Iterator[str]:
    """`notes.bin was not judged: the file is binary`, of the paths that the user named, or that could not be read."""
    for each in (*report.skipped, *(report.failures if failures else ())):
        yield f"{each.path} was not judged: {each.reason}"


def names_of(report: UpgradeReport, where: Sequence[int]) -> str:
    """Some targets by their names: `debian-12, debian-13`; most of many as `all but debian-12`."""
    names = [target.name for target in report.targets]
    others = [name for index, name in enumerate(names) if index not in where]
    if len(names) >= MANY and len(others) <= FEW:
        return f"all but {', '.join(others)}" if others else "all"
    return ", ".join(names[index] for index in where)


def fix_sentences(report: UpgradeReport) -> Iterator[str]:
    """For each target where anything can be fixed: how, and what that settles; for many targets, how."""
    if len(report.targets) > FEW:
        safeties = {each for each in ("safe", "unsafe") for n in range(len(report.targets)) if report.fixable(n, each)}
        if safeties:
            more = " --unsafe-fixes" if "safe" not in safeties else ""
            yield f"'vmlint check --target RELEASE --fix{more}' makes the fixes for a release."
        return
    for index, target in enumerate(report.targets):
        safe, unsafe = report.fixable(index, "safe"), report.fixable(index, "unsafe")
        if not safe and not unsafe:
            continue
        command = f"vmlint check --target {target.name} --fix{'' if safe else ' --unsafe-fixes'}"
        more = f", and {unsafe} more with --unsafe-fixes" if safe and unsafe else ""
        left = plural(report.totals_fixed(index, unsafe=bool(unsafe))[REFUSED], "VM")
        yield f"'{command}' settles {plural(safe or unsafe, 'finding')}{more}; {left} will not start then."


def grouped(report: UpgradeReport, of: VmReport) -> list[tuple[Diagnostic, list[int]]]:
    """The reasons against a VM, each once with the numbers of the targets on which it stands, gravest first.

    Those that differ only in the distribution that they name are one, which names all.
    """
    found: dict[tuple[object, ...], tuple[Diagnostic, list[int]]] = {}
    for index, judged in enumerate(of.judged):
        for reason in judged.reasons:
            message = reason.message.replace(report.targets[index].title, THERE)
            key = (reason.rule, reason.span, reason.effect, message)
            found.setdefault(key, (reason._replace(message=message), []))[1].append(index)
    told = [(_naming(report, reason, where), where) for reason, where in found.values()]
    return sorted(told, key=lambda entry: entry[0].effect != "refused")


def _naming(report: UpgradeReport, reason: Diagnostic, where: list[int]) -> Diagnostic:
    """A reason that names the distributions of which it says something."""
    targets = [report.targets[index] for index in where]
    names = targets[0].title if len(targets) == 1 else listed([target.name for target in targets])
    return reason._replace(message=reason.message.replace(THERE, names))


def listed(names: Sequence[str]) -> str:
    """`debian-12, debian-13 and rhel-9.8`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def doubt(report: VmReport) -> str:
    """Why nobody can tell whether a VM starts, where no finding says it."""
    told = any(reason.effect == "unknown" for judged in report.judged for reason in judged.reasons)
    return "" if told else report.vm.doubt


def by_gravity(report: UpgradeReport) -> list[VmReport]:
    """The VMs that do not just start everywhere, gravest first, else in the order of the files."""
    affected = [each for each in report.vms if each.worst != STARTS]
    return sorted(affected, key=lambda each: VERDICTS.index(each.worst))


def fix_words(reason: Diagnostic) -> str:
    """`safe fix: Write 'server=on'`, or nothing where no fix can be applied."""
    return f"{reason.fix.safety} fix: {reason.fix.title}" if reason.fix and reason.fix.safety != "shown" else ""
