"""Baselines: findings that are known already, so that a run tells only of new ones.

An entry is a file, a rule and a place in the file's tree, never a line. Entries that are the same in these are told
apart by a hash of the text around the finding, as far as it helps: of findings alike, one more than are known, that
with a new text is told of, or else the last.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .discover import MAX_SIZE, UsageError, content
from .light_typing import NamedTuple
from .model import Anchor, Diagnostic

VERSION = 1


class Entry(NamedTuple):
    """A finding that is known."""

    rule: str
    at: str
    """Its place in the tree of the file."""
    text: str
    """A hash of the text around it."""


class Baseline:
    """The known findings of one baseline file; files are named from the folder of that file on."""

    def __init__(self, path: str, files: Mapping[str, Counter[Entry]] | None = None) -> None:
        self.path = path
        self._folder = os.path.dirname(os.path.abspath(path))
        self._files = {name: Counter(entries) for name, entries in (files or {}).items()}
        self._gone: dict[str, Counter[Entry]] = {}

    def name(self, path: str) -> str:
        """What the file at a path is called here."""
        try:
            return os.path.relpath(path, self._folder).replace(os.sep, "/")
        except ValueError:  # on another drive
            return os.path.abspath(path).replace(os.sep, "/")

    def add(self, path: str, diagnostics: Iterable[Diagnostic]) -> None:
        """Know findings from now on."""
        entries = Counter(map(_entry, diagnostics))
        if entries:
            self._files.setdefault(self.name(path), Counter()).update(entries)

    def new(self, path: str, diagnostics: list[Diagnostic], active: Iterable[str]) -> list[Diagnostic]:
        """Those of a file's findings that are not known. Known ones of `active` rules that are not there are gone."""
        name = self.name(path)
        known = Counter(self._files.get(name, ()))
        other = [diagnostic for diagnostic in diagnostics if not _take(known, _entry(diagnostic))]
        by_place: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry, left in known.items():
            by_place[entry.rule, entry.at] += [entry] * min(left, len(other))
        new = []
        for diagnostic in other:
            alike = by_place[_entry(diagnostic)[:2]]
            if alike:
                known[alike.pop()] -= 1
            else:
                new.append(diagnostic)
        rules = set(active)
        if name in self._files:
            self._gone[name] = Counter({entry: left for entry, left in known.items() if left and entry.rule in rules})
        return new

    def looked_in(self, paths: Iterable[str], unread: Iterable[str]) -> None:
        """Findings in files at or below some paths, of which nothing was said, are gone too, but for files `unread`."""
        tops = {os.path.abspath(path) for path in paths}
        kept = {os.path.abspath(path) for path in unread}
        for name in self._files.keys() - self._gone.keys():
            path = os.path.abspath(os.path.join(self._folder, name))
            if path not in kept and (not tops.isdisjoint(_upward(path)) or not os.path.lexists(path)):
                self._gone[name] = self._files[name]

    @property
    def gone(self) -> int:
        """How many known findings are no longer there."""
        return sum(count for entries in self._gone.values() for count in entries.values())

    def prune(self) -> None:
        """Forget what is gone."""
        for name, entries in self._gone.items():
            self._files[name] = self._files[name] - entries
            if not self._files[name]:
                del self._files[name]
        self._gone = {}

    def write(self) -> None:
        """Write the file: sorted, an entry a line, so that a change of it reads well in a diff. Raises OSError and
        UsageError."""
        from .outputs import output

        with output(self.path) as stream:
            stream.write(self._text())

    def _text(self) -> str:
        files = []
        for name, entries in sorted(self._files.items()):
            lines = [f"      {json.dumps(_plain(entry, count))}" for entry, count in sorted(entries.items())]
            files.append(f"    {json.dumps(name)}: [\n" + ",\n".join(lines) + "\n    ]")
        body = ("\n" + ",\n".join(files) + "\n  ") if files else ""
        return f'{{\n  "version": {VERSION},\n  "files": {{{body}}}\n}}\n'


def read(path: str) -> Baseline:
    """Read a baseline file. Raises UsageError."""
    try:
        told = json.loads(content(path, MAX_SIZE))
        if told["version"] != VERSION:
            raise UsageError(f"{path}: a baseline of version {told['version']}; this vmlint reads version {VERSION}")
        files = {name: Counter(dict(map(_parsed, entries))) for name, entries in told["files"].items()}
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}: {error.msg[:1].lower()}{error.msg[1:]}") from error
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not a baseline; --write-baseline writes one") from error
    return Baseline(path, files)


def _upward(path: str) -> Iterator[str]:
    """An absolute path, and the folders around it."""
    while True:
        yield path
        above = os.path.dirname(path)
        if above == path:
            return
        path = above


def _take(known: Counter[Entry], entry: Entry) -> bool:
    """Take one finding from the known ones; whether it was there."""
    if not known[entry]:
        return False
    known[entry] -= 1
    return True


def _entry(diagnostic: Diagnostic) -> Entry:
    anchor = diagnostic.anchor or Anchor("", "")
    return Entry(diagnostic.rule, anchor.path, anchor.text)


def _plain(entry: Entry, count: int) -> dict[str, Any]:
    return {**entry._asdict(), **({"count": count} if count > 1 else {})}


def _parsed(value: dict[str, Any]) -> tuple[Entry, int]:
    entry = Entry(value["rule"], value["at"], value["text"])
    count = value.get("count", 1)
    if not all(isinstance(text, str) for text in entry) or not isinstance(count, int):
        raise TypeError
    return entry, count
