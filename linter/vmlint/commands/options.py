"""What several commands take: fixes, rules, target, configuration and output."""

from __future__ import annotations

import argparse
import os
from functools import partial

from ..discover import UsageError
from ..light_typing import TYPE_CHECKING
from ..reporters import CATEGORIZED, FOR_PEOPLE, REPORTERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any

    from ..configs import Configs
    from ..settings import Settings

FORMATS = tuple(REPORTERS)
STDIN = STDOUT = "-"
SEVERITIES = ("error", "warning", "note")
LONG_NUMBER = 10
"""Digits of a number that nobody means."""


def add_lint_options(parser: argparse.ArgumentParser) -> None:
    """Add what the commands that lint take: fixes, settings and output."""
    fixes = parser.add_argument_group("fixes")
    fixes.add_argument("--fix", action="store_true", help="apply the safe fixes (for - and argv: print the result)")
    fixes.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: the unsafe ones too")
    add_setting_options(parser)
    add_report_options(parser)


def add_path_options(parser: argparse.ArgumentParser) -> None:
    """Add what names the files to look at."""
    paths = "files or folders (default: .); - is standard input"
    parser.add_argument("paths", nargs="*", default=[], metavar="PATH", help=paths)
    name = "read standard input, which is called so; tells its format and its configuration"
    parser.add_argument("--stdin-filename", metavar="NAME", help=name)


def paths(options: argparse.Namespace) -> list[str]:
    """The files and folders to look at; only `-` for standard input. Raises UsageError where it is not alone."""
    is_stdin = options.stdin_filename is not None or STDIN in options.paths
    if is_stdin and set(options.paths) - {STDIN}:
        raise UsageError("standard input (-) cannot be looked at together with files")
    return [STDIN] if is_stdin else options.paths or ["."]


def stdin_name(options: argparse.Namespace) -> str:
    """What standard input is called."""
    return options.stdin_filename or "<stdin>"


def add_output_options(parser: argparse.ArgumentParser, formats: Collection[str]) -> None:
    """Add what becomes of any report, which can have these formats."""
    output = parser.add_argument_group("output")
    usual = f"of the report on standard output: {', '.join(formats)} (default: text)"
    output.add_argument("--output-format", metavar="FORMAT", choices=formats, help=usual)
    kind = partial(_output, formats)
    extra = "write a report to a file, or to standard output (-) in place of the usual one; may be repeated"
    output.add_argument("--output", metavar="FORMAT:FILE", type=kind, action="append", default=[], help=extra)
    output.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="default: auto")
    output.add_argument("--quiet", "-q", action="store_true", help="print no report on standard output")
    output.add_argument("--exit-zero", action="store_true", help="exit 0 even if something is found")


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Add what becomes of a report of findings, as all but `upgrade` make one."""
    add_output_options(parser, FORMATS)
    output = parser.add_argument_group("output of some formats")
    counts = "in a text or concise report: how often each rule found something, instead of each finding"
    output.add_argument("--statistics", action="store_true", help=counts)
    category = "what code scanning calls the results of a SARIF report, where a commit has several (default: vmlint)"
    output.add_argument("--sarif-category", metavar="NAME", help=category)


def add_rule_options(group: argparse._ArgumentGroup) -> None:
    """Add what chooses rules."""
    group.add_argument("--select", metavar="NAMES", action="append", default=[], help="only these rules or topics")
    group.add_argument("--ignore", metavar="NAMES", action="append", default=[], help="not these rules or topics")


def add_exclude_option(parser: argparse.ArgumentParser) -> None:
    """Add what leaves files out."""
    pattern = "leave out files and folders, as .gitignore would, but for those named as PATH; may be repeated"
    parser.add_argument("--exclude", metavar="PATTERN", action="append", default=[], help=pattern)


def add_search_options(parser: argparse.ArgumentParser) -> None:
    """Add what else says how to look through many files: what not to spare, networks beside them, processes."""
    parser.add_argument("--force-exclude", action="store_true", help="leave out also what is named as PATH")
    network = "XML of a network that domains name, besides those among the paths; may be repeated"
    parser.add_argument("--network", metavar="FILE", dest="networks", action="append", default=[], help=network)
    jobs = "processes for many files (default: one a CPU); fewer than a few hundred files are looked at without"
    parser.add_argument("--jobs", "-j", metavar="N", type=_jobs, default=_cpus(), help=jobs)


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which configuration file holds, and which rules there are besides vmlint's."""
    group = parser.add_argument_group("configuration")
    own = "file with rules of your own, besides those in the configuration; may be repeated"
    group.add_argument("--rules", metavar="FILE", action="append", default=[], help=own)
    files = group.add_mutually_exclusive_group()
    nearest = "default: the nearest vmlint.toml, or pyproject.toml with [tool.vmlint], upward from each file"
    files.add_argument("--config", metavar="FILE", help=f"configuration file to use for all ({nearest})")
    files.add_argument("--no-config", action="store_true", help="use no configuration file")


