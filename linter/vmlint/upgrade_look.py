"""One file, judged for some releases: it is read once, looked at for each release, and fixed in memory."""

from __future__ import annotations

from collections.abc import Sequence

from . import fixer
from .formats import Format, read
from .libvirt.networks import Networks, networks_in
from .limits import Limits
from .look import Looker, Result, may_suppress, still_open
from .model import Diagnostic, Document
from .policy import Policies, Policy
from .settings import ALL_FIXES, SAFE_FIXES, Settings
from .suppress import suppress
from .targets import Distribution, admitted_by
from .upgrade import STARTS, Judged, Vm, VmReport, judge, shared, verdict, vms


class Judge(Looker):
    """Settings made ready to judge VMs for some targets, and for the release that they run on now, if that was said.

    Raises UsageError on settings that cannot be.
    """

    def __init__(self, settings: Settings, targets: Sequence[Distribution], origin: Distribution | None) -> None:
        self._wanted = len(targets)
        self._has_origin = origin is not None
        asked = [*targets, *([origin] if origin else [])]
        made = {admitted_by([each]): each for each in asked}
        policies = {
            releases: Policies(settings._replace(target=(each.name,), judges=True)) for releases, each in made.items()
        }
        self._columns = [policies[admitted_by([each])] for each in asked]

    def is_own(self, path: str) -> bool:
        """Whether a file is a report or a rule file of this run."""
        return self._columns[0].is_own(path)

    def limits_of(self, path: str) -> Limits:
        """How much of the file at a path is read."""
        return self._columns[0].of(path).limits

    def at_data(self, path: str, data: bytes, format_: Format, networks: Networks | None = None) -> Result:
        """What becomes of the VMs in a file of a format."""
        limits = self.limits_of(path)
        networks, document = Networks() if networks is None else networks, read(format_, path, data, limits)
        judged = self._judge(document, format_, networks)
        return Result(
            path, [], 0, networks_in(document), vms=judged, open=still_open(document, format_, networks)
        )  # fmt: skip

    def _judge(self, document: Document, format_: Format, networks: Networks) -> list[VmReport]:
        found = vms(document)
        if not found:
            return []
        texts = _Texts(document, format_, self.limits_of(document.source.path))
        columns: dict[int, list[Judged]] = {}
        for policies in self._columns:
            if id(policies) not in columns:
                policy = policies.of(document.source.path)
                columns[id(policies)] = _Look(policy, texts, networks).judge(document, found)
        rows = zip(*(columns[id(policies)] for policies in self._columns), strict=True)
        return [
            VmReport(vm, row[: self._wanted], row[self._wanted] if self._has_origin else None)
            for vm, row in zip(found, rows, strict=True)
        ]


class _Texts:
    """What a file and its fixed forms read as, each read once however many releases are asked about."""

    def __init__(self, document: Document, format_: Format, limits: Limits) -> None:
        self._path, self._format, self._limits = document.source.path, format_, limits
        self._documents = {document.source.data: document}

    def read(self, data: bytes) -> Document:
        """The document of some content."""
        if data not in self._documents:
            self._documents[data] = read(self._format, self._path, data, self._limits)
        return self._documents[data]


class _Look:
    """Looks at one file for one release."""

    def __init__(self, policy: Policy, texts: _Texts, networks: Networks) -> None:
        self._policy, self._texts, self._networks = policy, texts, networks

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
                again = self._texts.read(data)
                seen[data] = (again, self._lint(again))
            return seen[data]

        fixed = fixer.fix(document.source.data, look, safeties)
        after = vms(seen[fixed.data][0])
        if len(after) != len(found):
            return []
        return [verdict(vm, share) for vm, share in zip(after, shared(after, fixed.diagnostics), strict=True)]

    def _lint(self, document: Document) -> list[Diagnostic]:
        """The findings. What switches a rule off, a comment or a configuration, quiets its warnings, but cannot make
        a VM start."""
        policy = self._policy
        found = policy.engine.lint(document, self._networks, policy.limits.findings)
        left = {id(each) for each in found if each.rule not in policy.quiet}
        if may_suppress(document.source.data):
            left &= set(map(id, suppress(document, found, policy.rules, policy.engine.active).diagnostics))
        return [each for each in found if id(each) in left or each.effect != "starts"]
