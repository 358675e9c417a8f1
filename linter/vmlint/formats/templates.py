"""Template parts in a file that is not filled in yet: Jinja, Go templates, ERB.

They are covered by characters that the host format reads as nothing special, one for one, so that all offsets stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..source import OPAQUE, Value
from .spans import with_opaque

START = re.compile(r"\{\{|\{%|\{#|<%")
PART = re.compile(
    r"(?P<control>\{%(?s:.{0,1000}?)%\}|\{#(?s:.{0,1000}?)#\}|<%(?!=)(?s:.{0,1000}?)%>"
    r"|\{\{-?\s*(?:(?:if|else|end|range|with|define|template|block|include)\b|/\*|\$\w+\s*:?=)(?s:.{0,1000}?)\}\})"
    r"|\{\{(?s:.{0,500}?)\}\}|<%=(?s:.{0,500}?)%>"
)
STEERING = re.compile(
    r"\{%[-+]?[ \t]*[a-z]+\b[^\n]{0,500}?%\}|(?<!\$)\{#[^\n]{0,500}?#\}|<%(?!=)[^\n]{0,500}?%>"
    r"|\{\{-?[ \t]*(?:(?:if|else|end|range|with|define|template|block|include)\b|/\*|\$\w+[ \t]*:?=)[^\n]{0,500}?\}\}"
)
PUT_IN = re.compile(r"\{\{(?!\{)[^\n]{0,300}?\}\}|<%=[^\n]{0,300}?%>")
"""What steers a template, and what it puts in, in files of commands, where a part stands in one line."""
OPAQUE_RUN = re.compile(OPAQUE + "+")
IN_LINE = re.compile(r"[^\r\n]")
ASCII = re.compile(r"[!-~ \t]")
MARKUP = re.compile("[<>\"']")

Cover = Callable[[str, "re.Match[str]"], str]
"""What stands in for a part of a template in a text: as many characters."""


def has_parts(text: str) -> bool:
    """Whether a text has anything of a template in it."""
    return START.search(text) is not None


def cover(text: str, in_place_of: Cover) -> str:
    """The same text, as long, with something else in place of each part of a template."""
    return PART.sub(lambda part: in_place_of(text, part), text)


def filled_in(value: Value) -> Value:
    """A text of commands as a template engine leaves it: without what steers that, the lines of its own included; what
    it puts in is not known."""
    if not has_parts(value.text):
        return value
    ranges, at = [], 0
    for part in STEERING.finditer(value.text):
        low, high = _own_line(value.text, *part.span())
        ranges.append((at, max(at, low)))
        at = max(at, high)
    picked = value.pick(*ranges, (at, len(value.text))) if ranges else value
    return with_opaque(picked, PUT_IN)


def _own_line(text: str, low: int, high: int) -> tuple[int, int]:
    """The line of a part that has one of its own, else the part."""
    before, after = text.rfind("\n", 0, low) + 1, text.find("\n", high) + 1
    after = after or len(text)
    alone = not (text[before:low] + text[high:after]).strip()
    return (before, after) if alone else (low, high)


def for_yaml(text: str, part: re.Match[str]) -> str:
    """What steers the template is blanked out, as is what has a line of its own; what it puts in becomes opaque."""
    before, after = text.rfind("\n", 0, part.start()) + 1, text.find("\n", part.end())
    alone = not (text[before : part.start()] + text[part.end() : after if after >= 0 else len(text)]).strip()
    return IN_LINE.sub(" " if part["control"] or alone else OPAQUE, part[0])


class XmlCover:
    """Covers the parts of an XML template, one after another.

    Between the attributes of a tag all are blanked out; elsewhere they become `{{xx}}`, which is known for what it is.
    Only ASCII is replaced, and by ASCII, so that bytes stay where they are.
    """

    def __init__(self) -> None:
        self._at = 0
        self._in_tag = False
        self._quote = ""

    def __call__(self, text: str, part: re.Match[str]) -> str:
        """What stands in for a part."""
        for sign in MARKUP.finditer(text, self._at, part.start()):
            self._pass(sign[0])
        self._at = part.end()
        if self._in_tag and not self._quote:
            return ASCII.sub(" ", part[0])
        return "{{" + ASCII.sub("x", part[0][2:-2]) + "}}"

    def _pass(self, sign: str) -> None:
        if not self._in_tag:
            self._in_tag = sign == "<"
        elif self._quote:
            self._quote = "" if sign == self._quote else self._quote
        elif sign == ">":
            self._in_tag = False
        elif sign != "<":
            self._quote = sign
