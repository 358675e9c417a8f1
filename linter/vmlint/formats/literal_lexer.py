"""Splits a program into the few kinds of tokens that matter here: strings, brackets, separators, operators, names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ..light_typing import NamedTuple
from ..source import Value
from .literal_decode import decode_literal
from .literal_languages import Language, Style

STRING, OPEN, CLOSE, SEPARATOR, CONCAT, DOT, PAIR, NAME, LINE, OTHER = (
    *("string", "open", "close", "separator", "concat", "dot", "pair", "name", "line", "other"),
)
BEFORE_OPERAND = frozenset((OPEN, SEPARATOR, CONCAT, PAIR, LINE, OTHER))
REGEX = re.compile(r"/(?![/*\s])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")


MAX_UNENDED = 500
"""Strings without an end in one file; after so many no more are read: it is no program, and each is looked for long."""


class Token(NamedTuple):
    """A token, its characters, and the text of a string."""

    kind: str
    start: int
    end: int
    value: Value | None = None


def lex(script: Value, language: Language) -> Iterator[Token]:
    """The tokens of a program; comments and white space are left out, what is no right string is `other`."""
    text, pattern, at, last = script.text, _pattern(language), 0, LINE
    left = MAX_UNENDED
    while found := pattern.search(text, at):
        at, kind = found.end(), found.lastgroup or OTHER
        if kind == "comment":
            continue
        token = Token(kind, found.start(), at)
        if kind.startswith("style"):
            style = language.styles[int(kind[5:])]
            opened = _opener(style).match(text, found.start())
            literal = decode_literal(script, opened, style) if opened and left else None
            left -= literal is None and left > 0
            at = literal.end if literal else at
            token = Token(STRING if literal else OTHER, found.start(), at, literal.value if literal else None)
        elif language.regex and found[0] == "/" and last in BEFORE_OPERAND:
            regex = REGEX.match(text, found.start())
            at = regex.end() if regex else at
            token = Token(OTHER, found.start(), at)
        last = token.kind
        yield token


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
