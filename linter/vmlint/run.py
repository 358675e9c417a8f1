"""One way for the data: paths -> bytes -> Document -> Diagnostics -> fixes -> Report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from . import discover, fixer, formats
from .anchors import anchored
from .libvirt.networks import Network, Networks, networks_in
from .model import Change, Diagnostic, Document, Failure, Known, Report, Rule
from .policy import Policies, Policy
from .settings import Settings
from .source import Source

SUPPRESSION = b"vmlint:"
"""Only a file that holds this is searched for comments that switch rules off."""


class Result(NamedTuple):
    """One file: how it was, what was found in it, and what it came to by fixing."""

    source: Source
    found: list[Diagnostic]
    fixed: fixer.Fixed
    suppressed: int
    """Findings that comments switch off."""
    format: formats.Format
    asked: frozenset[str]
    """Networks that it names and whose XML says more about it."""
    networks: list[tuple[str, Network]]
    """Networks that it defines."""


class Run:
    """Settings made ready, and what came of the files linted so far. Raises UsageError on settings that cannot be."""

    def __init__(self, settings: Settings) -> None:
        self._fixes = settings.fixes
        self._writes_baseline = settings.write_baseline is not None
        self._policies = Policies(settings)
        self._networks = Networks(named for file in settings.networks for named in read_networks(*file))
        self._results: list[Result] = []
        self._open: list[int] = []
        """Which results may change when all networks are known."""
        self._skipped: list[Failure] = []
        self._failures: list[Failure] = []

    def lint_file(self, path: str, head: bytes, named: bool) -> None:
        """A file with these first bytes; `named`: by the user, who then hears why nothing was linted in it."""
        format_ = None if self._policies.is_baseline(path) else formats.claim(path, head)
        try:
            if format_ is not None:
                self._lint(path, discover.whole(path, head), format_)
            elif named:
                self._skipped.append(Failure(path, discover.NOTHING))
        except discover.Unreadable as error:
            self._failures.append(Failure(path, str(error)))

    def lint_bytes(self, path: str, data: bytes) -> None:
        """The content of a file that need not exist."""
        why = discover.nothing_to_lint(data, path)
        format_ = None if why else formats.claim(path, data)
        if format_ is not None:
            self._lint(path, data, format_)
        else:
            self._skipped.append(Failure(path, why or discover.NOTHING))

    def lint_argv(self, argv: Sequence[str]) -> None:
        """One command line as words."""
        from .formats import argv as format_

        self._lint("<command line>", format_.join(argv), format_)

    def _lint(self, path: str, data: bytes, format_: formats.Format) -> None:
        """The first look, which knows of no network, so that it does not matter which file comes first."""
        result = self._look(path, data, format_, Networks())
        self._networks.add(result.networks)
        if result.asked:
            self._open.append(len(self._results))
        self._results.append(result)

    def _look(self, path: str, data: bytes, format_: formats.Format, networks: Networks) -> Result:
        suppressed: dict[bytes, int] = {}
        policy = self._policies.of(path)

        def look(content: bytes) -> tuple[Document, list[Diagnostic]]:
            document = format_.parse(path, content)
            found = policy.engine.lint(document, networks)
            if SUPPRESSION in (content.replace(b"\0", b"") if b"\0" in content else content):
                found, suppressed[content] = _suppress(document, found, policy)
            return document, anchored(document, found) if policy.baseline else found

        document, found = look(data)
        fixed = fixer.Fixed(data, found, 0, 0)
        if self._fixes and any(diagnostic.fix for diagnostic in found):
            fixed = fixer.fix(data, look, self._fixes)
        hidden, asked = suppressed.get(fixed.data, 0), frozenset(networks.asked)
        return Result(document.source, found, fixed, hidden, format_, asked, networks_in(document))

    def _settle(self) -> None:
        """Look again at the few files that name a network whose XML has been seen by now."""
        for index in self._open:
            result = self._results[index]
            if any(self._networks.find(name) for name in result.asked):
                source = result.source
                self._results[index] = self._look(source.path, source.data, result.format, self._networks)
        self._open = []

    def write_changes(self) -> None:
        """Write the files that fixes changed; what cannot be written counts as not fixed."""
        from .writer import write

        self._settle()
        for index, result in enumerate(self._results):
            source, fixed = result.source, result.fixed
            if fixed.data != source.data:
                try:
                    write(source.path, source.data, fixed.data)
                except discover.Unreadable as error:
                    self._failures.append(Failure(source.path, str(error)))
                    self._results[index] = result._replace(fixed=fixer.Fixed(source.data, result.found, 0, 0))

    @property
    def rules(self) -> Mapping[str, Rule]:
        """All rules that the report may refer to, by name."""
        return self._policies.rules

    def report(self, search: discover.Search | None = None) -> Report:
        """All that was found; with what a search for files passed over or could not read."""
        self._settle()
        results = self._results
        skipped = self._skipped + [Failure(*skipped) for skipped in (search.skipped if search else ())]
        failures = self._failures + [Failure(*failure) for failure in (search.failures if search else ())]
        new = [self._new(result) for result in results]
        for baseline in self._policies.baselines:
            baseline.looked_in(search.paths if search else (), [failure.path for failure in failures])
        found = [(d, self._policies.of(d.source.path)) for diagnostics in new for d in diagnostics]
        return Report(
            [diagnostic for diagnostic, policy in found if policy.shows(diagnostic)],
            len(results),
            skipped,
            failures,
            suppressed=sum(result.suppressed for result in results),
            fixed=sum(result.fixed.applied for result in results),
            held_back=sum(result.fixed.held_back for result in results),
            changes=tuple(Change(r.source, r.fixed.data) for r in results if r.fixed.data != r.source.data),
            failing=sum(policy.fails(diagnostic) for diagnostic, policy in found),
            baseline=self._known(len(found)),
        )

    def _known(self, new: int) -> Known | None:
        """What baselines leave out, if so many findings are new."""
        baselines = self._policies.baselines
        known = sum(len(result.fixed.diagnostics) for result in self._results) - new
        return Known(known, sum(baseline.gone for baseline in baselines)) if baselines else None

    def _new(self, result: Result) -> list[Diagnostic]:
        """What is left in a file that is not known already; all is when a baseline is to be written."""
        path, diagnostics = result.source.path, result.fixed.diagnostics
        policy = self._policies.of(path)
        if policy.baseline is None:
            return diagnostics
        if self._writes_baseline:
            policy.baseline.add(path, diagnostics)
        return policy.baseline.new(path, diagnostics, policy.engine.active)

    def write_baselines(self, prune: bool) -> None:
        """After the report: write the baseline asked for; or rewrite those that there are, without what is gone."""
        for baseline in self._policies.baselines:
            if prune:
                baseline.prune()
            if prune or self._writes_baseline:
                baseline.write()


def _suppress(document: Document, found: list[Diagnostic], policy: Policy) -> tuple[list[Diagnostic], int]:
    """What comments in the file leave of some findings, and how many they switch off."""
    from .suppress import suppress

    engine = policy.engine
    left = suppress(document, found, policy.rules, engine.active, policy.requires_reason)
    told = [engine.diagnostic(document, rule, finding) for rule, finding in left.told if rule in engine.active]
    return sorted([*left.diagnostics, *told], key=lambda diagnostic: diagnostic.span), left.number


def read_networks(path: str, data: bytes) -> list[tuple[str, Network]]:
    """The networks that a file given for that defines. Raises UsageError where there is none."""
    format_ = formats.claim(path, data)
    found = networks_in(format_.parse(path, data)) if format_ is not None else []
    if not found:
        raise discover.UsageError(f"{path}: no libvirt network in it")
    return found
