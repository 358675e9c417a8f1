"""Many files: looked at one after another or by several processes, and what came of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import chain, islice

from . import formats
from .discover import Candidate, Search, UsageError
from .libvirt.networks import Network, Networks, networks_in
from .look import Looker, Outcome, Result
from .model import Failure

FEW = 256
"""So many files are looked at without other processes, which take as long to start."""


class FileRun:
    """What came of the files looked at so far.

    `make` makes what looks at one, in each process anew; `networks`: names and contents of files with networks that
    domains name. Raises UsageError where there is none in one of these.
    """

    def __init__(self, looker: Looker, make: Callable[[], Looker], networks: Iterable[tuple[str, bytes]]) -> None:
        self._looker, self._make = looker, make
        self._networks = Networks(named for file in networks for named in read_networks(*file))
        self._files = 0
        self._results: list[Result] = []
        """What there is to say of files; not that they are clean."""
        self._skipped: list[Failure] = []
        self._failures: list[Failure] = []

    def at_files(self, candidates: Iterable[Candidate], jobs: int = 1) -> None:
        """Many files, with so many processes if there are enough files for that."""
        rest = iter(candidates)
        for candidate in islice(rest, FEW if jobs > 1 else None):
            self.at_file(*candidate)
        more = next(rest, None)
        if more is not None:
            from .parallel import outcomes

            with closing(outcomes(self._make, chain([more], rest), jobs)) as found:
                for outcome in found:
                    self._add(outcome)

    def at_file(self, path: str, head: bytes, named: bool) -> None:
        """A file with these first bytes; `named`: by the user, who then hears why nothing was found in it."""
        self._add(self._looker.at_file(path, head, named))

    def at_bytes(self, path: str, data: bytes) -> None:
        """The content of a file that need not exist."""
        self._add(self._looker.at_bytes(path, data))

    def _add(self, outcome: Outcome) -> None:
        if isinstance(outcome, Result):
            self._files += 1
            self._networks.add(outcome.networks)
            if self._is_kept(outcome):
                self._results.append(outcome)
        elif isinstance(outcome, Failure):
            self._failures.append(outcome)
        elif outcome.named:
            self._skipped.append(outcome.failure)

    def _is_kept(self, result: Result) -> bool:
        """Whether there is something to say of a file."""
        return result.says_something

    def _settle(self) -> None:
        """Look again at the few files that name a network whose XML has been seen by now."""
        for index, result in enumerate(self._results):
            if result.open is not None:
                known = any(self._networks.find(name) for name in result.open.networks)
                after = self._looker.again(result.open, self._networks) if known else result
                if isinstance(after, Failure):
                    self._failures.append(after)
                self._results[index] = (after if isinstance(after, Result) else result)._replace(open=None)

    def _all_skipped(self, search: Search | None) -> list[Failure]:
        """The files in which there was nothing, also those that a search passed over."""
        return self._skipped + [Failure(*each) for each in (search.skipped if search else ())]

    def _all_failures(self, search: Search | None) -> list[Failure]:
        """The paths that could not be looked at, also those that a search met."""
        return self._failures + [Failure(*each) for each in (search.failures if search else ())]


def read_networks(path: str, data: bytes) -> list[tuple[str, Network]]:
    """The networks that a file given for that defines. Raises UsageError where there is none, or it cannot be read."""
    format_ = formats.claim(path, data)
    if format_ is None:
        raise UsageError(f"{path}: no libvirt network in it")
    document = formats.read(format_, path, data)
    if document.problems:
        problem = document.problems[0]
        place, reason = document.source.position(problem.span.start), problem.fields.get("reason", problem.rule)
        raise UsageError(f"{path}:{place.line}:{place.column}: cannot be read: {reason}")
    if not (found := networks_in(document)):
        raise UsageError(f"{path}: no libvirt network in it")
    return found
