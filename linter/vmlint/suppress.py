"""Comments that switch rules off: `vmlint: ignore[rule] reason` for a place, `vmlint: ignore-file[rule]` for a file.

They look alike in every host format, so they are found in the text of the file, by the sign that begins
a comment there.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping

from .finding import Finding
from .light_typing import NamedTuple
from .model import Diagnostic, Document, Rule
from .source import Edit, Span, Text

COMMENT = re.compile(
    r"(?P<sign>(?<!#)#+|(?<!/)//+|--|(?<!;);+|::|(?<![^\s@])(?i:rem)\b|<!--|/\*|\{#|<%#|\.\.)[ \t]*vmlint:[ \t]*"
    r"(?P<kind>ignore(?:-file)?)\[(?P<names>[^\[\]\n]*)\]"  # no [ in it, or many openings on a line take long
)
MAY_GO_ON = ("<!--", "/*", "{#", "<%#")
"""Signs of comments that end with their line only if they are closed there."""
CLOSES = re.compile(r"-->|\*/|#\}|%>")
OPENS = re.compile(r"[(\[{:\\|>=][ \t]*$")
"""The end of a line after which a command, a list or a block begins on the next."""
XML_COMMENTS = re.compile(r"(?:[^\S\n]|<!--[^>\n]*-->)*")
BLANKS = re.compile(r"[^\S\n]*")
MOST = 1 << 62
UNUSED, WITHOUT_REASON = "unused-suppression", "suppression-without-reason"
NO_WORD = re.compile(r"[\W_]*")


class Suppression(NamedTuple):
    """One comment: the rules and topics it names, the bytes it covers, and its own bytes."""

    names: tuple[str, ...]
    covered: tuple[Span, ...]
    span: Span
    removal: Edit | None
    """Takes the comment out, with its line if nothing else stands there; None if it goes on below."""
    has_reason: bool

    def names_rule(self, rule: Rule) -> bool:
        """Whether it names a rule, or its topic."""
        return rule.name in self.names or rule.topic in self.names


class Suppressed(NamedTuple):
    """What is left of some findings, how many were switched off, and what to say of the comments by which rule."""

    diagnostics: list[Diagnostic]
    number: int
    told: list[tuple[str, Finding]]


def suppress(
    document: Document,
    diagnostics: list[Diagnostic],
    rules: Mapping[str, Rule],
    active: Collection[str],
    requires_reason: bool = False,
) -> Suppressed:
    """Leave out what comments switch off. A comment is unused only if all rules it names are `active` or unknown.

    `requires_reason`: a comment in use that gives no reason is told of. Those of a file too large to be read are not
    looked for: there may be as many as would take too much themselves.
    """
    comments = suppressions(document) if document.is_read else []
    used: set[Suppression] = set()
    kept = []
    for diagnostic, around in _around(diagnostics, comments):
        covering = [comment for comment in around if comment.names_rule(rules[diagnostic.rule])]
        used.update(covering)
        if not covering:
            kept.append(diagnostic)
    known = set(rules) | {rule.topic for rule in rules.values()}
    asleep = known - set(active) - {rules[name].topic for name in active}
    unused = [comment for comment in comments if comment not in used and not asleep & {*comment.names}]
    told = [(UNUSED, _unused(comment, known)) for comment in unused]
    if requires_reason:
        bare = [comment for comment in comments if comment not in unused and not comment.has_reason]
        told += [(WITHOUT_REASON, Finding(comment.span, {"names": ", ".join(comment.names)})) for comment in bare]
    return Suppressed(kept, len(diagnostics) - len(kept), told)


def _around(
    diagnostics: list[Diagnostic], comments: list[Suppression]
) -> Iterator[tuple[Diagnostic, list[Suppression]]]:
    """Findings in the order of the file, each with the comments that cover its place."""
    coming = sorted(((span, comment) for comment in comments for span in comment.covered), reverse=True)
    around: list[tuple[Span, Suppression]] = []
    for diagnostic in sorted(diagnostics, key=lambda diagnostic: diagnostic.span):
        at = diagnostic.span.start
        while coming and coming[-1][0].start <= at:
            around.append(coming.pop())
        around = [(span, comment) for span, comment in around if at < span.end]
        yield diagnostic, [comment for _, comment in around]


def _unused(comment: Suppression, known: set[str]) -> Finding:
    unknown = next((name for name in comment.names if name not in known), None)
    fields = {"names": ", ".join(comment.names), "name": unknown or ""}
    if unknown is not None:
        return Finding(comment.span, fields, variant="unknown")
    return Finding(comment.span, fields, (comment.removal,) if comment.removal else ())


def suppressions(document: Document) -> list[Suppression]:
    """The comments of a file that switch rules off."""
    page = _Page(document)
    return [_suppression(page, comment) for comment in _comments(page)]


class _Comment(NamedTuple):
    """Where a comment stands, in characters, and its parts."""

    start: int
    end: int
    sign: str
    kind: str
    names: str
    reason: str
    goes_on: bool
    """Whether more lines of it follow, which `end` leaves out."""


def _comments(page: _Page) -> Iterator[_Comment]:
    """The comments in their order; each is looked for where the one before ends, so a long line costs no more."""
    at = 0
    while match := COMMENT.search(page.text, at):
        low, line_end = match.end(), page.line_end(match.end())
        closing = CLOSES.search(page.text, low, line_end)
        high, at = closing.span() if closing else (line_end, line_end)
        reason = page.text[low:high]
        end = at if closing else low + len(reason.removesuffix("\r"))
        goes_on = not closing and match["sign"] in MAY_GO_ON
        if goes_on:
            reason += page.text[line_end : page.line_end(min(line_end + 1, len(page.text)))]
        yield _Comment(match.start(), end, match["sign"], match["kind"], match["names"], reason, goes_on)


class _Page(Text):
    """The text of a document, and where its nodes begin."""

    def __init__(self, document: Document) -> None:
        super().__init__(document.source)
        self._roots = document.roots
        self._nodes: list[tuple[int, int]] | None = None
        self._line = Span(0, -1)

    def line(self, at: int) -> Span:
        """The line that a character stands in, without its line end, in characters; the last one is remembered."""
        if not self._line.start <= at <= self._line.end:
            self._line = Span(self.text.rfind("\n", 0, at) + 1, self.text.find("\n", at) % (len(self.text) + 1))
            self._blank = _end(BLANKS, self.text, self._line.start)
            self._comments_end = _end(XML_COMMENTS, self.text, self._line.start)
        return self._line

    def line_end(self, at: int) -> int:
        """The end of the line that a character stands in, before its line end."""
        return self.line(at).end

    def begins_line(self, at: int) -> bool:
        """Whether nothing stands before a character in its line."""
        return self.line(at).start <= at <= self._blank

    def follows_comments_only(self, at: int) -> bool:
        """Whether nothing but XML comments stands before a character in its line."""
        return self.line(at).start <= at <= self._comments_end

    def nodes_from(self, low: int, high: int | None = None) -> list[Span]:
        """Bytes of the nodes that begin from one byte to another, the outer ones first."""
        if self._nodes is None:
            spans = (node.span for root in self._roots for node in root.all())
            self._nodes = sorted((span.start, -span.end) for span in spans)
        first = bisect_left(self._nodes, (low, -MOST))
        last = first + 1 if high is None else bisect_left(self._nodes, (high, -MOST))
        return [Span(start, -end) for start, end in self._nodes[first:last]]


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where that ends which a pattern, which takes nothing too, finds at a character."""
    found = pattern.match(text, at)
    return found.end() if found else at


