"""Judges the VMs of files for some releases: each file is read once and looked at for each release."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from . import catalog, discover, fixer, formats
from .choice import chosen_rules
from .engine import Engine
from .libvirt.networks import Networks, networks_in
from .look import may_suppress
from .model import Diagnostic, Document, Failure
from .settings import ALL_FIXES, SAFE_FIXES
from .suppress import suppress
from .targets import Distribution, admitted_by
from .upgrade import STARTS, Judged, UpgradeReport, Vm, VmReport, judge, shared, verdict, vms


class UpgradeRun:
    """Targets made ready, and what came of the files looked at so far. Raises UsageError on rules that do not exist."""

    def __init__(
        self, targets: Sequence[Distribution], origin: Distribution | None = None,
        select: Iterable[str] = (), ignore: Iterable[str] = (),
    ) -> None:  # fmt: skip
        self._targets, self._origin = tuple(targets), origin
        rules = chosen_rules(select, ignore, catalog.rules())
        asked = [admitted_by([each]) for each in (*targets, *([origin] if origin else []))]
        engines = {releases: Engine(rules, releases) for releases in asked}
        self._engines = [engines[releases] for releases in asked]
        self._networks = Networks()
        self._judged: list[list[VmReport]] = []
        self._open: list[tuple[int, str, bytes, formats.Format, frozenset[str]]] = []
        """Files that name networks, to be looked at again when all networks are known."""
        self._skipped: list[Failure] = []
        self._failures: list[Failure] = []

    def look_at_file(self, path: str, head: bytes, named: bool) -> None:
        """A file with these first bytes; `named`: by the user, who then hears why nothing was found in it."""
        format_ = formats.claim(path, head)
        try:
            if format_ is not None:
                self._look_at(path, discover.whole(path, head), format_)
            elif named:
                self._skipped.append(Failure(path, discover.unclaimed(head)))
        except discover.Unreadable as error:
            self._failures.append(Failure(path, str(error)))

    def look_at_bytes(self, path: str, data: bytes) -> None:
        """The content of a file that need not exist."""
        why = discover.nothing_to_lint(data, path)
        format_ = None if why else formats.claim(path, data)
        if format_ is not None:
            self._look_at(path, data, format_)
        else:
            self._skipped.append(Failure(path, why or discover.unclaimed(data)))

    def report(self, search: discover.Search | None = None) -> UpgradeReport:
        """All VMs; with what a search for files passed over or could not read."""
        for index, path, data, format_, asked in self._open:
            if any(self._networks.find(name) for name in asked):
                self._judged[index] = self._judge(formats.read(format_, path, data), format_, self._networks)
        self._open = []
        skipped, failures = (search.skipped, search.failures) if search else ([], [])
        return UpgradeReport(
            self._origin,
            self._targets,
            [report for reports in self._judged for report in reports],
            self._skipped + [Failure(*each) for each in skipped],
            self._failures + [Failure(*each) for each in failures],
        )

    def _look_at(self, path: str, data: bytes, format_: formats.Format) -> None:
        """The first look, which knows of no network, so that it does not matter which file comes first."""
        networks, document = Networks(), formats.read(format_, path, data)
        self._judged.append(self._judge(document, format_, networks))
        self._networks.add(networks_in(document))
        if networks.asked:
            self._open.append((len(self._judged) - 1, path, data, format_, frozenset(networks.asked)))

    def _judge(self, document: Document, format_: formats.Format, networks: Networks) -> list[VmReport]:
        found = vms(document)
        if not found:
            return []
        columns: dict[Engine, list[Judged]] = {}
        for engine in self._engines:
            if engine not in columns:
                columns[engine] = _Look(engine, format_, networks).judge(document, found)
        rows = list(zip(*(columns[engine] for engine in self._engines), strict=True))
        wanted = len(self._targets)
        return [
            VmReport(vm, row[:wanted], row[wanted] if self._origin else None)
            for vm, row in zip(found, rows, strict=True)
        ]


class _Look:
    """Looks at one file for one release."""

    def __init__(self, engine: Engine, format_: formats.Format, networks: Networks) -> None:
        self._engine, self._format, self._networks = engine, format_, networks

    def judge(self, document: Document, found: list[Vm]) -> list[Judged]:
        """The verdict on each VM of a document, now and after fixes."""
        diagnostics = self._lint(document)
        judged = [judge(vm, share) for vm, share in zip(found, shared(found, diagnostics), strict=True)]
        if all(each.verdict == STARTS for each in judged):
            return judged
        kinds = {each.fix.safety for each in diagnostics if each.fix}
        now = [each.verdict for each in judged]
        safe = self._after_fixes(document, found, diagnostics, SAFE_FIXES) if "safe" in kinds else now
        both = self._after_fixes(document, found, diagnostics, ALL_FIXES) if "unsafe" in kinds else safe
        return [
            each._replace(after_safe=one, after_all=other)
            for each, one, other in zip(judged, safe or now, both or now, strict=True)
        ]

    def _after_fixes(
        self, document: Document, found: list[Vm], diagnostics: list[Diagnostic], safeties: tuple[str, ...]
    ) -> list[str]:
        """The verdicts once all fixes of some safeties are applied; empty where the file then has other VMs."""
        seen = {document.source.data: (document, diagnostics)}

        def look(data: bytes) -> tuple[Document, list[Diagnostic]]:
            if data not in seen:
                again = self._format.parse(document.source.path, data)
                seen[data] = (again, self._lint(again))
            return seen[data]

        fixed = fixer.fix(document.source.data, look, safeties)
        after = vms(seen[fixed.data][0])
        if len(after) != len(found):
            return []
        return [verdict(vm, share) for vm, share in zip(after, shared(after, fixed.diagnostics), strict=True)]

    def _lint(self, document: Document) -> list[Diagnostic]:
        """The findings; a comment that switches a rule off quiets its warnings, but cannot make a VM start."""
        found = self._engine.lint(document, self._networks)
        if not may_suppress(document.source.data):
            return found
        left = set(map(id, suppress(document, found, catalog.rules(), self._engine.active).diagnostics))
        return [each for each in found if id(each) in left or each.effect != "starts"]
