"""Decodes shell words: what the shell passes on, tied to the characters it was written as."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..source import OPAQUE, Edit, Value, refuse
from .builder import Builder, InnerEncoder
from .shell_quoting import ansi_quoted, double_quoted, in_braces, single_quoted, unquoted

DOUBLE_ESCAPE = re.compile(r"\\([\\\"$`])|\\\r?\n")
ANSI_ESCAPE = re.compile(
    r"\\(?:([abeEfnrtv\\'\"?])|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|c(?s:.))"
)
ANSI_DIGITS = (2, 3, 4, 8)
ANSI_NAMED = dict(zip("abeEfnrtv", "\a\b\x1b\x1b\f\n\r\t\v", strict=True))
BRACE_TOKEN = re.compile(r"\\.|\$'(?:[^'\\]|\\.)*'|'[^']*'|\"(?:[^\"\\]|\\.)*\"|[{},$`<>]|\.\.", re.DOTALL)
HOME = re.compile(r"~[\w.+-]*(?=[/:]|$)", re.ASCII)
VARIABLE = re.compile(r"\$(?:[A-Za-z_]\w*|[0-9@*#?!-])", re.ASCII)
"""One that the grammar overlooks: of `$a,b$c,$d` it takes `$c` for two words (tree-sitter-bash 0.25.1)."""
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=", re.ASCII)


class Word(Value):
    """A word of a command."""

    __slots__ = ()

    def replace(self, start: int, end: int, new: str) -> tuple[Edit, ...]:
        """As in Value, but never leaves nothing: without quotes, nothing is not an empty word but no word."""
        return () if not new and (start, end) == (0, len(self.text)) else super().replace(start, end, new)


def decode_word(script: Value, low: int, high: int, expansions: Iterable[tuple[int, int]]) -> Value:
    """The word from character `low` to `high` as the shell passes it on; each of the expansions becomes opaque."""
    reader = _WordReader(script, low, high, expansions)
    reader.read()
    value = reader.out.value(low)
    return Word(value.text, value.pieces)


class _WordReader:
    def __init__(self, script: Value, low: int, high: int, expansions: Iterable[tuple[int, int]]) -> None:
        self.text = script.text
        self.at, self.high = low, high
        self.out = Builder(script)
        self.expansions = dict(expansions)
        self.plain = unquoted
        self.lists: dict[int, int] | None = None
        self.start = low
        assigned = ASSIGNMENT.match(self.text, low, high)
        self.assigned = assigned.end() if assigned else 0
        """Where the value of a word like `file=~/disk.img` begins: the shell looks for home directories there, too."""

    def read(self) -> None:
        """The whole word, outside quotes to begin with."""
        while self.at < self.high:
            char = self.text[self.at]
            if self.at in self.expansions:
                self._opaque(self.expansions[self.at], self.plain)
            elif char == "'":
                self._single()
            elif char == '"' or self.text.startswith('$"', self.at):
                self.at += 1 if char == '"' else 2
                self._until_quote(double_quoted, DOUBLE_ESCAPE)
            elif self.text.startswith("$'", self.at):
                self.at += 2
                self._until_quote(ansi_quoted, ANSI_ESCAPE, "'")
            elif char == "\\":
                self._backslash()
            elif char == "{":
                self._brace()
            elif char == "~" and self._may_be_home() and (home := HOME.match(self.text, self.at, self.high)):
                self._opaque(home.end(), self.plain)
            elif char == "$" and (variable := VARIABLE.match(self.text, self.at, self.high)):
                self._opaque(variable.end(), self.plain)
            else:
                self._run(self.plain, "\\'\"${~")

    def _may_be_home(self) -> bool:
        after_colon = self.assigned and self.text[self.at - 1] == ":"
        return self.at in (self.start, self.assigned) or bool(after_colon)

    def _brace(self) -> None:
        """A list in braces, which makes several words, or a brace that means itself."""
        if self.lists is None:
            self.lists = _lists_in_braces(self.text, self.at, self.high, self.expansions)
        if self.at in self.lists:
            self._opaque(self.lists[self.at], self.plain)
        else:
            is_open = self.text[self.at - 1 : self.at] == "$"  # a `${` that nothing closes: not the shell's text
            self.plain = refuse if is_open else in_braces
            self._run(self.plain, "\\'\"${~")

    def _run(self, inner: InnerEncoder, stops: str) -> None:
        """Characters without meaning to the shell, as many as there are."""
        if self.text[self.at] in "\\$":
            self.out.hold(self.at)
            self.at += 1
            return
        end = self.at + 1
        while end < self.high and self.text[end] not in stops and end not in self.expansions:
            end += 1
        self.out.literal(self.at, end, inner)
        self.at = end

    def _opaque(self, end: int, inner: InnerEncoder) -> None:
        self.out.unit(self.at, end, OPAQUE, inner)
        self.at = end

    def _single(self) -> None:
        end = self.text.find("'", self.at + 1, self.high)
        end = self.high if end < 0 else end
        self.out.held = False
        if end > self.at + 1:
            self.out.literal(self.at + 1, end, single_quoted)
        else:
            self.out.unit(end, end, "", single_quoted)
        self.at = end + 1

    def _backslash(self) -> None:
        """An escaped character, or the end of a line that goes on."""
        newline = re.compile(r"\\(?:\r?\n|$)").match(self.text, self.at, self.high)
        if newline is None:
            self.out.unit(self.at, self.at + 2, self.text[self.at + 1], self.plain)
        self.at = newline.end() if newline else self.at + 2

    def _until_quote(self, inner: InnerEncoder, escape: re.Pattern[str], quote: str = '"') -> None:
        """The inside of "…" or $'…', up to and over the closing quote."""
        first = self.at
        self.out.held = False
        while self.at < self.high and (self.text[self.at] != quote or self.at in self.expansions):
            match = escape.match(self.text, self.at, self.high)
            if self.at in self.expansions:
                self._opaque(self.expansions[self.at], inner)
            elif match:
                self._escape(match, inner)
            elif self.text[self.at] == "$" and inner is ansi_quoted:
                self.out.literal(self.at, self.at + 1, inner)
                self.at += 1
            else:
                self._run(inner, "\\$" + quote)
        if self.at == first:
            self.out.unit(self.at, self.at, "", inner)
        self.out.held = False
        self.at += 1

    def _escape(self, match: re.Match[str], inner: InnerEncoder) -> None:
        """An escape inside quotes; one of fewer digits than it could have may not be followed by just anything."""
        self.at = match.end()
        if match.re is DOUBLE_ESCAPE:
            if match[1]:
                self.out.unit(*match.span(), match[1], inner)
            return
        text, open_ended = _ansi_character(match)
        self.out.unit(*match.span(), text, refuse if open_ended else inner)
        self.out.held = open_ended


def _lists_in_braces(text: str, low: int, high: int, expansions: dict[int, int]) -> dict[int, int]:
    """Start and end of each `{a,b}` and `{1..9}`, found as bash does: an outer `}` before any comma means itself."""
    found: dict[int, int] = {}
    opened: list[tuple[int, bool]] = []
    match = BRACE_TOKEN.search(text, low, high)
    while match is not None:
        at, end = match.span()
        if at in expansions:
            end = expansions[at]
        elif match[0] == "{":
            opened.append((at, False))
        elif match[0] in (",", "..") and opened:
            opened[-1] = (opened[-1][0], True)
        elif match[0] == "}" and opened and (opened[-1][1] or len(opened) > 1):
            start, is_list = opened.pop()
            if is_list:
                found[start] = end
        match = BRACE_TOKEN.search(text, end, high)
    return found


def _ansi_character(match: re.Match[str]) -> tuple[str, bool]:
    """What an escape inside $'…' stands for, and whether another digit would change it.

    Opaque is what is not one character by itself: a byte of several, the end of the text, control characters by letter.
    """
    if match[1]:
        return ANSI_NAMED.get(match[1], match[1]), False
    found = zip(match.groups("")[1:], ANSI_DIGITS, strict=True)
    digits, most = next(((digits, most) for digits, most in found if digits), ("", 0))
    code = int(digits or "0", 8 if match[3] else 16)
    is_text = 0 < code < (0x80 if match[2] or match[3] else 0x110000) and not 0xD800 <= code < 0xE000
    return chr(code) if is_text else OPAQUE, len(digits) < most
