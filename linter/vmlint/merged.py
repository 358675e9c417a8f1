"""Reports of several runs read again, as one: each run looked at a part of the files, perhaps on another machine.

They are JSON, as `--output-format json` writes it. What a report does not tell, the lines of the files and their
encoding, is taken from the files where they are at hand and still say the same; reports for people are shorter without.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from . import formats
from .discover import Unreadable, UsageError, reason, whole
from .model import SAFETIES, SEVERITIES, Diagnostic, Fix, Known, Note, Page, Report, Rule
from .source import Edit, Position, Source, Span

VERSION = 1
HEAD = 1 << 20


class Recorded(Source):
    """A file of which only the places that a report names are known."""

    def __init__(self, path: str) -> None:
        super().__init__(path, b"")
        self.places: dict[int, Position] = {}

    def position(self, offset: int) -> Position:
        return self.places.get(offset, Position(1, 1, offset))

    def line(self, number: int) -> str:
        return ""


def read_reports(paths: Iterable[str], least: str) -> Report:
    """The reports in some files as one, ordered by file; what several tell is told once.

    `least`: the mildest severity that makes it fail. Raises UsageError for what is no JSON report.
    """
    found: dict[tuple[object, ...], Diagnostic] = {}
    counts = Counter[str]()
    sources = _Sources()
    for path in paths:
        content = _content(path)
        try:
            for value in content["diagnostics"]:
                diagnostic = sources.diagnostic(value)
                key = (diagnostic.source.path, diagnostic.span, diagnostic.rule, diagnostic.message)
                found.setdefault(key, diagnostic)
            counts.update({name: _number(count) for name, count in content["summary"].items()})
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise UsageError(f"{path}: not a JSON report of vmlint: {_words(error)}") from error
    diagnostics = [sources.at_hand(d) for d in sorted(found.values(), key=lambda diagnostic: diagnostic.source.path)]
    failing = sum(SEVERITIES.index(d.severity) <= SEVERITIES.index(least) for d in diagnostics)
    return Report(
        diagnostics, counts["files"], [], [], counts["suppressed"], counts["fixed"], counts["held_back"],
        failing=failing, baseline=Known(counts["known"], counts["gone"]) if "known" in counts else None,
    )  # fmt: skip


def described(rules: Mapping[str, Rule], diagnostics: Iterable[Diagnostic]) -> dict[str, Rule]:
    """The rules, and a stand-in for each that only the run which used it knows."""
    unknown = {d.rule: d.severity for d in diagnostics if d.rule not in rules}
    return {**rules, **{name: _stand_in(name, severity) for name, severity in unknown.items()}}


def _stand_in(name: str, severity: str) -> Rule:
    words = f"A rule of another run: {name}"
    page = Page(f"{words}.", sources=(), examples=())
    return Rule(name, "", words, severity, lambda: page, matches=(), gates=(), variants={}, notes={})


def _content(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as stream:
            content: dict[str, Any] = json.loads(stream.read())
        if content["version"] != VERSION:
            raise UsageError(f"{path}: a report of version {content['version']}; this vmlint reads version {VERSION}")
    except OSError as error:
        raise UsageError(f"{path}: {reason(error)}") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}: {error.msg[:1].lower()}{error.msg[1:]}") from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not a JSON report of vmlint: {_words(error)}") from error
    return content


def _words(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not a number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _one_of(allowed: tuple[str, ...], value: object) -> str:
    if value not in allowed:
        raise ValueError(f"{value!r} is none of {', '.join(allowed)}")
    return _text(value)


class _Sources:
    """The files that reports name."""

    def __init__(self) -> None:
        self._recorded: dict[str, Recorded] = {}
        self._read: dict[str, Source | None] = {}

    def diagnostic(self, value: Mapping[str, Any]) -> Diagnostic:
        """A finding from its values in JSON. Raises KeyError, TypeError and ValueError."""
        path = _text(value["path"])
        source = self._recorded.setdefault(path, Recorded(path))
        notes = tuple(Note(_text(note["message"]), _span(source, note)) for note in value["notes"])
        span, severity = _span(source, value), _one_of(SEVERITIES, value["severity"])
        return Diagnostic(
            _text(value["rule"]), severity, _text(value["message"]), source, span, notes, _fix(value["fix"])
        )

    def at_hand(self, diagnostic: Diagnostic) -> Diagnostic:
        """A finding with its file, if that is there and has the same places."""
        recorded = self._recorded[diagnostic.source.path]
        if recorded.path not in self._read:
            self._read[recorded.path] = _file(recorded)
        source = self._read[recorded.path]
        if source is None:
            return diagnostic
        fix = diagnostic.fix
        if fix is not None and source.encoding != recorded.encoding:
            edits = [edit._replace(text=source.encode(edit.text.decode())) for edit in fix.edits]
            fix = fix._replace(edits=tuple(edits))
        return diagnostic._replace(source=source, fix=fix)


def _file(recorded: Recorded) -> Source | None:
    """A file as its format reads it, unless it has changed since."""
    try:
        with open(recorded.path, "rb") as stream:
            data = whole(recorded.path, stream.read(HEAD))
    except (OSError, ValueError, Unreadable):
        return None
    format_ = formats.claim(recorded.path, data)
    source = format_.parse(recorded.path, data).source if format_ else Source(recorded.path, data)
    same = all(offset <= len(data) and source.position(offset) == at for offset, at in recorded.places.items())
    return source if same else None


def _span(source: Recorded, value: Mapping[str, Any]) -> Span:
    ends = [Position(*(_number(value[end][key]) for key in Position._fields)) for end in ("start", "end")]
    source.places.update({end.offset: end for end in ends})
    return Span(ends[0].offset, ends[1].offset)


def _fix(value: Mapping[str, Any] | None) -> Fix | None:
    if value is None:
        return None
    edits = [Edit(_number(e["start"]), _number(e["end"]), _text(e["text"]).encode()) for e in value["edits"]]
    return Fix(_text(value["title"]), _one_of(SAFETIES, value["safety"]), tuple(edits))
