"""Splits a program into the few kinds of tokens that matter here: strings, brackets, separators, operators, names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ..light_typing import NamedTuple
from ..source import Value
from .literal_decode import Literal, decode_literal
from .literal_languages import Language, Style

STRING, OPEN, CLOSE, SEPARATOR, CONCAT, DOT, PAIR, NAME, LINE, OTHER = (
    *("string", "open", "close", "separator", "concat", "dot", "pair", "name", "line", "other"),
)
BEFORE_OPERAND = frozenset((OPEN, SEPARATOR, CONCAT, PAIR, LINE, OTHER))
REGEX = re.compile(r"/(?![/*\s])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")


MAX_VAIN = 50
"""How many times the length of a text may be read in vain, looking for the ends of strings. After that none are read:
the text is no program."""
MAX_VAIN_REGEX = 20
"""Slashes of one line after which an end was looked for in vain."""


class Token(NamedTuple):
    """A token, its characters, and the text of a string."""

    kind: str
    start: int
    end: int
    value: Value | None = None


def lex(script: Value, language: Language) -> Iterator[Token]:
    """The tokens of a program; comments and white space are left out, what is no right string is `other`."""
    text, pattern, at, last = script.text, _pattern(language), 0, LINE
    ends = _Ends(script)
    while found := pattern.search(text, at):
        at, kind = found.end(), found.lastgroup or OTHER
        if kind == "comment":
            continue
        token = Token(kind, found.start(), at)
        if kind.startswith("style"):
            literal = ends.literal(found.start(), language.styles[int(kind[5:])])
            at = literal.end if literal else at
            token = Token(STRING if literal else OTHER, found.start(), at, literal.value if literal else None)
        elif language.regex and found[0] == "/" and last in BEFORE_OPERAND:
            at = ends.regex(found.start()) or at
            token = Token(OTHER, found.start(), at)
        last = token.kind
        yield token


class _Ends:
    """Finds where strings and regular expressions end, and looks no further for what has no end."""

    def __init__(self, script: Value) -> None:
        self._script = script
        self._unended: set[tuple[Style, str]] = set()
        """Strings that are known to have no end from here on, by how they begin."""
        self._left = MAX_VAIN * len(script.text)
        self._line_end = self._vain = 0

    def literal(self, start: int, style: Style) -> Literal | None:
        """The string that begins at a character; None if it does not end."""
        text = self._script.text
        opened = _opener(style).match(text, start)
        if opened is None or self._left <= 0 or (style, opened[0]) in self._unended:
            return None
        literal = decode_literal(self._script, opened, style)
        if isinstance(literal, Literal):
            return literal
        self._left -= literal - start
        if literal == len(text):
            self._unended.add((style, opened[0]))
        return None

    def regex(self, start: int) -> int:
        """Where a regular expression ends that begins at a character; 0 if it does not."""
        text = self._script.text
        if start >= self._line_end:
            self._line_end, self._vain = text.find("\n", start) % (len(text) + 1), 0
        found = REGEX.match(text, start) if self._vain < MAX_VAIN_REGEX else None
        self._vain += found is None
        return found.end() if found else 0


@lru_cache(maxsize=256)
def _opener(style: Style) -> re.Pattern[str]:
    return re.compile(style.opener, re.MULTILINE)


@lru_cache(maxsize=32)
def _pattern(language: Language) -> re.Pattern[str]:
    operators = "|".join(map(re.escape, language.concat))
    unnamed = re.compile(r"\(\?P<(?:q|raw|tag)>|\(\?P=raw\)")
    styles = (
        f"(?P<style{at}>{unnamed.sub(lambda found: '(?:' if found[0][3] == '<' else '.?', style.opener)})"
        for at, style in enumerate(language.styles)
    )
    parts = (
        f"(?P<comment>{language.comments})",
        f"(?P<other>{language.skip})",
        *styles,
        r"(?P<open>[(\[{])",
        r"(?P<close>[)\]}])",
        r"(?P<pair>=>|:(?!:)|=(?!=))",
        f"(?P<concat>{operators})",
        r"(?P<dot>\.(?!\.)|::|->|\?\.)",
        r"(?P<separator>[,;])",
        r"(?P<name>[A-Za-z_][\w-]*!?)" if language.name in ("nix", "lisp") else r"(?P<name>[A-Za-z_]\w*!?)",
        r"(?P<line>\n)",
        r"\d[\w.]*|[^\s]",
    )
    return re.compile("|".join(parts), re.MULTILINE)
