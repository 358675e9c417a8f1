"""The syntax tree of a script, and the words in it.

tree-sitter counts bytes, we count characters; where its grammar of bash errs, that is made good here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from ..columns import CHECKPOINT
from ..light_typing import TYPE_CHECKING
from ..source import OPAQUE, Text, Value
from .hints import byte_hints, may_hold_options
from .recognise import Token
from .shell_heredoc import decode_heredoc
from .shell_parser import parsed
from .shell_words import decode_word

if TYPE_CHECKING:
    import tree_sitter

EXPANSIONS = ("simple_expansion", "expansion", "command_substitution", "arithmetic_expansion", "process_substitution")
NOT_WORDS = frozenset(
    ("file_redirect", "heredoc_redirect", "herestring_redirect", "variable_assignment", "comment", "(", ")")
)
LINE_ENDS = (b"\n", b"\r", b"")
HINT = re.compile(rb"qemu|kvm", re.IGNORECASE)
HEREDOC = re.compile(rb"<<")
HEREDOC_START = re.compile(rb"<<-?[ \t]*(?:'([^'\n]+)'|\"([^\"\n]+)\"|\\?([\w.-]+))")
CONTINUED = ("\\", "\\\r")
"""How a line ends that goes on in the next."""
ESCAPED_BLANK = re.compile(rb"\\[ \t]")
CONTINUATION = re.compile(rb"(?:\\\r?\n)*")
CONTINUATION_BYTES = bytes(range(0x80, 0xC0))
COMMENT_IN_LINE = re.compile(rb"(?<!\S)`[ \t]*#[^\n\r`]*`")
ASCII = re.compile(rb"[\x00-\x7f]")
EXPANSION_SIGN = re.compile(r"[$`<>]")
PART, MOST = 1 << 17, 1 << 21
"""Characters of a script that are parsed at a time, and in which a command must end."""


class Script:
    """A script's text and its syntax tree."""

    def __init__(self, value: Value, is_script: bool, host: Text | None = None) -> None:
        self.value = value
        self._host = host
        self.is_script = is_script
        """A heredoc or a string may as well hold a text."""
        self.data = _without_false_ends(COMMENT_IN_LINE.sub(_without_comment, value.text.encode("utf-8", "replace")))
        self.hints = sorted(
            match.start() for pattern in (byte_hints(), HEREDOC) for match in pattern.finditer(self.data)
        )
        self.root = parsed(self.data)
        """None where parsing takes too long."""
        self.tops = [] if self.root is None else [self.root]
        """The nodes that are to be read."""
        self.is_cut = False
        """Whether it is the beginning of a command that is too long to be read."""
        self._checkpoints = [0] if len(self.data) > len(value.text) else []

    def end_of_commands(self, is_more: bool) -> int:
        """Leave out the command that is cut off at the end of the text, and say at which character that begins.

        0 where no command before it is whole, or, if there `is_more` to add to the text, where that may make it so.
        """
        if self.root is None:
            return len(self.value.text)
        below = self.root.children if self.root.type != "ERROR" else []
        if below and not self.root.has_error and below[-1].type == "comment":  # which ends with its line
            return len(self.value.text)
        whole = next((at for at, node in enumerate(below) if node.has_error), len(below) - 1)
        whole = whole if whole > 0 or is_more else len(below) - 1
        if whole < 1:
            return 0
        self.tops = below[:whole]
        return self._character(below[whole].start_byte)

    def range(self, node: tree_sitter.Node) -> tuple[int, int]:
        """Characters of a syntax node."""
        return self._character(node.start_byte), self._character(node.end_byte)

    def text(self, node: tree_sitter.Node) -> str:
        """A syntax node as it is written."""
        return self.value.text[slice(*self.range(node))]

    def heredoc(self, node: tree_sitter.Node) -> Value | None:
        """What the command of a heredoc reads, if that may be of interest."""
        body = next((child for child in node.children if child.type == "heredoc_body"), None)
        start = next((child for child in node.children if child.type == "heredoc_start"), None)
        if body is None or start is None or not may_hold_options(self.text(body)):
            return None
        is_quoted = any(quote in self.text(start) for quote in "'\"\\")
        return decode_heredoc(self.value, *self.range(body), is_quoted, node.children[0].type == "<<-")

    def names_qemu(self, node: tree_sitter.Node) -> bool:
        """Whether QEMU is spoken of in a node."""
        return HINT.search(self.data, node.start_byte, node.end_byte) is not None

    def has_hint(self, node: tree_sitter.Node) -> bool:
        """Whether a node may hold something of interest, or a heredoc, which changes how all that follows is read."""
        at = bisect_left(self.hints, node.start_byte)
        return at < len(self.hints) and self.hints[at] < node.end_byte

    def _character(self, byte: int) -> int:
        """Characters before a byte, counted from the last of some places where that is known."""
        if not self._checkpoints:
            return byte
        while len(self._checkpoints) <= byte // CHECKPOINT:
            low = (len(self._checkpoints) - 1) * CHECKPOINT
            self._checkpoints.append(self._checkpoints[-1] + self._count(low, low + CHECKPOINT))
        return self._checkpoints[byte // CHECKPOINT] + self._count(byte // CHECKPOINT * CHECKPOINT, byte)

    def _count(self, low: int, high: int) -> int:
        """Characters that begin between two bytes."""
        return len(self.data[low:high].translate(None, CONTINUATION_BYTES))

    def words(self, command: tree_sitter.Node) -> list[Token]:
        """The words of a command or array; none where the grammar loses a part of one, as it does with `\\ ` in front.

        It also cuts a word where its line goes on in the next.
        """
        groups: list[list[tree_sitter.Node]] = []
        at, apart = command.start_byte, True
        for node in command.children:
            between = self.data[at : node.start_byte]
            if ESCAPED_BLANK.search(between):
                return []
            at, apart = node.end_byte, apart or not CONTINUATION.fullmatch(between)
            if node.type in NOT_WORDS or self.data[node.start_byte : node.end_byte] == b"\\":
                apart = True  # a backslash that joins the last line to nothing is no word
            elif apart:
                groups.append([node])
                apart = False
            else:
                groups[-1].append(node)
        if ESCAPED_BLANK.match(self.data, at):
            return []
        return [self.word(*group) for group in groups]

    def word(self, *nodes: tree_sitter.Node) -> Token:
        """The word that some syntax nodes stand for."""
        low, high = self.range(nodes[0])[0], self.range(nodes[-1])[1]
        expansions = [self._expansion(found) for node in nodes for found in outermost(node, EXPANSIONS)]
        return Token(decode_word(self.value, low, high, expansions), self._source(low, high))

    def _source(self, low: int, high: int) -> str:
        """Some characters as they are written, in the file itself where only that tells what an opaque part is."""
        written = self.value.text[low:high]
        if self._host is None or OPAQUE not in written:
            return written
        return self._host.source.decode(*self.value.span(low, high))

    def _expansion(self, node: tree_sitter.Node) -> tuple[int, int]:
        """Characters of an expansion; the grammar adds white space to it that stands before it in quotes."""
        low, high = self.range(node)
        sign = EXPANSION_SIGN.search(self.value.text, low, high)
        return sign.start() if sign else low, high


def _without_comment(substitution: re.Match[bytes]) -> bytes:
    """`# comment` in backquotes, where the grammar takes the closing one for a part of the comment."""
    return b"`:" + ASCII.sub(b" ", substitution[0][2:-1]) + b"`"


def _without_false_ends(data: bytes) -> bytes:
    """The text with other lines in its heredocs for those that only begin with the end word: the grammar takes `EOF2`
    for `EOF`."""
    start = HEREDOC_START.search(data)
    if start is None:
        return data
    changed: bytearray | None = None
    last = {line.lstrip(b"\t").removesuffix(b"\r"): at for at, line in _lines(data)}
    while start is not None:
        at = start.end()
        word = start[1] or start[2] or start[3]
        if last.get(word, 0) >= at:
            changed = changed or bytearray(data)
            line = re.compile(rb"^\t*()" + re.escape(word) + rb"(?:(\r?$)|.)", re.MULTILINE)
            for found in line.finditer(data, at):
                at = found.end()
                if found[2] is not None:
                    break
                changed[found.start(1)] = ord("_")
        start = HEREDOC_START.search(data, at)
    return bytes(changed) if changed else data


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Offset and content of each line."""
    at = 0
    for line in data.split(b"\n"):
        yield at, line
        at += len(line) + 1


def outermost(node: tree_sitter.Node, types: tuple[str, ...]) -> Iterator[tree_sitter.Node]:
    """Nodes of some types in or below `node`, but none inside another."""
    stack = [node]
    while stack:
        found = stack.pop()
        if found.type in types:
            yield found
        else:
            stack.extend(found.children)


def is_broken(node: tree_sitter.Node) -> bool:
    """Whether a command or assignment has parts that are not known, or a substitution does not end."""
    if node.type == "command_substitution":
        return node.children[-1].is_missing
    return node.type in ("command", "variable_assignment") and (node.has_error or rest_of_line(node) is not None)


def ends_too_soon(script: Script, node: tree_sitter.Node) -> bool:
    """Whether a heredoc ends at a line that only begins with its end word: the grammar takes `EOF2` for `EOF`.

    What follows would be misread.
    """
    ends = outermost(node, ("heredoc_end",))
    return any(script.data[end.end_byte : end.end_byte + 1] not in LINE_ENDS for end in ends)


def rest_of_line(command: tree_sitter.Node) -> tree_sitter.Node | None:
    """What follows a command on its line where that cannot be read, so that the command's words are not known."""
    following = command.next_sibling if command.type == "command" else None
    if following is None or following.type != "ERROR" or following.start_point[0] != command.end_point[0]:
        return None
    return following


def in_parts(value: Value, is_script: bool, host: Text | None = None) -> Iterator[Script]:
    """A script; a long one in parts of whole commands, so that only one of them is in memory at a time."""
    low, size = 0, PART
    while low + size < len(value.text):
        part = Script(value.pick((low, _line_end(value.text, low + size))), is_script, host)
        end = part.end_of_commands(is_more=size < MOST)
        part.is_cut = not end and size >= MOST
        if end or part.is_cut:
            yield part
        if part.is_cut:
            return
        low, size = low + end, PART if end else size * 2
    yield Script(value.pick((low, len(value.text))) if low else value, is_script, host)


def flawless(value: Value, is_script: bool, host: Text | None = None) -> list[Script] | None:
    """A script in which there is nothing that cannot be read, as one part; else None."""
    script = Script(value, is_script, host) if len(value.text) <= MOST else None
    return None if script is None or script.root is None or script.root.has_error else [script]


def _line_end(text: str, at: int) -> int:
    """The offset after the last line before a character that does not go on, or after its own where none is near."""
    low, end = at - PART // 2, text.rfind("\n", at - PART // 2, at)
    while end > low and text.endswith(CONTINUED, end - 2, end):
        end = text.rfind("\n", low, end)
    return end + 1 if end > low else text.find("\n", at) + 1 or len(text)
