"""`vmlint test-rules`: hold the user's rules against their own examples."""

from __future__ import annotations

from ..light_typing import TYPE_CHECKING
from . import CLEAN, FOUND
from .options import add_config_options, configs

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ..model import Diagnostic, Example, Report, Rule
    from ..settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The files of the rules."""
    files = "files with rules of your own (default: those in the configuration)"
    parser.add_argument("files", nargs="*", metavar="FILE", help=files)
    add_config_options(parser)
    parser.set_defaults(exclude=[])


def run(options: argparse.Namespace) -> int:
    """Print each example that does not hold, with file and line, and how many rules do; returns the exit code."""
    from ..discover import UsageError
    from ..policy import Policies
    from ..reporters.printing import escape
    from ..settings import Settings
    from ..toml_file import read

    settings = Settings(configs=configs(options), rules_extend=(*options.files, *options.rules))
    rules = [rule for rule in Policies(settings).rules.values() if rule.file]
    rules = [rule for rule in rules if not options.files or rule.file in options.files]
    if not rules:
        raise UsageError("no rules to test: name a file, or have one in [rules] extend of the configuration")
    files = {file: read(file) for file in {rule.file for rule in rules}}
    failed = set()
    for rule in rules:
        for way, words in _failures(rule, settings):
            failed.add(rule.name)
            print(escape(f"{files[rule.file].where((rule.name, *way))}: [{rule.name}] {words}"))
    print(f"{len(rules) - len(failed)} of {len(rules)} rules do what their examples say.")
    return FOUND if failed else CLEAN


def _failures(rule: Rule, settings: Settings) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The way to each example that does not hold, and what is wrong with it."""
    if not rule.examples:
        yield (), "has no example"
    for number, example in enumerate(rule.examples):
        for words in _failures_of(rule, example, settings):
            yield ("example", number), f"example {number + 1}: {words}"


def _failures_of(rule: Rule, example: Example, settings: Settings) -> Iterator[str]:
    from ..settings import ALL_FIXES

    named = (example.target,) if example.target else ()
    settings = settings._replace(qemu=example.qemu, libvirt=example.libvirt, target=named)
    settings = settings._replace(select=(rule.name,), min_severity="note")
    bad = _look(example.file, example.bad, settings)
    if not bad.files:
        yield f"vmlint finds nothing to check in a file called '{example.file}' with 'bad' in it"
        return
    reported = [_text(diagnostic) for diagnostic in bad.diagnostics if diagnostic.rule == rule.name]
    if reported != [*example.at]:
        yield f"'bad' is reported at {_listed(reported)}, and should be at {_listed(example.at)}"
    good = _look(example.file, example.good, settings)
    wrong = [_text(diagnostic) for diagnostic in good.diagnostics if diagnostic.rule == rule.name]
    if wrong:
        yield f"'good' is reported too, at {_listed(wrong)}"
    if any(diagnostic.fix for diagnostic in bad.diagnostics if diagnostic.rule == rule.name):
        fixed = _look(example.file, example.bad, settings._replace(fixes=ALL_FIXES))
        after = fixed.changes[0].after.decode() if fixed.changes else example.bad
        if after != example.good:
            yield f"'good' is not what the fix makes of 'bad', which is:\n{after}"


def _look(file: str, text: str, settings: Settings) -> Report:
    from ..run import Run

    lint = Run(settings)
    lint.at_bytes(file, text.encode())
    return lint.report()


def _text(diagnostic: Diagnostic) -> str:
    """What a finding points at."""
    return diagnostic.source.decode(*diagnostic.span)


def _listed(texts: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"'{text}'" for text in texts) or "nothing"
