"""One file: its bytes -> Document -> what is found. Knows of no other file, so that any process can do it."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from . import discover, fixer, formats
from .libvirt.networks import Networks, networks_in
from .light_typing import TYPE_CHECKING, NamedTuple
from .limits import MIB, Limits
from .model import Change, Diagnostic, Document, Failure
from .policy import Policies, Policy

if TYPE_CHECKING:
    from .libvirt.networks import Network
    from .settings import Settings
    from .source import Source
    from .upgrade import VmReport

SUPPRESSION = b"vmlint:"
COMMAND_LINE = "<command line>"
"""What a command line that is in no file is called."""


class Open(NamedTuple):
    """What it takes to look at a file again, once more networks are known."""

    source: Source
    format: str
    networks: frozenset[str]
    """Those that it names and whose XML says more about it."""


class Result(NamedTuple):
    """What was found in one file, and what it came to by fixing."""

    path: str
    diagnostics: list[Diagnostic]
    suppressed: int
    """Findings that comments switch off."""
    networks: list[tuple[str, Network]]
    """Networks that it defines."""
    fixed: int = 0
    held_back: int = 0
    change: Change | None = None
    unfixed: list[Diagnostic] | None = None
    """What was found before the change."""
    open: Open | None = None
    in_part: int = 0
    """Commands to which variables add what is not known."""
    vms: Sequence[VmReport] = ()
    """What becomes of its VMs, where an upgrade asks."""

    @classmethod
    def clean(cls, path: str) -> Result:
        """A file in which nothing was found."""
        return cls(path, [], 0, [])

    @property
    def says_something(self) -> bool:
        """Whether it is more than one clean file."""
        found = self.diagnostics or self.suppressed or self.networks or self.vms
        return bool(found or self.change or self.open or self.in_part)

    def without_change(self) -> Result:
        """What is to say if the change cannot be made."""
        return self._replace(diagnostics=self.unfixed or [], fixed=0, held_back=0, change=None)


class Skipped(NamedTuple):
    """A file in which there is nothing to lint; `named`: by the user, who then hears of it."""

    failure: Failure
    named: bool


Outcome = Result | Skipped | Failure


class Looker(ABC):
    """Gets at what files hold. What goes wrong in one, a mistake of ours too, costs no more than that one file."""

    @abstractmethod
    def is_own(self, path: str) -> bool:
        """Whether a file is one of this run's own, such as a report, which quote what they are about."""

    @abstractmethod
    def limits_of(self, path: str) -> Limits:
        """How much of the file at a path is read."""

    @abstractmethod
    def at_data(self, path: str, data: bytes, format_: formats.Format, networks: Networks | None = None) -> Result:
        """A file of a format. The first look knows of no network, so that it does not matter which file comes first."""

    def at_file(self, path: str, head: bytes, named: bool) -> Outcome:
        """A file with these first bytes."""

        def look() -> Outcome:
            format_ = None if self.is_own(path) else formats.claim(path, head)
            if format_ is None:
                return Skipped(Failure(path, discover.unclaimed(head)), named)
            most = self.limits_of(path).size * MIB
            return self.at_data(path, discover.whole(path, head, most), format_)

        return _unharmed(path, look)

    def at_bytes(self, path: str, data: bytes) -> Outcome:
        """The content of a file that need not exist."""
        why = discover.nothing_to_lint(data, path)
        format_ = None if why else formats.claim(path, data)
        if format_ is None:
            return Skipped(Failure(path, why or discover.unclaimed(data)), True)
        return self.at_data(path, data, format_)

    def again(self, opened: Open, networks: Networks) -> Outcome:
        """A file once more, with the networks that have been seen by now."""
        source = opened.source
        return _unharmed(
            source.path, lambda: self.at_data(source.path, source.data, formats.load(opened.format), networks)
        )


def _unharmed(path: str, look: Callable[[], Outcome]) -> Outcome:
    """What a look at a file yields; what goes wrong in it is the failure of that file. Raises UsageError."""
    try:
        return look()
    except discover.UsageError:
        raise
    except discover.Unreadable as error:
        return Failure(path, str(error))
    except Exception as error:  # a mistake of ours: it must cost no more than the one file
        if os.environ.get("VMLINT_TRACEBACK"):
            raise
        return Failure(path, discover.own_mistake(error))