def _suppression(page: _Page, comment: _Comment) -> Suppression:
    low, high = comment.start, comment.end
    line = page.line(low)
    following = _end(BLANKS, page.text, high)
    is_alone = page.begins_line(low) and following >= line.end
    opens_element = page.text.startswith("<", following) or page.follows_comments_only(low)
    names = tuple(filter(None, (name.strip() for name in comment.names.split(","))))
    if comment.kind == "ignore-file":
        covered = [Span(0, len(page.source.data) + 1)]
    elif comment.sign == "<!--" and opens_element:
        covered = page.nodes_from(page.byte(high))
    elif not page.begins_line(low):
        covered = [page.span(line.start, high)]
    else:
        covered = _next_command(page, high)
    removal = Span(line.start, min(line.end + 1, len(page.text)))
    if not is_alone:
        while low > line.start and page.text[low - 1] in " \t":
            low -= 1
        removal = Span(low, high)
    has_reason = not NO_WORD.fullmatch(comment.reason)
    span = page.span(comment.start, comment.end)
    edit = None if comment.goes_on else Edit(*page.span(*removal), b"")
    return Suppression(names, tuple(covered), span, edit, has_reason)


def _next_command(page: _Page, end: int) -> list[Span]:
    """The line after a comment, and what begins there: a command, an option; or below it, if the line only opens it."""
    low = min(page.line_end(end) + 1, len(page.text))
    high = page.line_end(low)
    if OPENS.search(page.text, low, high):
        high = page.line_end(min(high + 1, len(page.text)))
    line = page.span(low, high)
    return [line, *page.nodes_from(*line)]
