"""What becomes of a run: reports on standard output and in files, complaints, and the exit code."""

from __future__ import annotations

import sys

from . import CLEAN, FAILED, FOUND
from .options import settings

TYPE_CHECKING = False  # as in typing, which a run with nothing to lint must not load
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from typing import TextIO

    from ..configs import Configs
    from ..model import Report
    from ..run import Run


def start(options: argparse.Namespace, configs: Configs) -> Run:
    """Load the rules, which a run without any VM configuration never needs."""
    from ..run import Run

    open_outputs(options)
    return Run(settings(options, configs))


def open_outputs(options: argparse.Namespace) -> None:
    """Raise OSError for a report that cannot be written, which should be known before any work is done."""
    for _, file in options.output:
        if file != "-":
            open(file, "ab").close()


def write_outputs(options: argparse.Namespace, write: Callable[[str, TextIO], None], stream: TextIO) -> None:
    """Print the report, and write it to all files asked for; `write` writes it in a format to a stream."""
    if not options.quiet:
        write(options.output_format, stream)
    for name, file in options.output:
        if file == "-":
            write(name, sys.stdout)
        else:
            with open(file, "w", encoding="utf-8", newline="\n") as out:
                write(name, out)


def finish(options: argparse.Namespace, lint: Run, report: Report, unfixed: bytes | None = None) -> int:
    """Print what there is to say of a run. `unfixed`: a text that is no file; fixed, it goes to standard output."""
    from ..reporters import write_report

    stream = sys.stderr if unfixed is not None or options.diff else sys.stdout
    if options.diff:
        from ..reporters import diff

        diff.write(report, sys.stdout)
    elif unfixed is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(report.changes[0].after if report.changes else unfixed)
    write_outputs(options, lambda name, out: write_report(name, report, lint.rules, out), stream)
    for failure in report.failures:
        complain(f"{failure.path}: {failure.reason}")
    if not report.failures:  # what could not be read may hold findings that only seem to be gone
        lint.write_baselines(options.prune_baseline)
    return _exit_code(options, report)


def complain(message: str) -> None:
    """Say on standard error what went wrong."""
    from ..reporters.printing import escape

    print(f"vmlint: error: {escape(message)}", file=sys.stderr)


def _exit_code(options: argparse.Namespace, report: Report) -> int:
    if report.failures:
        return FAILED
    return FOUND if (report.failing or report.changes) and not options.exit_zero else CLEAN
