"""`vmlint argv`: lint one QEMU command line as typed."""

from __future__ import annotations

import argparse

from ..discover import UsageError
from .options import add_lint_options, configs, refuse_idle
from .outcome import finish, start


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words of the command line, and what all linting takes."""
    add_lint_options(parser)
    words = "the program and its arguments; -- may be left out where a program comes first"
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="-- WORD", help=words)
    parser.set_defaults(diff=False, networks=[], exclude=[], baseline=None, write_baseline=None, prune_baseline=False)


def run(options: argparse.Namespace) -> int:
    """Lint and report; with --fix, print the fixed command line; returns the exit code."""
    from ..formats.argv import join

    words = options.words[options.words[:1] == ["--"] :]
    if not words:
        raise UsageError("no command line; as in: vmlint argv -- qemu-system-x86_64 -m 1G")
    refuse_idle(options)
    lint = start(options, configs(options))
    lint.at_argv(words)
    return finish(options, lint, lint.report(), join(words) if options.fix else None)
