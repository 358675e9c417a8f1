"""Whether XML that would take too much memory is well-formed and as libvirt's schema says: that takes next to none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from ..libvirt.schema import verdict
from ..light_typing import TYPE_CHECKING, NamedTuple, cast
from ..source import Span
from .xml_node import CONTROL
from .xml_parts import ROOTS, WRAPPERS, syntax_error

if TYPE_CHECKING:
    from lxml.etree import XMLSyntaxError

UNSEEN = "no rule looked at it"
CHUNK = 1 << 16
MARKED = 80
"""Bytes of a tag that are marked."""
EXTRA = "Extra content at the end of the document"
WORDS = re.compile(r"line \d+: b['\"](.*)['\"]|, line \d+, column \d+.*", re.DOTALL)
"""libxml2's words, in which lxml says what line it is, too."""
MAX_ATTRIBUTES = 10_000
"""Of one element. libxml2 keeps all of them at a time."""
LONG_TAG = 5 * MAX_ATTRIBUTES
"""Bytes in which there may be so many, as in ` a=''`."""


class Seen(NamedTuple):
    """What can be said, and of which place; `is_syntax`: it is what makes the XML unreadable."""

    words: str
    span: Span = Span(0, 0)
    is_syntax: bool = False


def look(data: bytes, first_tag: str) -> Seen:
    """What libxml2 has against an XML file whose first element has this name."""
    return _Reader(data, first_tag).look()


class _Reader:
    def __init__(self, data: bytes, first_tag: str) -> None:
        self._data = data
        self._schema = first_tag if first_tag in ROOTS and first_tag not in WRAPPERS else None

    def look(self) -> Seen:
        if any(sign.encode() in self._data for sign in CONTROL):
            return Seen(UNSEEN)  # a template need not be XML yet
        if _has_long_tag(self._data):
            return Seen(f"{UNSEEN}; an element has more than {MAX_ATTRIBUTES} attributes")
        stop = self._read(_chunks(self._data))
        if stop is None:
            what = "its syntax and the schema, which are" if self._schema else "its syntax, which is"
            return Seen(f"{UNSEEN} but for {what} right")
        return self._syntax(stop.error) if stop.error else self._mistake(stop)

    def _read(self, parts: Iterable[tuple[int, int]]) -> _Stop | None:
        """Read parts of the document one after another, up to one in which something is wrong."""
        from lxml.etree import ErrorDomains, XMLParser

        schema = verdict(self._schema) if self._schema else None
        target = cast("Any", _Nothing())
        parser = XMLParser(no_network=True, resolve_entities=False, load_dtd=False, schema=schema, target=target)
        low, caught = 0, None
        try:
            for low, high in parts:
                parser.feed(self._data[low:high])
                if len(parser.feed_error_log):
                    break
            else:
                parser.close()
                return None
        except syntax_error() as error:
            caught = error
        words = next((entry.message for entry in parser.feed_error_log if entry.domain == ErrorDomains.SCHEMASV), None)
        return _Stop(low, words or "", None if words else caught)

    def _mistake(self, stop: _Stop) -> Seen:
        """The first mistake by the schema: its tag, and libxml2's words."""
        parts = chain(_chunks(self._data, stop.at), _tags(self._data, stop.at, stop.at + CHUNK))
        found = self._read(parts) or stop
        close = self._data.find(b">", found.at) + 1 or len(self._data)
        start = max(self._data.rfind(b"<", 0, close), 0)
        words = f"{UNSEEN}; by the schema this is wrong: {found.words}"
        return Seen(words, Span(start, min(close, start + MARKED)) if b"\0" not in self._data[:CHUNK] else Span(0, 0))

    def _syntax(self, error: XMLSyntaxError) -> Seen:
        """Where libxml2 stopped, and its words without its own position."""
        words = WORDS.sub(r"\1", error.msg or "")
        if words.startswith(EXTRA):
            return Seen(UNSEEN)  # another document follows
        line, column = error.position
        at = 0
        for _ in range(line - 1):
            at = self._data.find(b"\n", at) + 1 or at
        at = min(at + max(column - 1, 0), len(self._data))
        return Seen(words, Span(at, at), is_syntax=True)


class _Stop(NamedTuple):
    """Where the part begins in which something is wrong, and what: by the schema in words, or else with the syntax."""

    at: int
    words: str
    error: XMLSyntaxError | None


def _chunks(data: bytes, high: int | None = None) -> Iterator[tuple[int, int]]:
    """The bytes up to one, a part at a time."""
    high = len(data) if high is None else high
    return ((at, min(at + CHUNK, high)) for at in range(0, high, CHUNK))


def _tags(data: bytes, at: int, high: int) -> Iterator[tuple[int, int]]:
    """The bytes from one on to the end of the tag after another, each part up to the end of a tag."""
    while at < high:
        end = data.find(b">", at) + 1 or len(data)
        yield at, end
        at = end


def _has_long_tag(data: bytes) -> bool:
    """Whether an element has too many attributes: what stands between two `<`, which no attribute may hold, tells."""
    at = 0
    while at < len(data):
        last = data.rfind(b"<", at + 1, at + LONG_TAG)
        if last < 0:
            last = data.find(b"<", at + LONG_TAG) % (len(data) + 1)
            if data.count(b"=", at, last) > MAX_ATTRIBUTES:
                return True
        at = last
    return False


class _Nothing:
    """What is built of a document that is only looked at."""

    def close(self) -> None:
        """Called at its end; of what is in it, nothing is asked for."""
