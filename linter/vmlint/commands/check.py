"""`vmlint check`: lint files and folders, or standard input."""

from __future__ import annotations

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
    add_search_options,
    configs,
    has_settings,
    paths,
    refuse_idle,
    reports,
    spare_files,
    stdin_name,
)
from .outcome import complain, finish, start, tell_early
from .progress import shown_progress

if TYPE_CHECKING:
    import argparse

    from ..configs import Configs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Paths, where networks are, and what all linting takes."""
    add_path_options(parser)
    parser.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    add_lint_options(parser)
    known = add_file_options(parser)
    write = "write all that is found to this file; with --baseline FILE it is known from then on"
    known.add_argument("--write-baseline", metavar="FILE", help=write)
    prune = "take out of the baseline what is no longer found"
    known.add_argument("--prune-baseline", action="store_true", help=prune)
    add_search_options(parser)


def run(options: argparse.Namespace) -> int:
    """Lint, fix and report; returns the exit code."""
    if options.diff and (options.write_baseline or options.prune_baseline):
        raise UsageError("--diff changes no file, so it goes with neither --write-baseline nor --prune-baseline")
    refuse_idle(options)
    given = paths(options)
    spare_files(options, given)
    found = configs(options)
    if given == [STDIN]:
        return _stdin(options, found)
    search = Search(given, found.excludes, options.force_exclude)
    lint = start(options, found) if has_settings(options) or found.of("") else None
    candidates = iter(shown_progress(search))
    first = next(candidates, None)
    if first is not None:
        lint = lint or start(options, found)
        tell_early(options, lint)
        lint.at_files(chain([first], candidates), options.jobs)
    is_told = all(name in FOR_PEOPLE and file == STDOUT for name, file in reports(options))
    if lint is None and not search.left and is_told:
        return _nothing_found(options, search)
    lint = lint or start(options, found)
    if options.prune_baseline and not lint.has_baseline:
        raise UsageError("--prune-baseline: there is no baseline; --baseline FILE names one")
    if options.fix and not options.diff:
        lint.write_changes(search.left)
    return finish(options, lint, lint.report(search))


def _stdin(options: argparse.Namespace, found: Configs) -> int:
    lint, data = start(options, found), sys.stdin.buffer.read()
    name = stdin_name(options)
    if not options.force_exclude or not found.excludes(name):
        lint.at_bytes(name, data)
    return finish(options, lint, lint.report(), data if options.fix else None)


def _nothing_found(options: argparse.Namespace, search: Search) -> int:
    """The shortest way out, without the rules: most files of most repositories hold no VM configuration."""
    from ..reporters.nothing import write_nothing

    if ("text", "-") in reports(options):
        write_nothing(search.skipped, sys.stdout, search.number)
    for path, why in search.failures:
        complain(f"{path}: {why}")
    return FAILED if search.failures else CLEAN
