"""The strings of a program or data file in order, with the lists, calls and pairs they stand in.

Strings that are joined are one value; what is joined to them and is no string is an opaque part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..source import OPAQUE, Piece, Value, refuse
from .literal_languages import Language
from .literal_lexer import CLOSE, CONCAT, DOT, LINE, NAME, OPEN, OTHER, PAIR, SEPARATOR, STRING, Token, lex

FORMATTERS = frozenset(
    ("Sprintf", "sprintf", "format!", "format", "snprintf", "printf", "Printf", "asprintf", "format_args!", "fmt")
)
"""Functions that give the string they are given, with its placeholders filled in."""
FILLED = "%"
PASSING = re.compile(
    r"(?:arg|args|append|extend|push|push_back|emplace_back|add|addAll|add_args?|addArgs?|insert|new|concat|with_args?"
    r"|extend_from_slice|push_str|Command|command|write|add_argument|addArgument|option|opt)",
)
"""Methods that pass on words one call after another."""
FIRST_WORD, LAST_WORD = re.compile(r"\S+"), re.compile(r"\S\Z")
BRACKETS = {")": "(", "]": "[", "}": "{"}
OPTIONS_NAME = re.compile(r"""\bqemuargs["']?\s{0,20}[:=]\s{0,20}\Z""")
"""What stands before a list that holds QEMU's options and nothing else, by its name: Packer's."""
LONGEST_NAME = 60
MAX_UNCLOSED = 20
"""How many groups a bracket may end at once, where some of them were not closed."""


class Group:
    """What stands between two brackets, or a whole file: values and groups in order.

    `bracket`: the opening one, empty for a file; `call`: the name before it; `is_list`: nothing but elements of a list
    or arguments of a call stands in it, no statements and no pairs; `holds_options`: by its name, those of QEMU.
    """

    def __init__(self, bracket: str, call: str = "", joined: bool = False) -> None:
        self.bracket = bracket
        self.call = call
        self.index = bracket == "[" and joined
        self.is_list = bool(bracket)
        self.has_strings = False
        self.holds_options = False
        self.items: list[Value | Group] = []

    @property
    def passes_words(self) -> bool:
        """Whether its words are more words of the list it stands in: not a command of their own, nor one value."""
        if self.call or self.index:
            return not self.index and (len(self.items) == 1 or PASSING.fullmatch(self.call) is not None)
        first = self.items[0] if self.items else None
        if self.bracket == "(" and len(self.items) == 1:
            return True
        return not isinstance(first, Value) or first.text[:1] in ("-", OPAQUE)

    def groups(self) -> Iterator[Group]:
        """This group and all in it, outer ones first."""
        stack = [self]
        while stack:
            group = stack.pop()
            yield group
            stack.extend(item for item in reversed(group.items) if isinstance(item, Group))

    def values(self) -> Iterator[Value]:
        """All values in it and in its groups, in the order of the file."""
        stack: list[Value | Group] = [self]
        while stack:
            item = stack.pop()
            if isinstance(item, Value):
                yield item
            else:
                stack.extend(reversed(item.items))


def opaque(script: Value, start: int, end: int) -> Value:
    """The value of an expression that is not a string."""
    span = script.span(start, end)
    return Value(OPAQUE, (Piece(0, 1, span.start, span.end, 0, refuse),))


def joined(parts: Iterable[Value]) -> Value:
    """Several values one after another as one."""
    values = list(parts)
    if len(values) == 1:
        return values[0]
    pieces: list[Piece] = []
    at = 0
    for value in values:
        pieces.extend(piece._replace(at=at + piece.at) for piece in value.pieces)
        at += len(value.text)
    return Value("".join(value.text for value in values), tuple(pieces))


def side_by_side(first: Value, second: Value) -> tuple[Value, Value]:
    """Two strings that are one: a word that begins in the first and ends in the second is not written anew."""
    begun = len(first.text) - len(first.text.split()[-1]) if LAST_WORD.search(first.text) else len(first.text)
    ended = FIRST_WORD.match(second.text)
    if begun == len(first.text) or ended is None:
        return first, second
    return _fixed(first, begun, len(first.text)), _fixed(second, 0, ended.end())


def _fixed(value: Value, low: int, high: int) -> Value:
    """The same text, of which no one may write some characters anew."""

    def pieces() -> tuple[Piece, ...]:
        kept = (value.pick((0, low)), 0), (value.pick((high, len(value.text))), high)
        made = [piece._replace(at=piece.at + at) for part, at in kept if part.text for piece in part.pieces]
        made.extend(piece._replace(at=piece.at + low, encode=refuse) for piece in value.pick((low, high)).pieces)
        return tuple(sorted(made, key=lambda piece: piece.at))

    return Value(value.text, pieces)


def read_tree(script: Value, language: Language) -> Group:
    """The strings of a program, whatever state it is in: brackets that do not match end where they can."""
    root = Group("")
    frames = [_Frame(script, language, root)]
    for token in lex(script, language):
        frame = frames[-1]
        if token.kind == OPEN:
            frames.append(_Frame(script, language, frame.opened(token)))
        elif token.kind == CLOSE:
            _close(frames, token, BRACKETS[script.text[token.start]])
        else:
            frame.take(token)
    while len(frames) > 1:
        _close_last(frames, Token(CLOSE, len(script.text), len(script.text)))
    frames[0].flush()
    return root


