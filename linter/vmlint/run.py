"""One way for the data: paths -> bytes -> Document -> Diagnostics -> fixes -> Report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from . import catalog, discover, fixer, formats
from .data import read_toml
from .engine import Engine
from .libvirt.networks import Network, Networks, networks_in
from .model import Change, Diagnostic, Document, Failure, Report, Rule
from .source import Source
from .versions import Target, Version, admitted, parse

SAFE_FIXES = ("safe",)
SUPPRESSION = b"vmlint:"
"""Only a file that holds this is searched for comments that switch rules off."""
ALWAYS = "input"
"""The topic of what cannot be read: chosen or not, a file that was not looked at must not pass as clean."""
ALL_FIXES = ("safe", "unsafe")


class Settings(NamedTuple):
    """What to look for and what to fix. `qemu` and `libvirt` are PEP 440 specifier sets; None: the newest release."""

    qemu: str | None = None
    libvirt: str | None = None
    select: tuple[str, ...] = ()
    """Names of rules and topics to run; empty: all."""
    ignore: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    """Safeties of the fixes to apply."""
    networks: tuple[tuple[str, bytes], ...] = ()
    """Name and content of files with networks that domains refer to; they count more than those found on the way."""


class Result(NamedTuple):
    """One file: how it was, what was found in it, and what it came to by fixing."""

    source: Source
    found: list[Diagnostic]
    fixed: fixer.Fixed
    suppressed: int
    """Findings that comments switch off."""
    format: formats.Format
    asked: frozenset[str]
    """Networks that it names and whose XML says more about it."""
    networks: list[tuple[str, Network]]
    """Networks that it defines."""


class Run:
    """Settings made ready, and what came of the files linted so far. Raises UsageError on settings that cannot be."""

    def __init__(self, settings: Settings) -> None:
        self._fixes = settings.fixes
        self._engine = Engine(chosen_rules(settings.select, settings.ignore), target(settings.qemu, settings.libvirt))
        self._networks = Networks(named for file in settings.networks for named in read_networks(*file))
        self._results: list[Result] = []
        self._open: list[int] = []
        """Which results may change when all networks are known."""
        self._skipped: list[Failure] = []
        self._failures: list[Failure] = []

    def lint_file(self, path: str, head: bytes, named: bool) -> None:
        """A file with these first bytes; `named`: by the user, who then hears why nothing was linted in it."""
        format_ = formats.claim(path, head)
        try:
            if format_ is not None:
                self._lint(path, discover.whole(path, head), format_)
            elif named:
                self._skipped.append(Failure(path, discover.NOTHING))
        except discover.Unreadable as error:
            self._failures.append(Failure(path, str(error)))

    def lint_bytes(self, path: str, data: bytes) -> None:
        """The content of a file that need not exist."""
        why = discover.nothing_to_lint(data, path)
        format_ = None if why else formats.claim(path, data)
        if format_ is not None:
            self._lint(path, data, format_)
        else:
            self._skipped.append(Failure(path, why or discover.NOTHING))

    def lint_argv(self, argv: Sequence[str]) -> None:
        """One command line as words."""
        from .formats import argv as format_

        self._lint("<command line>", format_.join(argv), format_)

    def _lint(self, path: str, data: bytes, format_: formats.Format) -> None:
        """The first look, which knows of no network, so that it does not matter which file comes first."""
        result = self._look(path, data, format_, Networks())
        self._networks.add(result.networks)
        if result.asked:
            self._open.append(len(self._results))
        self._results.append(result)

    def _look(self, path: str, data: bytes, format_: formats.Format, networks: Networks) -> Result:
        suppressed: dict[bytes, int] = {}

        def look(content: bytes) -> tuple[Document, list[Diagnostic]]:
            document = format_.parse(path, content)
            found = self._engine.lint(document, networks)
            if SUPPRESSION in content.replace(b"\0", b""):
                found, suppressed[content] = self._suppress(document, found)
            return document, found

        document, found = look(data)
        fixed = fixer.Fixed(data, found, 0, 0)
        if self._fixes and any(diagnostic.fix for diagnostic in found):
            fixed = fixer.fix(data, look, self._fixes)
        hidden, asked = suppressed.get(fixed.data, 0), frozenset(networks.asked)
        return Result(document.source, found, fixed, hidden, format_, asked, networks_in(document))

    def _suppress(self, document: Document, found: list[Diagnostic]) -> tuple[list[Diagnostic], int]:
        """What comments in the file leave of some findings, and how many they switch off."""
        from .suppress import RULE, suppress

        left = suppress(document, found, catalog.rules(), self._engine.active)
        if RULE not in self._engine.active:
            return left.diagnostics, left.number
        told = [self._engine.diagnostic(document, RULE, finding) for finding in left.unused]
        return sorted([*left.diagnostics, *told], key=lambda diagnostic: diagnostic.span), left.number

    def _settle(self) -> None:
        """Look again at the few files that name a network whose XML has been seen by now."""
        for index in self._open:
            result = self._results[index]
            if any(self._networks.find(name) for name in result.asked):
                source = result.source
                self._results[index] = self._look(source.path, source.data, result.format, self._networks)
        self._open = []

    def write_changes(self) -> None:
        """Write the files that fixes changed; what cannot be written counts as not fixed."""
        from .writer import write

        self._settle()
        for index, result in enumerate(self._results):
            source, fixed = result.source, result.fixed
            if fixed.data != source.data:
                try:
                    write(source.path, source.data, fixed.data)
                except discover.Unreadable as error:
                    self._failures.append(Failure(source.path, str(error)))
                    self._results[index] = result._replace(fixed=fixer.Fixed(source.data, result.found, 0, 0))

    def report(self, search: discover.Search | None = None) -> Report:
        """All that was found; with what a search for files passed over or could not read."""
        self._settle()
        results = self._results
        return Report(
            [diagnostic for result in results for diagnostic in result.fixed.diagnostics],
            len(results),
            self._skipped + [Failure(*skipped) for skipped in (search.skipped if search else ())],
            self._failures + [Failure(*failure) for failure in (search.failures if search else ())],
            suppressed=sum(result.suppressed for result in results),
            fixed=sum(result.fixed.applied for result in results),
            held_back=sum(result.fixed.held_back for result in results),
            changes=tuple(Change(r.source, r.fixed.data) for r in results if r.fixed.data != r.source.data),
        )


def read_networks(path: str, data: bytes) -> list[tuple[str, Network]]:
    """The networks that a file given for that defines. Raises UsageError where there is none, or it cannot be read."""
    format_ = formats.claim(path, data)
    if format_ is None:
        raise discover.UsageError(f"{path}: no libvirt network in it")
    document = format_.parse(path, data)
    if document.problems:
        problem = document.problems[0]
        place, reason = document.source.position(problem.span.start), problem.fields.get("reason", problem.rule)
        raise discover.UsageError(f"{path}:{place.line}:{place.column}: cannot be read: {reason}")
    if not (found := networks_in(document)):
        raise discover.UsageError(f"{path}: no libvirt network in it")
    return found


def target(qemu: str | None = None, libvirt: str | None = None) -> Target:
    """The releases that two specifier sets admit. Raises UsageError."""
    known = read_toml("rules/facts/releases.toml")
    return Target(_releases(qemu, known["qemu"]), _releases(libvirt, known["libvirt"]))


def _releases(spec: str | None, known: list[str]) -> tuple[Version, ...]:
    try:
        return admitted(spec, known) if spec is not None else (parse(known[-1]),)
    except ValueError as error:
        raise discover.UsageError(str(error)) from error


def chosen_rules(select: Iterable[str], ignore: Iterable[str]) -> dict[str, Rule]:
    """The rules that names of rules and topics choose. Raises UsageError for a name that is neither."""
    rules = catalog.rules()
    wanted = named_rules(select) or set(rules)
    wanted.update(rule.name for rule in rules.values() if rule.topic == ALWAYS)
    unwanted = named_rules(ignore)
    return {name: rule for name, rule in rules.items() if name in wanted and name not in unwanted}


def named_rules(names: Iterable[str]) -> set[str]:
    """The names of the rules that names of rules and topics mean. Raises UsageError for a name that is neither."""
    rules = catalog.rules()
    topics = {rule.topic for rule in rules.values()}
    found: set[str] = set()
    for name in names:
        if name not in rules and name not in topics:
            raise discover.UsageError(f"no rule or topic is called '{name}'{_suggestion(name, [*rules, *topics])}")
        found.update(rule.name for rule in rules.values() if name in (rule.name, rule.topic))
    return found


def _suggestion(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, 1)
    return f"; did you mean '{close[0]}'?" if close else "; 'vmlint rule' lists them all"
