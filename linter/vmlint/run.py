"""One way for the data: paths -> bytes -> Document -> Diagnostics -> fixes -> Report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain

from . import discover
from .file_run import FileRun
from .look import Linter, Outcome, Result, linter_for
from .model import Diagnostic, Failure, Known, Report, Rule
from .settings import Settings

Tell = Callable[[Sequence[Diagnostic], Mapping[str, Rule]], None]
"""What writes findings of a file, given the rules they may be of."""


class Run(FileRun):
    """Settings made ready, and what came of the files linted so far. Raises UsageError on settings that cannot be."""

    def __init__(self, settings: Settings) -> None:
        linter = linter_for(settings)
        super().__init__(linter, partial(Linter, settings), settings.networks)
        self._writes_baseline = settings.write_baseline is not None
        self._linter = linter
        self._policies = linter.policies
        self._tell: Tell | None = None
        self._told = 0

    def tell_early(self, tell: Tell) -> None:
        """Let people hear of the findings in a file when it has been looked at: of the first files, up to one for which
        that must wait, so that all come in the order of the report."""
        self._tell = tell

    def _add(self, outcome: Outcome) -> None:
        super()._add(outcome)
        if self._tell is None or not isinstance(outcome, Result):
            return
        policy = self._policies.of(outcome.path)
        if outcome.open is not None or policy.baseline is not None:
            self._tell = None
        elif shown := [diagnostic for diagnostic in outcome.diagnostics if policy.shows(diagnostic)]:
            self._told += len(shown)
            self._tell(shown, self.rules)

    def at_argv(self, argv: Sequence[str]) -> None:
        """One command line as words."""
        self._add(self._linter.at_argv(argv))

    def _is_kept(self, result: Result) -> bool:
        return result.says_something or self._policies.of(result.path).baseline is not None

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
        failures = self._all_failures(search)
        new = [self._new(result) for result in results]
        for baseline in self._policies.baselines:
            baseline.looked_in(search.paths if search else (), [failure.path for failure in failures])
        found = [(d, self._policies.of(d.source.path)) for diagnostics in new for d in diagnostics]
        return Report(
            [diagnostic for diagnostic, policy in found if policy.shows(diagnostic)],
            self._files,
            self._all_skipped(search),
            failures,
            suppressed=sum(result.suppressed for result in results),
            fixed=sum(result.fixed for result in results),
            held_back=sum(result.held_back for result in results),
            changes=tuple(result.change for result in results if result.change is not None),
            failing=sum(policy.fails(diagnostic) for diagnostic, policy in found),
            baseline=self._known(len(found)),
            in_part=sum(result.in_part for result in results),
            looked_at=search.number if search else 0,
            told=self._told,
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