def _close(frames: list[_Frame], token: Token, bracket: str) -> None:
    """Ends the group that a bracket closes, and those in it that were not; one that closes nothing is left out."""
    near = range(len(frames) - 1, max(0, len(frames) - 1 - MAX_UNCLOSED), -1)
    opened = next((at for at in near if frames[at].group.bracket == bracket), len(frames))
    while len(frames) > opened:
        _close_last(frames, token)


def _close_last(frames: list[_Frame], token: Token) -> None:
    frame = frames.pop()
    frame.flush()
    frames[-1].closed(frame.group, token)


class _Frame:
    """The expression being read in a group."""

    def __init__(self, script: Value, language: Language, group: Group) -> None:
        self.script = script
        self.language = language
        self.group = group
        self.last: Token | None = None
        self._reset()

    def _reset(self) -> None:
        self.parts: list[Value] = []
        self.operand: tuple[int, int] | None = None
        self.glue = self.is_over = self.has_group = False

    def take(self, token: Token) -> None:
        """Any token but a bracket."""
        kind = token.kind
        if kind == LINE:
            if self._ends_lines():
                self.last = token
            return
        if self._starts_anew(token):
            self.flush()
        if kind == STRING and token.value is not None:
            self._string(token.value)
        elif kind == CONCAT:
            self.glue = bool(self.parts or self.operand)
            self.is_over = False
        elif kind in (SEPARATOR, PAIR):
            self._separator(token)
        elif kind in (NAME, OTHER):
            self._operand(token)
        self.last = token

    def _ends_lines(self) -> bool:
        """Whether an expression ends with its line: not in a list; braces may hold statements in most languages."""
        is_block = self.group.bracket == "{" and not self.language.joins
        return self.language.lines and (not self.group.bracket or not self.group.is_list or is_block)

    def _starts_anew(self, token: Token) -> bool:
        """Whether a line has ended and this token does not go on with the expression on it."""
        return (
            self.last is not None
            and self.last.kind == LINE
            and token.kind not in (CONCAT, DOT, SEPARATOR)
            and not self.glue
        )

    def _string(self, value: Value) -> None:
        adjacent = self.language.joins and self.last is not None and self.last.kind == STRING
        if self.glue or adjacent:
            if not self.parts and self.operand:
                self.parts = [opaque(self.script, *self.operand)]
            if not self.glue and self.parts:
                self.parts[-1], value = side_by_side(self.parts[-1], value)
            self.parts.append(value)
        else:
            self.flush()
            self.parts = [value]
        self.glue = self.is_over = False

    def _separator(self, token: Token) -> None:
        if token.kind == PAIR:
            self.operand = None
        self.flush()
        if token.kind == PAIR and self.group.bracket != "(":
            self.group.is_list = False
        if self.script.text[token.start] == ";":
            self.group.is_list = False

    def _operand(self, token: Token) -> None:
        if token.kind == OTHER and self.script.text[token.start] == FILLED and self.parts:
            self.is_over = True
        elif self.glue and self.parts:
            self.parts.append(opaque(self.script, token.start, token.end))
            self.glue = False
            self.is_over = True
        elif self.parts:
            self.is_over = True
        elif self.language.spaced and self.group.bracket == "[" and token.kind == NAME and not self._is_member():
            self.flush()
            self.operand = (token.start, token.end)
        else:
            self.operand = (self.operand or (token.start,))[0], token.end

    def _is_member(self) -> bool:
        return self.last is not None and self.last.kind == DOT

    def opened(self, token: Token) -> Group:
        """The group that a bracket begins."""
        last = self.last
        if self._starts_anew(token):
            self.flush()
            last = None
        bracket = self.script.text[token.start]
        beside = last is not None and last.kind in (NAME, CLOSE, STRING) and last.end == token.start
        call = self.script.text[last.start : last.end] if last is not None and last.kind == NAME else ""
        is_macro = call.endswith("!")
        group = Group(bracket, call if bracket != "[" or is_macro else "", beside and not is_macro)
        before = self.script.text[max(0, token.start - LONGEST_NAME) : token.start]
        group.holds_options = bracket == "[" and OPTIONS_NAME.search(before) is not None
        return group

    def closed(self, group: Group, token: Token) -> None:
        """A group has ended; it may be an argument list that makes a string, or what is done to one before it."""
        first = next((item for item in group.items if isinstance(item, Value) and item.text != OPAQUE), None)
        self.group.has_strings |= group.has_strings
        if group.call in FORMATTERS and first is not None and not (self.parts and not self.glue):
            self.operand = self.operand if self.glue else None
            self._string(first)
            self.is_over = True
        elif self.glue and self.parts:
            self.parts.append(opaque(self.script, token.start, token.end))
            self.glue = False
        elif self.parts and (not group.has_strings or (self.is_over and group.bracket != "{")):
            self.is_over = True
        else:
            if self.parts:
                self.flush()
            self.group.items.append(group)
            self.has_group = group.passes_words or not (group.call or group.index)
            self.operand = (token.start, token.end) if group.bracket == "(" or group.index else None
        self.last = token

    def flush(self) -> None:
        """The end of an expression: its value joins the group."""
        if self.parts:
            self.group.items.append(joined(self.parts))
            self.group.has_strings = True
        elif self.operand and not self.has_group and self.group.is_list:
            self.group.items.append(opaque(self.script, *self.operand))
        self._reset()