def linter_for(settings: Settings) -> Linter:
    """A Linter; one for all who want the same, where that depends on no file. Raises as Linter does."""
    alone = settings._replace(networks=())
    is_fixed = (settings.configs, settings.baseline, settings.write_baseline) == (None, None, None)
    return _kept_linter(alone) if is_fixed else Linter(alone)


@lru_cache(maxsize=16)
def _kept_linter(settings: Settings) -> Linter:
    return Linter(settings)


class Linter(Looker):
    """Settings made ready to lint files, and to fix them. Raises UsageError on settings that cannot be."""

    def __init__(self, settings: Settings) -> None:
        self.policies = Policies(settings)
        self._fixes = settings.fixes

    def is_own(self, path: str) -> bool:
        """Whether a file is a report, a baseline or a rule file of this run."""
        return self.policies.is_own(path)

    def limits_of(self, path: str) -> Limits:
        """How much of the file at a path is read."""
        return self.policies.of(path).limits

    def at_argv(self, argv: Sequence[str]) -> Outcome:
        """One command line as words."""
        from .formats import argv as format_

        line = format_.join(argv)
        why = format_.why_none(line)
        return Failure(COMMAND_LINE, why) if why else self.at_data(COMMAND_LINE, line, format_)

    def at_data(self, path: str, data: bytes, format_: formats.Format, networks: Networks | None = None) -> Result:
        """What is found in a file of a format."""
        suppressed: dict[bytes, int] = {}
        policy = self.policies.of(path)
        networks = Networks() if networks is None else networks

        def look(content: bytes) -> tuple[Document, list[Diagnostic]]:
            document = formats.read(format_, path, content, policy.limits)
            found = policy.engine.lint(document, networks, policy.limits.findings)
            if may_suppress(content):
                found, suppressed[content] = _suppress(document, found, policy)
            return document, _anchored(document, found) if policy.baseline and found else found

        document, found = look(data)
        result = Result(path, found, suppressed.get(data, 0), networks_in(document), in_part=_read_in_part(document))
        if self._fixes and any(diagnostic.fix for diagnostic in found):
            result = _fixed(result, document, fixer.fix(data, look, self._fixes), suppressed)
        return result._replace(open=still_open(document, format_, networks))


def still_open(document: Document, format_: formats.Format, networks: Networks) -> Open | None:
    """What it takes to look at a document again, if it names networks that were asked for."""
    names = frozenset(networks.asked)
    return Open(document.source, formats.name_of(format_), names) if names else None


def may_suppress(content: bytes) -> bool:
    """Whether a file is worth a search for comments that switch rules off; in UTF-16 every other byte is NUL."""
    return SUPPRESSION in (content.replace(b"\0", b"") if b"\0" in content else content)


def _read_in_part(document: Document) -> int:
    """How many commands of a document variables add to."""
    return sum(root.takes_more for root in document.roots)


def _fixed(result: Result, document: Document, after: fixer.Fixed, suppressed: Mapping[bytes, int]) -> Result:
    """What was found in a file, after fixes; `suppressed`: how many findings comments switch off in each content."""
    return result._replace(
        diagnostics=after.diagnostics,
        suppressed=suppressed.get(after.data, 0),
        fixed=after.applied,
        held_back=after.held_back,
        change=Change(document.source, after.data) if after.data != document.source.data else None,
        unfixed=result.diagnostics,
    )


def _anchored(document: Document, found: list[Diagnostic]) -> list[Diagnostic]:
    from .anchors import anchored

    return anchored(document, found)


def _suppress(document: Document, found: list[Diagnostic], policy: Policy) -> tuple[list[Diagnostic], int]:
    """What comments in the file leave of some findings, and how many they switch off."""
    from .suppress import suppress

    engine = policy.engine
    left = suppress(document, found, policy.rules, engine.active, policy.requires_reason)
    told = [engine.diagnostic(document, rule, finding) for rule, finding in left.told if rule in engine.active]
    return sorted([*left.diagnostics, *told], key=lambda diagnostic: diagnostic.span), left.number
