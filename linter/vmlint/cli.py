"""The command line: arguments in, reports and an exit code out. The only place that prints, writes or exits.

Exit codes: 0 nothing at or above the threshold is left; 1 findings are left, or a fix changed a file, or --diff shows
one; 2 the work could not be done.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

from . import __version__
from .discover import Search, UsageError, reason
from .reporters import REPORTERS, write_report

TYPE_CHECKING = False  # as in typing, which a run with nothing to lint must not load
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model import Report
    from .run import Run, Settings

HELP_WIDTH = 100
CLEAN, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130
FORMATS = tuple(REPORTERS)
SEVERITIES = ("error", "warning", "note")
SCHEMAS = ("domain", "network")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run vmlint; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader (head, less) has gone: nothing more to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except UsageError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename}: {reason(error)}" if error.filename else reason(error))
    except Exception as error:
        if os.environ.get("VMLINT_TRACEBACK"):
            raise
        return _fail(f"internal error, please report it with the file: {type(error).__name__}: {error}")


class _Parser(argparse.ArgumentParser):
    """argparse's own with a fixed width of help; else it would load shutil to ask the terminal, for every argument."""

    def __init__(self, prog: str, about: str) -> None:
        width = partial(argparse.HelpFormatter, width=HELP_WIDTH)
        super().__init__(prog=prog, description=about, formatter_class=width, allow_abbrev=False)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("vmlint", "Finds and fixes mistakes in libvirt XML and QEMU command lines.")
    parser.add_argument("--version", action="version", version=f"vmlint {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", prog="vmlint")

    check = commands.add_parser("check", help="lint files and folders", about="Lint files and folders.")
    paths = "files or folders (default: .); - is standard input"
    check.add_argument("paths", nargs="*", default=["."], metavar="PATH", help=paths)
    check.add_argument("--stdin-filename", metavar="NAME", default="<stdin>", help="what standard input is called")
    check.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    _add_common(check)
    network = "XML of a network that domains name, besides those among the paths; may be repeated"
    check.add_argument("--network", metavar="FILE", dest="networks", action="append", default=[], help=network)
    check.set_defaults(run=_check)

    argv = commands.add_parser("argv", help="lint a command line as typed", about="Lint one QEMU command line.")
    _add_common(argv)
    words = "the program and its arguments; -- must stand before them"
    argv.add_argument("words", nargs="+", metavar="-- WORD", help=words)
    argv.set_defaults(run=_argv, diff=False, networks=[])

    rule = commands.add_parser("rule", help="explain a rule, or list all", about="Explain a rule, or list all.")
    rule.add_argument("name", nargs="?", metavar="NAME")
    rule.set_defaults(run=_rule)

    about = "Print the path of an XML schema (XSD) that editors can use."
    schema = commands.add_parser("schema", help="print the path of an XML schema", about=about)
    schema.add_argument("name", nargs="?", choices=SCHEMAS, help="default: both")
    schema.set_defaults(run=_schema)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
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


def _output(text: str) -> tuple[str, str]:
    """`FORMAT:FILE`. Raises argparse's error for another shape."""
    name, colon, file = text.partition(":")
    if not colon or not file or name not in FORMATS:
        raise argparse.ArgumentTypeError(f"'{text}' is not FORMAT:FILE with FORMAT one of {', '.join(FORMATS)}")
    return name, file


def _settings(options: argparse.Namespace) -> Settings:
    from .discover import read_files
    from .run import ALL_FIXES, SAFE_FIXES, Settings

    fixes = ALL_FIXES if options.unsafe_fixes else SAFE_FIXES
    return Settings(
        options.qemu,
        options.libvirt,
        _names(options.select),
        _names(options.ignore),
        fixes if options.fix or options.diff else (),
        read_files(options.networks),
    )


def _names(given: list[str]) -> tuple[str, ...]:
    """Names separated by commas, in one option or several."""
    return tuple(name.strip() for name in ",".join(given).split(",") if name.strip())