def add_setting_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that count more than what a configuration file says, and which file that is."""
    rules = parser.add_argument_group("rules and target")
    newest = "such as '>=6.2,<11' (default: the newest)"
    rules.add_argument("--qemu", metavar="SPEC", help=f"QEMU releases the configuration must hold on, {newest}")
    rules.add_argument("--libvirt", metavar="SPEC", help="libvirt releases it must hold on, likewise")
    target = "a release that it must hold on, such as debian-13, as 'vmlint targets' lists them; may be repeated"
    rules.add_argument("--target", metavar="NAME", action="append", default=[], help=target)
    add_rule_options(rules)
    least = "leave out what is less severe (default: notes are shown, but do not make exit code 1)"
    rules.add_argument("--min-severity", choices=SEVERITIES, help=least)
    amount = "allow more, or less, of a file: NAME is size or memory (in MiB) or findings; may be repeated"
    rules.add_argument("--limit", metavar="NAME=NUMBER", type=_limit, action="append", default=[], help=amount)
    add_config_options(parser)


def add_file_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add the options on files to leave out and on findings that are known; returns the group of the latter."""
    add_exclude_option(parser)
    known = parser.add_argument_group("baseline")
    known.add_argument("--baseline", metavar="FILE", help="leave out the findings that are known by this file")
    return known


def configs(options: argparse.Namespace) -> Configs:
    """Where the configuration of each file is found. Raises UsageError for one that is named and cannot be."""
    from ..configs import Configs

    return Configs(options.config, options.no_config, options.exclude)


def settings(options: argparse.Namespace, configs: Configs) -> Settings:
    """The settings that the options ask for. Raises UsageError for a file of networks that cannot be read."""
    from ..discover import read_files
    from ..settings import ALL_FIXES, SAFE_FIXES, Settings

    fixes = ALL_FIXES if options.unsafe_fixes else SAFE_FIXES
    return Settings(
        options.qemu,
        options.libvirt,
        names(options.select),
        names(options.ignore),
        fixes if options.fix or options.diff else (),
        read_files(options.networks),
        configs,
        options.min_severity,
        tuple(options.rules),
        options.baseline,
        options.write_baseline,
        tuple(file for _, file in options.output),
        names(options.target),
        **limits(options),
    )


def limits(options: argparse.Namespace) -> dict[str, Any]:
    """The limits that the options set, by the names they have in Settings."""
    return {f"limits_{name}": number for name, number in options.limit}


def has_settings(options: argparse.Namespace) -> bool:
    """Whether there are settings that may be wrong, which the user wants to hear even if there is nothing to lint."""
    named = options.target or options.select or options.ignore or options.networks or options.rules
    baseline = options.baseline or options.write_baseline or options.prune_baseline
    return bool(options.qemu or options.libvirt or named or baseline or options.limit)


def reports(options: argparse.Namespace) -> list[tuple[str, str]]:
    """Format and file of each report asked for; `-` is standard output. Raises UsageError for two in one file."""
    files = [file for _, file in options.output if file != STDOUT]
    real = [os.path.realpath(file) for file in files]
    for file, path in zip(files, real, strict=True):
        if real.count(path) > 1:
            raise UsageError(f"--output: two reports in one file, {file}")
    is_usual = options.output_format is not None or len(files) == len(options.output)
    usual = [(options.output_format or "text", STDOUT)] if is_usual and not options.quiet else []
    return [*usual, *options.output]


def refuse_idle(options: argparse.Namespace) -> None:
    """Raise UsageError for an option of a report or of fixes that would do nothing in this run."""
    made = reports(options)
    shown = {name for name, file in made if file == STDOUT}
    if options.statistics and shown and shown.isdisjoint(FOR_PEOPLE):
        raise UsageError(f"--statistics: only a report on standard output as {' or '.join(FOR_PEOPLE)} has them")
    if options.sarif_category is not None and not any(name in CATEGORIZED for name, _ in made):
        raise UsageError("--sarif-category: no SARIF report is asked for")
    if getattr(options, "unsafe_fixes", False) and not (options.fix or options.diff):
        raise UsageError("--unsafe-fixes changes nothing without --fix or --diff")


def spare_files(options: argparse.Namespace, paths: Iterable[str]) -> None:
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


def _output(formats: Collection[str], text: str) -> tuple[str, str]:
    """`FORMAT:FILE`. Raises argparse's error for another shape."""
    name, colon, file = text.partition(":")
    if not colon or not file or name not in formats:
        raise argparse.ArgumentTypeError(f"'{text}' is not FORMAT:FILE with FORMAT one of {', '.join(formats)}")
    return name, file


def _limit(text: str) -> tuple[str, int]:
    """`NAME=NUMBER`. Raises argparse's error for another shape."""
    from ..limits import Limits

    name, _, number = text.partition("=")
    if name not in Limits._fields or not number.isdecimal() or not 0 < len(number) < LONG_NUMBER or not int(number):
        known = ", ".join(Limits._fields)
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=NUMBER with NAME one of {known} and a number from 1 on")
    return name, int(number)


def names(given: Iterable[str]) -> tuple[str, ...]:
    """Names separated by commas, in one option or several."""
    return tuple(name.strip() for name in ",".join(given).split(",") if name.strip())


def _jobs(text: str) -> int:
    """A number of processes. Raises argparse's error for what is none."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 on")
    return int(text)


def _cpus() -> int:
    """How many processes can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
