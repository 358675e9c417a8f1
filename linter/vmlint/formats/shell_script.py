"""QEMU command lines in a shell script, read with tree-sitter-bash: a file of its own, or a text inside another host.

Found are commands that run QEMU or pass on its options, arrays and strings that hold its options, and all that inside
heredocs and quotes.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ..model import Node, Problem
from ..qemu.commandline import CommandNode
from ..source import Span, Value
from .recognise import (
    PROGRAM_HINT,
    Token,
    after_prefix,
    bare_value,
    find_command,
    may_hold_options,
    option_list,
    program_at,
    reads_patterns,
    runs_another,
    split,
)
from .shell_heredoc import decode_heredoc
from .shell_tree import Script, outermost

if TYPE_CHECKING:
    import tree_sitter

LINE_ENDS = (b"\n", b"\r", b"")
MAX_NESTING = 3
USE = re.compile(r"(?<![\w-])(--?[a-z][\w-]*)[ \t]+\"?\$\{?([A-Za-z_]\w*)(?=[},\"'\s]|$)", re.ASCII)
"""`-monitor $MON`: the option that a variable is the argument of."""


class Found(NamedTuple):
    """What was read in a script, and what could not be."""

    roots: list[Node]
    problems: list[Problem]


def read_script(value: Value, *, is_options: bool = False, is_file: bool = False, nesting: int = 0) -> Found:
    """The QEMU command lines in the text of a shell script, whose characters know their bytes.

    `is_options`: lines may begin with an option and are QEMU's then, whatever it is; `is_file`: it is a script for
    sure, so that what cannot be read is told; `nesting`: how many texts it stands inside of, which is bounded.
    """
    reader = _Reader(value, is_options)
    reader.read(value, nesting, is_file)
    return Found(reader.roots, reader.problems)


class _Reader:
    """Goes through a script once and collects what is of interest."""

    def __init__(self, value: Value, is_options: bool) -> None:
        self.text = value.text
        self.is_options = is_options
        self.roots: list[Node] = []
        self.problems: list[Problem] = []

    @cached_property
    def uses(self) -> dict[str, str]:
        """The option that each variable is the argument of, somewhere in the script."""
        return {match[2]: match[1] for match in USE.finditer(self.text)}

    def read(self, value: Value, nesting: int, is_file: bool) -> None:
        """A script, or a text inside one at some depth of nesting."""
        script = Script(value, is_file or value.text.startswith("#!"))
        stack = [script.root]
        while stack:
            node = stack.pop()
            if node.type in ("ERROR", "heredoc_end") and _ends_too_soon(script, node):
                self._not_read(script, node)
                return
            if node.type == "ERROR":
                if _is_open_quote(script, node) or script.names_qemu(node):
                    self._not_read(script, node)
                continue
            if node.is_missing and node.parent is not None:
                self._not_read(script, node.parent)
            if node.type == "command_substitution" and node.children[-1].is_missing:
                self._not_read(script, node)
                continue
            if node.type == "command" and not node.has_error and not _is_cut(node):
                self._command(script, node, nesting)
            elif node.type == "variable_assignment" and not node.has_error:
                self._assigned(script, node, nesting)
            elif node.type == "heredoc_redirect" and nesting < MAX_NESTING:
                self._heredoc(script, node, nesting)
            stack.extend(reversed(node.children))

    def _command(self, script: Script, node: tree_sitter.Node, nesting: int) -> None:
        words = script.words(node)
        if not words and script.names_qemu(node):
            self._not_read(script, node)
        if not words:
            return
        values = [word.value for word in words]
        if self.is_options and values[0].text.startswith("-"):
            self.roots.append(CommandNode(values))
            return
        assignments = [_assignment(script, part) for part in node.children if part.type == "variable_assignment"]
        command = find_command(words, [pair for pair in assignments if pair is not None])
        self._keep(command)
        program = program_at(words)
        if not reads_patterns(words):
            for word in words if program is None else words[:program]:
                self._string(word, nesting, command is None and not runs_another(words))

    def _assigned(self, script: Script, node: tree_sitter.Node, nesting: int) -> None:
        """`NAME=(…)`, `NAME="-serial …"`, or `NAME=telnet:…` that is used as `-serial $NAME`."""
        value = node.child_by_field_name("value")
        name = script.value.text[slice(*script.range(node.children[0]))]
        array = next((child for child in node.children if child.type == "array"), None)
        if array is not None:
            self._array(script, array, name)
        elif value is not None:
            self._string(script.word(value), nesting, True, self.uses.get(name))

    def _array(self, script: Script, array: tree_sitter.Node, name: str) -> None:
        words = script.words(array)
        values = [word.value for word in words]
        command = find_command(words) if program_at(words) == 0 else option_list(values)
        if command is None and words and PROGRAM_HINT.search(name) and values[0].text.startswith("-"):
            command = CommandNode(values)
        self._keep(command)
        for word in words if command is None else ():
            self._keep(bare_value(word.value))

    def _string(self, word: Token, nesting: int, is_bare: bool, option: str | None = None) -> None:
        """A word that may hold a script, options, or the value of one."""
        value = word.value
        start = after_prefix(value.text)
        if start:
            value = value.pick((start, len(value.text)))
        if any(char.isspace() for char in value.text.strip()) and may_hold_options(value.text):
            self._text(value, nesting)
        elif (is_bare and "," in value.text) or option:
            self._keep(bare_value(value, option))

    def _text(self, value: Value, nesting: int) -> None:
        """A text that is a script to be run, or the options of a QEMU that is run elsewhere."""
        command = option_list(split(value)) if value.text.lstrip().startswith("-") else None
        if command is not None:
            self._keep(command)
        elif nesting < MAX_NESTING:
            self.read(value, nesting + 1, is_file=False)

    def _keep(self, command: CommandNode | None) -> None:
        if command is not None:
            self.roots.append(command)

    def _heredoc(self, script: Script, node: tree_sitter.Node, nesting: int) -> None:
        body = next((child for child in node.children if child.type == "heredoc_body"), None)
        start = next((child for child in node.children if child.type == "heredoc_start"), None)
        if body is None or start is None:
            return
        low, high = script.range(body)
        if not may_hold_options(script.value.text[low:high]):
            return
        word = script.value.text[slice(*script.range(start))]
        quoted = any(quote in word for quote in "'\"\\")
        tabs = node.children[0].type == "<<-"
        self.read(decode_heredoc(script.value, low, high, quoted, tabs), nesting + 1, is_file=False)

    def _not_read(self, script: Script, node: tree_sitter.Node) -> None:
        if not script.is_script:
            return
        start = script.value.span(script.range(node)[0], script.range(node)[0]).start
        self.problems.append(Problem("shell-not-read", Span(start, start), {}))


def _is_open_quote(script: Script, error: tree_sitter.Node) -> bool:
    """Whether what cannot be read begins with a quote that is never closed; other errors matter if they name QEMU."""
    return script.data[error.start_byte : error.start_byte + 1] in (b"'", b'"', b"`")


def _ends_too_soon(script: Script, node: tree_sitter.Node) -> bool:
    """Whether a heredoc ends at a line that only begins with its end word: the grammar takes `EOF2` for `EOF`.

    What follows would be misread.
    """
    ends = outermost(node, ("heredoc_end",))
    return any(script.data[end.end_byte : end.end_byte + 1] not in LINE_ENDS for end in ends)


def _is_cut(command: tree_sitter.Node) -> bool:
    """Whether the rest of a command's line cannot be read, so that its words are not known."""
    following = command.next_sibling
    return following is not None and following.type == "ERROR" and following.start_point[0] == command.end_point[0]


def _assignment(script: Script, node: tree_sitter.Node) -> tuple[Value, Value] | None:
    """Name and value of `NAME=value` before a command."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None or value is None:
        return None
    return script.word(name).value, script.word(value).value
