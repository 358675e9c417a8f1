"""`vmlint check`: lint files and folders, or standard input."""

from __future__ import annotations

import argparse
import os
import sys
from itertools import chain

from ..discover import Search, UsageError
from ..light_typing import TYPE_CHECKING
from ..reporters import FOR_PEOPLE
from . import CLEAN, FAILED
from .options import (
    STDIN,
    STDOUT,
    add_file_options,
    add_lint_options,
    add_path_options,
    configs,
    has_settings,
    paths,
    refuse_idle,
    reports,
    stdin_name,
)
from .outcome import complain, finish, start
from .progress import shown_progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..configs import Configs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Paths, where networks are, and what all linting takes."""
    add_path_options(parser)
    parser.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    add_lint_options(parser)
    known = add_file_options(parser)
    parser.add_argument("--force-exclude", action="store_true", help="leave out also what is named as PATH")
    write = "write all that is found to this file; with --baseline FILE it is known from then on"
    known.add_argument("--write-baseline", metavar="FILE", help=write)
    prune = "take out of the baseline what is no longer found"
    known.add_argument("--prune-baseline", action="store_true", help=prune)
    jobs = "processes for many files (default: one a CPU); fewer than a few hundred files are linted without"
    parser.add_argument("--jobs", "-j", metavar="N", type=_jobs, default=_cpus(), help=jobs)
    network = "XML of a network that domains name, besides those among the paths; may be repeated"
    parser.add_argument("--network", metavar="FILE", dest="networks", action="append", default=[], help=network)


def _jobs(text: str) -> int:
    """A number of processes. Raises argparse's error for what is none."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 on")
    return int(text)


def _cpus() -> int:
    """How many processes can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(options: argparse.Namespace) -> int:
    """Lint, fix and report; returns the exit code."""
    if options.diff and (options.write_baseline or options.prune_baseline):
        raise UsageError("--diff changes no file, so it goes with neither --write-baseline nor --prune-baseline")
    refuse_idle(options)
    given = paths(options)
    _spare_files(options, given)
    found = configs(options)
    if given == [STDIN]:
        return _stdin(options, found)
    search = Search(given, found.excludes, options.force_exclude)
    lint = start(options, found) if has_settings(options) or found.of("") else None
    candidates = iter(shown_progress(search))
    first = next(candidates, None)
    if first is not None:
        lint = lint or start(options, found)
        lint.lint_files(chain([first], candidates), options.jobs)
    is_told = all(name in FOR_PEOPLE and file == STDOUT for name, file in reports(options))
    if lint is None and not search.left and is_told:
        return _nothing_found(options, search)
    lint = lint or start(options, found)
    if options.prune_baseline and not lint.has_baseline:
        raise UsageError("--prune-baseline: there is no baseline; --baseline FILE names one")
    if options.fix and not options.diff:
        lint.write_changes(search.left)
    return finish(options, lint, lint.report(search))


def _spare_files(options: argparse.Namespace, paths: Iterable[str]) -> None:
    """Raise UsageError for a report that would take the place of a file to check, or of the new baseline."""
    files = [file for _, file in options.output if file != STDOUT]
    if not files:
        return
    checked = {os.path.realpath(path) for path in paths}
    baseline = options.write_baseline and os.path.realpath(options.write_baseline)
    for file in files:
        path = os.path.realpath(file)
        if path == baseline:
            raise UsageError(f"--output: {file} is the file of --write-baseline")
        if path in checked and os.path.isfile(path):
            raise UsageError(f"--output: {file} is to be checked; a report would take its place")


def _stdin(options: argparse.Namespace, found: Configs) -> int:
    lint, data = start(options, found), sys.stdin.buffer.read()
    name = stdin_name(options)
    if not options.force_exclude or not found.excludes(name):
        lint.lint_bytes(name, data)
    return finish(options, lint, lint.report(), data if options.fix else None)


def _nothing_found(options: argparse.Namespace, search: Search) -> int:
    """The shortest way out, without the rules: most files of most repositories hold no VM configuration."""
    from ..reporters.nothing import write_nothing

    if ("text", "-") in reports(options):
        write_nothing(search.skipped, sys.stdout, search.number)
    for path, why in search.failures:
        complain(f"{path}: {why}")
    return FAILED if search.failures else CLEAN
