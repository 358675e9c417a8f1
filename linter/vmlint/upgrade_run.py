"""Judges the VMs of files for some releases."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from .discover import Search
from .file_run import FileRun
from .settings import Settings
from .targets import Distribution
from .upgrade import UpgradeReport
from .upgrade_look import Judge


class UpgradeRun(FileRun):
    """Targets made ready, and what came of the files judged so far.

    Of the settings count those that say which rules there are, where, and which files are this run's own. Raises
    UsageError on settings that cannot be.
    """

    def __init__(
        self, targets: Sequence[Distribution], origin: Distribution | None = None, settings: Settings | None = None
    ) -> None:
        given = settings or Settings()
        make = partial(Judge, given._replace(networks=()), tuple(targets), origin)
        super().__init__(make(), make, given.networks)
        self._targets, self._origin = tuple(targets), origin

    def report(self, search: Search | None = None) -> UpgradeReport:
        """All VMs; with what a search for files passed over or could not read."""
        self._settle()
        return UpgradeReport(
            self._origin,
            self._targets,
            [report for result in self._results for report in result.vms],
            self._all_skipped(search),
            self._all_failures(search),
        )
