"""What the commands that lint take: fixes, rules, target and output."""

from __future__ import annotations

import argparse
from functools import partial

from ..reporters import REPORTERS

TYPE_CHECKING = False  # as in typing, which a run with nothing to lint must not load
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ..run import Settings

FORMATS = tuple(REPORTERS)
SEVERITIES = ("error", "warning", "note")


def add_lint_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to a command's own."""
    fixes = parser.add_argument_group("fixes")
    fixes.add_argument("--fix", action="store_true", help="apply the safe fixes (for - and argv: print the result)")
    fixes.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: the unsafe ones too")
    rules = parser.add_argument_group("rules and target")
    newest = "such as '>=6.2,<11' (default: the newest)"
    rules.add_argument("--qemu", metavar="SPEC", help=f"QEMU releases the configuration must hold on, {newest}")
    rules.add_argument("--libvirt", metavar="SPEC", help="libvirt releases it must hold on, likewise")
    target = "a release that it must hold on, such as debian-13, as 'vmlint targets' lists them; may be repeated"
    rules.add_argument("--target", metavar="NAME", dest="targets", action="append", default=[], help=target)
    add_rule_options(rules)
    output = parser.add_argument_group("output")
    least = "leave out what is less severe (default: notes are shown, but do not make exit code 1)"
    output.add_argument("--min-severity", choices=SEVERITIES, help=least)
    add_output_options(output, FORMATS)


def add_path_options(parser: argparse.ArgumentParser) -> None:
    """Add what names the files to look at."""
    paths = "files or folders (default: .); - is standard input"
    parser.add_argument("paths", nargs="*", default=["."], metavar="PATH", help=paths)
    parser.add_argument("--stdin-filename", metavar="NAME", default="<stdin>", help="what standard input is called")


def add_rule_options(group: argparse._ArgumentGroup) -> None:
    """Add what chooses rules."""
    group.add_argument("--select", metavar="NAMES", action="append", default=[], help="only these rules or topics")
    group.add_argument("--ignore", metavar="NAMES", action="append", default=[], help="not these rules or topics")


def add_output_options(group: argparse._ArgumentGroup, formats: Collection[str]) -> None:
    """Add what becomes of the report, which can have these formats."""
    group.add_argument("--output-format", choices=formats, default="text", help="default: text")
    extra, kind = "write a report to a file as well; may be repeated", partial(_output, formats)
    group.add_argument("--output", metavar="FORMAT:FILE", type=kind, action="append", default=[], help=extra)
    group.add_argument("--quiet", "-q", action="store_true", help="print no report on standard output")
    group.add_argument("--exit-zero", action="store_true", help="exit 0 even if something is found")


def settings(options: argparse.Namespace) -> Settings:
    """The settings that the options ask for. Raises UsageError for a file of networks that cannot be read."""
    from ..discover import read_files
    from ..run import ALL_FIXES, SAFE_FIXES, Settings

    fixes = ALL_FIXES if options.unsafe_fixes else SAFE_FIXES
    return Settings(
        options.qemu,
        options.libvirt,
        names(options.select),
        names(options.ignore),
        fixes if options.fix or options.diff else (),
        read_files(options.networks),
        names(options.targets),
    )


def has_settings(options: argparse.Namespace) -> bool:
    """Whether there are settings that may be wrong, which the user wants to hear even if there is nothing to lint."""
    named = options.targets or options.select or options.ignore or options.networks
    return bool(options.qemu or options.libvirt or named)


def _output(formats: Collection[str], text: str) -> tuple[str, str]:
    """`FORMAT:FILE`. Raises argparse's error for another shape."""
    name, colon, file = text.partition(":")
    if not colon or not file or name not in formats:
        raise argparse.ArgumentTypeError(f"'{text}' is not FORMAT:FILE with FORMAT one of {', '.join(formats)}")
    return name, file


def names(given: Iterable[str]) -> tuple[str, ...]:
    """Names separated by commas, in one option or several."""
    return tuple(name.strip() for name in ",".join(given).split(",") if name.strip())
