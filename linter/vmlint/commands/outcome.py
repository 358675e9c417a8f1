"""What becomes of a run: reports on standard output and in files, complaints, and the exit code."""

from __future__ import annotations

import sys

from ..light_typing import TYPE_CHECKING
from ..reporters import FOR_PEOPLE
from . import CLEAN, FAILED, FOUND
from .options import reports, settings
from .progress import LINE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence
    from typing import TextIO

    from ..configs import Configs
    from ..model import Diagnostic, Report, Rule
    from ..run import Run


def start(options: argparse.Namespace, configs: Configs) -> Run:
    """Load the rules, which a run without any VM configuration never needs."""
    from ..run import Run

    check_outputs(options, options.write_baseline)
    return Run(settings(options, configs))


def check_outputs(options: argparse.Namespace, *more: str | None) -> None:
    """Raise OSError and UsageError for a report, or one file more, that cannot be written: to be known before any work
    is done."""
    for file in (*(file for _, file in reports(options)), *more):
        if file is not None and file != "-":
            from ..outputs import check_output

            check_output(file)


def write_outputs(
    options: argparse.Namespace, write: Callable[[str, TextIO, bool], str | None], stream: TextIO
) -> None:
    """Write each report to its file, or to the stream that stands for standard output.

    `write` writes it in a format to a stream, of which it hears whether it is a file, and returns what to tell of it.
    """
    for name, file in reports(options):
        if file == "-":
            remark = write(name, stream, False)
        else:
            from ..outputs import output

            with output(file) as out:
                remark = write(name, out, True)
        if remark:
            complain(f"{name if file == '-' else file}: {remark}", "warning")


def report_writer(
    options: argparse.Namespace, report: Report, rules: Mapping[str, Rule]
) -> Callable[[str, TextIO, bool], str | None]:
    """What write_outputs needs to write a report; `rules` are all that it may refer to, by name."""

    def write(name: str, out: TextIO, is_file: bool) -> str | None:
        from ..reporters import CATEGORY, statistics, write_report

        if options.statistics and name in FOR_PEOPLE and not is_file:
            statistics.write(report, rules, out)
            return None
        whole = report._replace(told=0) if is_file else report
        return write_report(
            name, whole, rules, out, "never" if is_file else options.color, options.sarif_category or CATEGORY
        )

    return write


def tell_early(options: argparse.Namespace, lint: Run) -> None:
    """Write each finding when it is known, in a report for people on standard output that no later step changes."""
    shown = [name for name, file in reports(options) if file == "-"]
    if len(shown) != 1 or shown[0] not in FOR_PEOPLE or options.statistics:
        return
    if options.fix or options.diff or options.prune_baseline:
        return

    def tell(found: Sequence[Diagnostic], rules: Mapping[str, Rule]) -> None:
        from ..reporters import write_findings

        LINE.clear()
        write_findings(shown[0], found, rules, sys.stdout, options.color)
        sys.stdout.flush()

    lint.tell_early(tell)


def finish(options: argparse.Namespace, lint: Run, report: Report, unfixed: bytes | None = None) -> int:
    """Print what there is to say of a run. `unfixed`: a text that is no file; fixed, it goes to standard output."""
    if options.diff:
        from ..reporters import diff

        diff.write(report, sys.stdout)
        sys.stdout.flush()  # what is said of it comes after it, also where both go into one file
        report = report._replace(baseline=None, only_shown=True)  # what the fixes would take out is not gone
    elif unfixed is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(report.changes[0].after if report.changes else unfixed)
    report = report._replace(prunes=options.prune_baseline and not report.failures)
    write = report_writer(options, report, lint.rules)
    write_outputs(options, write, sys.stderr if unfixed is not None or options.diff else sys.stdout)
    for failure in report.failures:
        complain(f"{failure.path}: {failure.reason}")
    if not report.failures:  # what could not be read may hold findings that only seem to be gone
        lint.write_baselines(report.prunes)
    return _exit_code(options, report)


def complain(message: str, severity: str = "error") -> None:
    """Say on standard error what went wrong."""
    from ..reporters.printing import escape

    print(f"vmlint: {severity}: {escape(message)}", file=sys.stderr)


def _exit_code(options: argparse.Namespace, report: Report) -> int:
    if report.failures:
        return FAILED
    return FOUND if (report.failing or report.changes) and not options.exit_zero else CLEAN
