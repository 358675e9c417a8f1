"""What an upgrade does to VMs: which VMs a file holds, and what findings mean for their start."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from .light_typing import NamedTuple
from .model import Diagnostic, Document, Failure, Node
from .qemu.commandline import CommandNode
from .source import OPAQUE, Span, Value
from .targets import Distribution

REFUSED, UNKNOWN, WARNS, STARTS = "will-not-start", "unknown", "starts-with-warnings", "starts"
VERDICTS = (REFUSED, UNKNOWN, WARNS, STARTS)
"""Gravest first."""
DOMAIN, COMMAND, UNREAD = "domain", "command-line", "unread"
"""Kinds of VM; `unread` stands for what could not be read, and may be one."""


DOMAIN_TAG = b"<domain"
PROXMOX = "proxmox"
"""The format of files that hold a guest and its snapshots."""


class Vm(NamedTuple):
    """A domain, or a QEMU command line. `doubt`: why nobody can tell from the file whether it starts, if that is so."""

    name: str
    path: str
    line: int
    kind: str
    spans: tuple[Span, ...]
    """The parts of the file that it is made of; empty for what is all of the file."""
    doubt: str = ""


class Judged(NamedTuple):
    """One VM on one target: the verdict, what speaks against it, and the verdict after --fix and after all fixes."""

    verdict: str
    reasons: tuple[Diagnostic, ...] = ()
    after_safe: str = STARTS
    after_all: str = STARTS


class VmReport(NamedTuple):
    """One VM on all targets, in their order, and on the release that it runs on now, if that was said."""

    vm: Vm
    judged: tuple[Judged, ...]
    before: Judged | None = None

    @property
    def worst(self) -> str:
        """The gravest verdict."""
        return min((judged.verdict for judged in self.judged), key=VERDICTS.index)

    def is_new(self, reason: Diagnostic) -> bool:
        """Whether a reason does not stand against the VM where it runs now."""
        known = self.before.reasons if self.before else ()
        return not any(_same(reason, other) for other in known)

    def is_broken_already(self) -> bool:
        """Whether it does not start where it runs now."""
        return self.before is not None and self.before.verdict == REFUSED


class UpgradeReport(NamedTuple):
    """All that a rendering of `vmlint upgrade` or its exit code may look at."""

    origin: Distribution | None
    targets: tuple[Distribution, ...]
    vms: list[VmReport]
    skipped: list[Failure]
    failures: list[Failure]

    @property
    def refused(self) -> bool:
        """Whether a VM will not start on some target."""
        return any(report.worst == REFUSED for report in self.vms)

    def totals(self, index: int) -> dict[str, int]:
        """How many VMs get each verdict on a target."""
        return _count(report.judged[index].verdict for report in self.vms)

    def totals_fixed(self, index: int, unsafe: bool) -> dict[str, int]:
        """The same after --fix, or with the unsafe fixes too."""
        judged = [report.judged[index] for report in self.vms]
        return _count(each.after_all if unsafe else each.after_safe for each in judged)

    def fixable(self, index: int, safety: str) -> int:
        """How many reasons on a target have a fix of one safety."""
        reasons = [reason for report in self.vms for reason in report.judged[index].reasons]
        return sum(reason.fix is not None and reason.fix.safety == safety for reason in reasons)

    def broken_already(self, index: int) -> int:
        """How many of the VMs that will not start on a target do not start now either."""
        refused = [report for report in self.vms if report.judged[index].verdict == REFUSED]
        return sum(report.is_broken_already() for report in refused)


def verdict(vm: Vm, found: Sequence[Diagnostic]) -> str:
    """What becomes of a VM with some findings."""
    effects = {diagnostic.effect for diagnostic in found} | ({"unknown"} if vm.doubt else set())
    if "refused" in effects:
        return REFUSED
    if "unknown" in effects:
        return UNKNOWN
    return WARNS if any(diagnostic.severity != "note" for diagnostic in found) else STARTS


def judge(vm: Vm, found: Sequence[Diagnostic]) -> Judged:
    """The verdict and its reasons, gravest first; as if nothing could be fixed."""
    reasons = [each for each in found if each.effect != "starts" or each.severity != "note"]
    reasons.sort(key=lambda each: (_GRAVITY[each.effect], each.span))
    result = verdict(vm, reasons)
    return Judged(result, tuple(reasons), result, result)


_GRAVITY = {"refused": 0, "unknown": 1, "starts": 2}


def vms(document: Document) -> list[Vm]:
    """The VMs of a document, in the order of the file; a document of which nothing could be read may be one."""
    found = list(_domains(document)) + list(_commands(document))
    parts = _Parts(found)
    lost = [problem.span for problem in document.problems if parts.holder(problem.span.start) is None]
    if lost:
        line = document.source.position(min(lost).start).line
        found.append(Vm("", document.source.path, line, UNREAD, tuple(lost), "it could not be read"))
    return sorted(found, key=lambda vm: vm.spans)


def shared(found: Sequence[Vm], diagnostics: Iterable[Diagnostic]) -> list[list[Diagnostic]]:
    """For each VM of a document the findings that are about it; those about none are left out."""
    shares: list[list[Diagnostic]] = [[] for _ in found]
    parts = _Parts(found)
    for diagnostic in diagnostics:
        holder = parts.holder(diagnostic.span.start) if len(found) > 1 else 0
        if holder is not None:
            shares[holder].append(diagnostic)
    return shares


def _domains(document: Document) -> Iterator[Vm]:
    for root in document.roots:
        if root.name in ("domain", "foreign-domain"):
            machine = root.get("os/type@machine")
            doubt = _doubt_of_machine(machine)
            if root.name == "foreign-domain":
                kind = root.value("type")
                doubt = f"a domain of type '{_shown(kind)}' is not run by QEMU" if kind else "the domain has no type"
            yield _vm(document, _shown(root.get("name")).strip(), DOMAIN, [root], doubt)


def _commands(document: Document) -> Iterator[Vm]:
    """Command lines, but for those in domains; parts without a program belong to the one command that has one."""
    lines = [root for root in document.roots if isinstance(root, CommandNode) and root.parent is None]
    whole = [line for line in lines if line.program is not None]
    groups: list[list[CommandNode]] = [whole + [line for line in lines if line.program is None]]
    if len(whole) != 1:
        groups = [[line] for line in lines]
    for group in groups:
        options = [option for line in group for option in line.children]
        name = _shown(_last(options, ("-name",), "guest")) or ("" if group is not groups[0] else _number(document))
        doubt = _doubt_of_machine(_last(options, ("-machine", "-M"), "type"))
        yield _vm(document, name, COMMAND, group, doubt)


def _number(document: Document) -> str:
    """The number after which Proxmox VE calls the file of a guest."""
    return re.split(r"[/\\]", document.source.path)[-1].partition(".")[0] if document.format_name == PROXMOX else ""


def _vm(document: Document, name: str, kind: str, roots: Sequence[Node], doubt: str) -> Vm:
    source = document.source
    if len(document.roots) == 1 and not document.problems:  # nobody asks where it ends, and to find that takes long
        at = _only_domain(roots[0], source.data)
        spans: tuple[Span, ...] = ()
    else:
        at = None
        spans = tuple(root.span for root in roots)
    line = source.position(roots[0].span.start if at is None else at).line
    return Vm(name, source.path, line, kind, spans, doubt)


def _only_domain(root: Node, data: bytes) -> int | None:
    """Where a domain begins that is a whole file, if its first tag cannot be mistaken for another."""
    at = data.find(DOMAIN_TAG)
    whole = root.name.endswith("domain") and root.element.getparent() is None and data.count(DOMAIN_TAG) == 1
    return at if whole else None


def _doubt_of_machine(machine: Value | None) -> str:
    return "the machine type is not in the file" if machine is not None and machine.opaque else ""


def _last(options: Iterable[Node], names: tuple[str, ...], key: str) -> Value | None:
    """The value of a parameter in the last of some options that has it."""
    values = [option.value(key) for option in options if option.name in names]
    return next((value for value in reversed(values) if value is not None), None)


def _shown(value: Value | None) -> str:
    """A text for people, `…` where its parts are not in the file."""
    return value.text.replace(OPAQUE, "…") if value is not None else ""


class _Parts:
    """The parts of a file that VMs are made of."""

    def __init__(self, found: Iterable[Vm]) -> None:
        self._parts = sorted((span.start, span.end, index) for index, vm in enumerate(found) for span in vm.spans)
        self._starts = [start for start, *_ in self._parts]
        self._reach = list(accumulate((end for _, end, _ in self._parts), max))

    def holder(self, at: int) -> int | None:
        """Which VM a byte belongs to; of parts that lie in each other, that of the inner one."""
        index = bisect_right(self._starts, at) - 1
        while index >= 0 and self._reach[index] >= at:
            _, end, holder = self._parts[index]
            if end >= at:
                return holder
            index -= 1
        return None


def _same(one: Diagnostic, other: Diagnostic) -> bool:
    """Whether two findings of runs for different releases are one and mean the same for the start."""
    return (one.rule, one.span, one.effect) == (other.rule, other.span, other.effect)


def _count(verdicts: Iterable[str]) -> dict[str, int]:
    counts = dict.fromkeys(VERDICTS, 0)
    for each in verdicts:
        counts[each] += 1
    return counts