def _check(options: argparse.Namespace) -> int:
    if "-" in options.paths:
        return _check_stdin(options)
    search = Search(options.paths)
    run = _start(options) if _has_settings(options) else None
    for candidate in search:
        run = run or _start(options)
        run.lint_file(*candidate)
    if run is None and options.output_format in ("text", "concise") and not options.output:
        return _nothing_found(options, search)
    run = run or _start(options)
    if options.fix and not options.diff:
        run.write_changes()
    return _finish(options, run.report(search))


def _check_stdin(options: argparse.Namespace) -> int:
    if len(options.paths) > 1:
        raise UsageError("standard input (-) cannot be checked together with files")
    run, data = _start(options), sys.stdin.buffer.read()
    run.lint_bytes(options.stdin_filename, data)
    return _finish(options, run.report(), data if options.fix else None)


def _argv(options: argparse.Namespace) -> int:
    from .formats.argv import join

    run = _start(options)
    run.lint_argv(options.words)
    return _finish(options, run.report(), join(options.words) if options.fix else None)


def _start(options: argparse.Namespace) -> Run:
    """Load the rules, which a run without any VM configuration never needs."""
    from .run import Run

    for _, file in options.output:
        if file != "-":
            open(file, "ab").close()  # a report that cannot be written should be known before anything is fixed
    return Run(_settings(options))


def _has_settings(options: argparse.Namespace) -> bool:
    """Whether there are settings that may be wrong, which the user wants to hear even if there is nothing to lint."""
    return bool(options.qemu or options.libvirt or options.select or options.ignore or options.networks)


def _nothing_found(options: argparse.Namespace, search: Search) -> int:
    """The shortest way out, without the rules: most files of most repositories hold no VM configuration."""
    from .reporters.nothing import write_nothing

    if not options.quiet and options.output_format == "text":
        write_nothing(search.skipped, sys.stdout)
    for path, why in search.failures:
        _complain(f"{path}: {why}")
    return FAILED if search.failures else CLEAN


def _rule(options: argparse.Namespace) -> int:
    from .catalog import rules
    from .rulepage import rule_markdown
    from .run import named_rules

    if options.name is None:
        width = max(map(len, rules()))
        for rule in rules().values():
            print(f"{rule.name:{width}}  {rule.severity:7}  {'fix' if rule.fixable else '   '}  {rule.summary}")
        return CLEAN
    for name in sorted(named_rules([options.name])):
        print(rule_markdown(rules()[name]))
    return CLEAN


def _schema(options: argparse.Namespace) -> int:
    from .data import data_path

    for name in [options.name] if options.name else SCHEMAS:
        print(os.path.normpath(data_path(f"schemas/{name}.xsd")))
    return CLEAN


def _finish(options: argparse.Namespace, report: Report, unfixed: bytes | None = None) -> int:
    """Print what there is to say. `unfixed`: a text that is no file; fixed, it goes to standard output."""
    from .catalog import rules
    from .reporters import diff

    if options.min_severity:
        kept = SEVERITIES[: SEVERITIES.index(options.min_severity) + 1]
        report = report._replace(diagnostics=[d for d in report.diagnostics if d.severity in kept])
    stream = sys.stderr if unfixed is not None or options.diff else sys.stdout
    if options.diff:
        diff.write(report, sys.stdout)
    elif unfixed is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(report.changes[0].after if report.changes else unfixed)
    if not options.quiet:
        write_report(options.output_format, report, rules(), stream)
    for name, file in options.output:
        if file == "-":
            write_report(name, report, rules(), sys.stdout)
        else:
            with open(file, "w", encoding="utf-8", newline="\n") as out:
                write_report(name, report, rules(), out)
    for failure in report.failures:
        _complain(f"{failure.path}: {failure.reason}")
    return _exit_code(options, report)


def _exit_code(options: argparse.Namespace, report: Report) -> int:
    if report.failures:
        return FAILED
    threshold = SEVERITIES.index(options.min_severity or "warning")
    left = any(SEVERITIES.index(diagnostic.severity) <= threshold for diagnostic in report.diagnostics)
    return FOUND if (left or report.changes) and not options.exit_zero else CLEAN


def _complain(message: str) -> None:
    from .reporters.printing import escape

    print(f"vmlint: error: {escape(message)}", file=sys.stderr)


def _fail(message: str) -> int:
    _complain(message)
    return FAILED
