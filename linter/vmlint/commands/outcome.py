"""What becomes of a run: reports on standard output and in files, complaints, and the exit code."""

from __future__ import annotations

import sys

from . import CLEAN, FAILED, FOUND
from .options import SEVERITIES, settings

TYPE_CHECKING = False  # as in typing, which a run with nothing to lint must not load
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from typing import TextIO

    from ..model import Report
    from ..run import Run


def start(options: argparse.Namespace) -> Run:
    """Load the rules, which a run without any VM configuration never needs."""
    from ..run import Run

    open_outputs(options)
    return Run(settings(options))


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


def finish(options: argparse.Namespace, report: Report, unfixed: bytes | None = None) -> int:
    """Print what there is to say. `unfixed`: a text that is no file; fixed, it goes to standard output."""
    from ..catalog import rules
    from ..reporters import diff, write_report

    if options.min_severity:
        kept = SEVERITIES[: SEVERITIES.index(options.min_severity) + 1]
        report = report._replace(diagnostics=[d for d in report.diagnostics if d.severity in kept])
    stream = sys.stderr if unfixed is not None or options.diff else sys.stdout
    if options.diff:
        diff.write(report, sys.stdout)
    elif unfixed is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(report.changes[0].after if report.changes else unfixed)
    write_outputs(options, lambda name, out: write_report(name, report, rules(), out), stream)
    for failure in report.failures:
        complain(f"{failure.path}: {failure.reason}")
    return _exit_code(options, report)


def complain(message: str) -> None:
    """Say on standard error what went wrong."""
    from ..reporters.printing import escape

    print(f"vmlint: error: {escape(message)}", file=sys.stderr)


def _exit_code(options: argparse.Namespace, report: Report) -> int:
    if report.failures:
        return FAILED
    threshold = SEVERITIES.index(options.min_severity or "warning")
    left = any(SEVERITIES.index(diagnostic.severity) <= threshold for diagnostic in report.diagnostics)
    return FOUND if (left or report.changes) and not options.exit_zero else CLEAN
