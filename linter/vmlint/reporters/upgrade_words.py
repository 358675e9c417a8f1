"""What the renderings of `vmlint upgrade` have in common: words for verdicts, and sentences of the summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model import Diagnostic
from ..upgrade import (
    COMMAND,
    DOMAIN,
    REFUSED,
    STARTS,
    UNKNOWN,
    UNREAD,
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
THERE = "\0"
"""Stands for the name of a distribution."""
NAMELESS = {UNREAD: "(not read)", COMMAND: "(command line)", DOMAIN: "(domain)"}


def label(vm: Vm) -> str:
    """What a VM is called; where the file gives no name, what it is."""
    return vm.name if vm.name.strip("…") else NAMELESS[vm.kind]


def title(report: UpgradeReport) -> str:
    """`Upgrade to Debian 13 trixie`; of many releases only how many they are."""
    names = [target.title for target in report.targets]
    return f"Upgrade to {', '.join(names)}" if len(names) <= FEW else f"Upgrade to any of {len(names)} releases"


def headlines(report: UpgradeReport) -> Iterator[str]:
    """For each target: how many VMs will not start there."""
    for index, target in enumerate(report.targets):
        totals = report.totals(index)
        refused, unknown = totals[REFUSED], totals[UNKNOWN]
        on = f"{target.title} ({target.versions})"
        already = ""
        if report.origin and refused:
            already = f"; {report.broken_already(index)} of them did not start on {report.origin.title} either"
        doubted = f"; of {unknown} it is not known" if unknown else ""
        yield f"{refused} of {plural(len(report.vms), 'VM')} will not start on {on}{already}{doubted}."


def fix_sentences(report: UpgradeReport) -> Iterator[str]:
    """For each target where anything can be fixed: how, and what that settles."""
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
