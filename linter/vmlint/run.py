"""One way for the data: paths -> bytes -> Document -> Diagnostics -> fixes -> Report."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from itertools import chain, islice

from . import discover, formats
from .libvirt.networks import Network, Networks, networks_in
from .look import Outcome, Result, looker_for
from .model import Diagnostic, Failure, Known, Report, Rule
from .settings import Settings

FEW = 256
"""So many files are linted without other processes, which take as long to start."""


class Run:
    """Settings made ready, and what came of the files linted so far. Raises UsageError on settings that cannot be."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._writes_baseline = settings.write_baseline is not None
        self._looker = looker_for(settings)
        self._policies = self._looker.policies
        self._networks = Networks(named for file in settings.networks for named in read_networks(*file))
        self._files = 0
        self._results: list[Result] = []
        """What there is to say of files; not that they are clean."""
        self._skipped: list[Failure] = []
        self._failures: list[Failure] = []

    def lint_files(self, candidates: Iterable[discover.Candidate], jobs: int = 1) -> None:
        """Many files, with so many processes if there are enough files for that."""
        rest = iter(candidates)
        for candidate in islice(rest, FEW if jobs > 1 else None):
            self.lint_file(*candidate)
        more = next(rest, None)
        if more is not None:
            from .parallel import outcomes

            with closing(outcomes(self._settings, chain([more], rest), jobs)) as found:
                for outcome in found:
                    self._add(outcome)

    def lint_file(self, path: str, head: bytes, named: bool) -> None:
        """A file with these first bytes; `named`: by the user, who then hears why nothing was linted in it."""
        self._add(self._looker.at_file(path, head, named))

    def lint_bytes(self, path: str, data: bytes) -> None:
        """The content of a file that need not exist."""
        self._add(self._looker.at_bytes(path, data))

    def lint_argv(self, argv: Sequence[str]) -> None:
        """One command line as words."""
        self._add(self._looker.at_argv(argv))

    def _add(self, outcome: Outcome) -> None:
        if isinstance(outcome, Result):
            self._files += 1
            self._networks.add(outcome.networks)
            if outcome.says_something or self._policies.of(outcome.path).baseline:
                self._results.append(outcome)
        elif isinstance(outcome, Failure):
            self._failures.append(outcome)
        elif outcome.named:
            self._skipped.append(outcome.failure)

    def _settle(self) -> None:
        """Look again at the few files that name a network whose XML has been seen by now."""
        for index, result in enumerate(self._results):
            if result.open is not None:
                known = any(self._networks.find(name) for name in result.open.networks)
                after = self._looker.again(result.open, self._networks) if known else result
                self._results[index] = after._replace(open=None)

    def write_changes(self, left: Iterable[str] = ()) -> None:
        """Write the files that fixes changed; what cannot be written counts as not fixed.

        What killed runs left behind in their folders, and in those named, goes.
        """
        from .newfile import clean
        from .writer import write

        self._settle()
        changed = (os.path.realpath(result.path) for result in self._results if result.change is not None)
        clean(chain(left, map(os.path.dirname, changed)))
        for index, result in enumerate(self._results):
            if result.change is not None:
                try:
                    write(result.path, result.change.source.data, result.change.after)
                except discover.Unreadable as error:
                    self._failures.append(Failure(result.path, str(error)))
                    self._results[index] = result.without_change()

    @property
    def has_baseline(self) -> bool:
        """Whether findings in some file are held against a baseline."""
        return bool(self._policies.baselines)

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
            self._files,
            skipped,
            failures,
            suppressed=sum(result.suppressed for result in results),
            fixed=sum(result.fixed for result in results),
            held_back=sum(result.held_back for result in results),
            changes=tuple(result.change for result in results if result.change is not None),
            failing=sum(policy.fails(diagnostic) for diagnostic, policy in found),
            baseline=self._known(len(found)),
            in_part=sum(result.in_part for result in results),
            looked_at=search.number if search else 0,
        )

    def _known(self, new: int) -> Known | None:
        """What baselines leave out, if so many findings are new."""
        baselines = self._policies.baselines
        known = sum(len(result.diagnostics) for result in self._results) - new
        return Known(known, sum(baseline.gone for baseline in baselines)) if baselines else None

    def _new(self, result: Result) -> list[Diagnostic]:
        """What is left in a file that is not known already; all is when a baseline is to be written."""
        path, diagnostics = result.path, result.diagnostics
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


def read_networks(path: str, data: bytes) -> list[tuple[str, Network]]:
    """The networks that a file given for that defines. Raises UsageError where there is none, or it cannot be read."""
    format_ = formats.claim(path, data)
    if format_ is None:
        raise discover.UsageError(f"{path}: no libvirt network in it")
    document = formats.read(format_, path, data)
    if document.problems:
        problem = document.problems[0]
        place, reason = document.source.position(problem.span.start), problem.fields.get("reason", problem.rule)
        raise discover.UsageError(f"{path}:{place.line}:{place.column}: cannot be read: {reason}")
    if not (found := networks_in(document)):
        raise discover.UsageError(f"{path}: no libvirt network in it")
    return found
