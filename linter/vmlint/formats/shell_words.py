"""Decodes shell words and heredocs: what the shell passes on, tied to the characters it was written as."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from ..source import OPAQUE, Encoder, Piece, Value

InnerEncoder = Callable[[str], "str | None"]
PLAIN = re.compile(r"[\w@%+=:,./-]*", re.ASCII)
ANSI_ESCAPE = re.compile(
    r"\\(?:([abeEfnrtv\\'\"?])|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))"
)
ANSI_NAMED = dict(zip("abeEfnrtv", "\a\b\x1b\x1b\f\n\r\t\v", strict=True))
BRACES = re.compile(r"\{[^{}\s'\"]*(?:,|\.\.)[^{}\s'\"]*\}")
EXPANSION = re.compile(r"\$(?:\w+|[@*#?$!-]|\{[^}]*\}|\()|`[^`]*`")


def unquoted(text: str) -> str | None:
    """Text for a place without quotes."""
    return None if "\n" in text else "".join(c if PLAIN.fullmatch(c) or ord(c) > 127 else "\\" + c for c in text)


def double_quoted(text: str) -> str | None:
    """Text for a place inside "…"."""
    return re.sub(r'([\\"$`])', r"\\\1", text)


def single_quoted(text: str) -> str | None:
    """Text for a place inside '…', which cannot hold that quote."""
    return None if "'" in text else text


def ansi_quoted(text: str) -> str | None:
    """Text for a place inside $'…'."""
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")


def heredoc_text(text: str) -> str | None:
    """Text for a place inside a heredoc whose end word is not quoted."""
    return re.sub(r"([\\$`])", r"\\\1", text)


@lru_cache(maxsize=256)
def layered(inner: InnerEncoder, outer: Encoder) -> Encoder:
    """Writes text in the quoting `inner`, inside a place written by `outer`. One object for equal arguments."""

    def encode(text: str) -> bytes | None:
        quoted = inner(text)
        return None if quoted is None else outer(quoted)

    return encode


class _Builder:
    """Collects the pieces of a Value made from characters of `script`."""

    def __init__(self, script: Value) -> None:
        self.script = script
        self.text: list[str] = []
        self.pieces: list[Piece] = []
        self.at = 0

    def literal(self, low: int, high: int, inner: InnerEncoder) -> None:
        """Characters that stand for themselves."""
        for part in self.script.pick((low, high)).pieces if low < high else ():
            self.pieces.append(part._replace(at=self.at + part.at, encode=layered(inner, part.encode)))
        self.text.append(self.script.text[low:high])
        self.at += high - low

    def unit(self, low: int, high: int, text: str, inner: InnerEncoder) -> None:
        """Characters that together stand for `text`: an escape, an opaque part; none at all for an empty quote."""
        span = self.script.span(low, high)
        encode = layered(inner, self.script.pick((low, low)).pieces[0].encode)
        self.pieces.append(Piece(self.at, len(text), span.start, span.end, 0, encode))
        self.text.append(text)
        self.at += len(text)

    def value(self) -> Value:
        return Value("".join(self.text), tuple(self.pieces))


def decode_word(script: Value, low: int, high: int, expansions: Iterable[tuple[int, int]]) -> Value:
    """The word from character `low` to `high` as the shell passes it on; each of the expansions becomes opaque."""
    reader = _WordReader(script, low, high, expansions)
    reader.read()
    return reader.out.value()


class _WordReader:
    def __init__(self, script: Value, low: int, high: int, expansions: Iterable[tuple[int, int]]) -> None:
        self.text = script.text
        self.at, self.high = low, high
        self.out = _Builder(script)
        self.expansions = dict(expansions)

    def read(self) -> None:
        """The whole word, outside quotes to begin with."""
        while self.at < self.high:
            char = self.text[self.at]
            if self.at in self.expansions:
                self._opaque(self.expansions[self.at], unquoted)
            elif char == "'":
                self._single()
            elif char == '"' or self.text.startswith('$"', self.at):
                self.at += 1 if char == '"' else 2
                self._until_quote(double_quoted, re.compile(r"\\([\\\"$`])|\\\n"))
            elif self.text.startswith("$'", self.at):
                self.at += 2
                self._until_quote(ansi_quoted, ANSI_ESCAPE, "'")
            elif char == "\\":
                self._backslash()
            elif char == "{" and (braces := BRACES.match(self.text, self.at, self.high)):
                self._opaque(braces.end(), unquoted)
            else:
                self._run(unquoted, "\\'\"${")

    def _run(self, inner: InnerEncoder, stops: str) -> None:
        """Characters without meaning to the shell, as many as there are."""
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
        if end > self.at + 1:
            self.out.literal(self.at + 1, end, single_quoted)
        else:
            self.out.unit(end, end, "", single_quoted)
        self.at = end + 1

    def _backslash(self) -> None:
        if self.text[self.at + 1 : self.at + 2] not in ("\n", ""):
            self.out.unit(self.at, self.at + 2, self.text[self.at + 1], unquoted)
        self.at += 2

    def _until_quote(self, inner: InnerEncoder, escape: re.Pattern[str], quote: str = '"') -> None:
        """The inside of "…" or $'…', up to and over the closing quote."""
        first = self.at
        while self.at < self.high and (self.text[self.at] != quote or self.at in self.expansions):
            match = escape.match(self.text, self.at, self.high)
            if self.at in self.expansions:
                self._opaque(self.expansions[self.at], inner)
            elif match:
                if match[0] != "\\\n":
                    self.out.unit(self.at, match.end(), _unescape(match), inner)
                self.at = match.end()
            else:
                self._run(inner, "\\" + quote)
        if self.at == first:
            self.out.unit(self.at, self.at, "", inner)
        self.at += 1


def _unescape(match: re.Match[str]) -> str:
    if match[1]:
        return ANSI_NAMED.get(match[1], match[1]) if match.re is ANSI_ESCAPE else match[1]
    code = int(match[3], 8) if match[3] else int(match[2] or match[4] or match[5], 16)
    return chr(code) if code < 0x110000 else "\ufffd"


def decode_heredoc(script: Value, low: int, high: int, quoted: bool) -> Value:
    """The body of a heredoc as the command reads it; `quoted`: its end word is, so that nothing is expanded."""
    if quoted:
        return script.pick((low, high))
    out = _Builder(script)
    at = low
    for start, end, text in _heredoc_units(script.text, low, high):
        out.literal(at, start, heredoc_text)
        if text:
            out.unit(start, end, text, heredoc_text)
        at = end
    out.literal(at, high, heredoc_text)
    return out.value()


def _heredoc_units(text: str, low: int, high: int) -> Iterator[tuple[int, int, str]]:
    """Escapes and expansions of a heredoc: start, end, and what they stand for."""
    pattern = re.compile(r"\\([\\$`\n])|" + EXPANSION.pattern)
    match = pattern.search(text, low, high)
    while match is not None:
        end, stands_for = match.end(), OPAQUE
        if match[1]:
            stands_for = match[1].replace("\n", "")
        elif match[0] == "$(":
            end = _closing_parenthesis(text, end, high)
        yield match.start(), end, stands_for
        match = pattern.search(text, end, high)


def _closing_parenthesis(text: str, at: int, high: int) -> int:
    depth = 1
    while at < high and depth:
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return at
