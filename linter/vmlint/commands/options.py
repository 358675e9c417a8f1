"""What the commands that lint take: fixes, rules, target and output."""

from __future__ import annotations

import argparse

from ..reporters import REPORTERS

TYPE_CHECKING = False  # as in typing, which a run with nothing to lint must not load
if TYPE_CHECKING:
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
    rules.add_argument("--select", metavar="NAMES", action="append", default=[], help="only these rules or topics")
    rules.add_argument("--ignore", metavar="NAMES", action="append", default=[], help="not these rules or topics")
    output = parser.add_argument_group("output")
    least = "leave out what is less severe (default: notes are shown, but do not make exit code 1)"
    output.add_argument("--min-severity", choices=SEVERITIES, help=least)
    output.add_argument("--output-format", choices=FORMATS, default="text", help="default: text")
    extra = "write a report to a file as well; may be repeated"
    output.add_argument("--output", metavar="FORMAT:FILE", type=_output, action="append", default=[], help=extra)
    output.add_argument("--quiet", "-q", action="store_true", help="print no report on standard output")
    output.add_argument("--exit-zero", action="store_true", help="exit 0 even if something is found")


def settings(options: argparse.Namespace) -> Settings:
    """The settings that the options ask for. Raises UsageError for a file of networks that cannot be read."""
    from ..discover import read_files
    from ..run import ALL_FIXES, SAFE_FIXES, Settings

    fixes = ALL_FIXES if options.unsafe_fixes else SAFE_FIXES
    return Settings(
        options.qemu,
        options.libvirt,
        _names(options.select),
        _names(options.ignore),
        fixes if options.fix or options.diff else (),
        read_files(options.networks),
    )


def has_settings(options: argparse.Namespace) -> bool:
    """Whether there are settings that may be wrong, which the user wants to hear even if there is nothing to lint."""
    return bool(options.qemu or options.libvirt or options.select or options.ignore or options.networks)


def _output(text: str) -> tuple[str, str]:
    """`FORMAT:FILE`. Raises argparse's error for another shape."""
    name, colon, file = text.partition(":")
    if not colon or not file or name not in FORMATS:
        raise argparse.ArgumentTypeError(f"'{text}' is not FORMAT:FILE with FORMAT one of {', '.join(FORMATS)}")
    return name, file


def _names(given: list[str]) -> tuple[str, ...]:
    """Names separated by commas, in one option or several."""
    return tuple(name.strip() for name in ",".join(given).split(",") if name.strip())
