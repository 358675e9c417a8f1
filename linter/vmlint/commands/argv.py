"""`vmlint argv`: lint one QEMU command line as typed."""

from __future__ import annotations

from .options import add_lint_options, configs
from .outcome import finish, start

TYPE_CHECKING = False  # as in typing, which a run with nothing to lint must not load
if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words of the command line, and what all linting takes."""
    add_lint_options(parser)
    words = "the program and its arguments; -- must stand before them"
    parser.add_argument("words", nargs="+", metavar="-- WORD", help=words)
    parser.set_defaults(diff=False, networks=[], exclude=[], baseline=None, write_baseline=None, prune_baseline=False)


def run(options: argparse.Namespace) -> int:
    """Lint and report; with --fix, print the fixed command line; returns the exit code."""
    from ..formats.argv import join

    lint = start(options, configs(options))
    lint.at_argv(options.words)
    return finish(options, lint, lint.report(), join(options.words) if options.fix else None)
