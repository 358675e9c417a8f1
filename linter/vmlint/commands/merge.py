"""`vmlint merge`: the reports of several runs as one."""

from __future__ import annotations

import sys

from ..light_typing import TYPE_CHECKING
from . import CLEAN, FOUND
from .options import SEVERITIES, add_report_options, refuse_idle

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The reports, and what becomes of them."""
    parser.add_argument("reports", nargs="+", metavar="FILE", help="a report as --output-format json writes it")
    least = "fail for findings that are as severe (default: warning)"
    parser.add_argument("--min-severity", choices=SEVERITIES, default="warning", help=least)
    add_report_options(parser)


def run(options: argparse.Namespace) -> int:
    """Write the reports as one; returns the exit code that one run would have."""
    from ..catalog import rules
    from ..merged import described, read_reports
    from .outcome import check_outputs, report_writer, write_outputs

    refuse_idle(options)
    check_outputs(options)
    report = read_reports(options.reports, options.min_severity)
    write_outputs(options, report_writer(options, report, described(rules(), report.diagnostics)), sys.stdout)
    return FOUND if report.failing and not options.exit_zero else CLEAN
