"""QEMU command lines in a shell script, read with tree-sitter-bash: a file of its own, or a text inside another host.

Found are commands that run QEMU or pass on its options, arrays and strings that hold its options, and all that inside
heredocs and quotes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import cached_property

from ..light_typing import TYPE_CHECKING, NamedTuple
from ..model import Node, Problem
from ..qemu.commandline import CommandNode
from ..source import Span, Text, Value
from .hints import may_hold_options
from .logical_lines import interesting_lines
from .not_commands import is_message, is_no_command
from .recognise import (
    PROGRAM_HINT,
    Token,
    bare_value,
    command_line,
    find_command,
    is_closed,
    option_list,
    prefix,
    program_at,
    reads_patterns,
    rest_of_value,
    runs_another,
    split,
    tokens,
)
from .shell_tree import Script, ends_too_soon, flawless, in_parts, is_broken, rest_of_line
from .unit_text import IS_UNIT, read_unit

if TYPE_CHECKING:
    import tree_sitter

MAX_NESTING = 3
DEFAULTS = ("-", ":-", "=", ":=", "+", ":+")
INVOCATION = re.compile(r"(?:qemu|kvm)[^\s;|&()]*(?:[\s(]|\\\n)+-", re.IGNORECASE)
"""What looks as if it ran QEMU with options, where nothing more can be said."""
UNSURE = re.compile(r"[`()]")
"""What may make other words of what stands in a line."""
QUOTES = ("'", '"')
"""What no name of a program begins with, but a string in a program of another language: `append("tcp::1,server")`."""
COMMENT = re.compile(r"[ \t]*#")
OPTION_WORD = re.compile(r"-\S+")
USE = re.compile(r"(?<![\w-])(--?[a-z][\w-]*)[ \t]+\"?\$[{(]?([A-Za-z_]\w*)(?=[)},\"'\s]|$)", re.ASCII)
"""`-monitor $MON`: the option that a variable is the argument of."""
VARIABLE = re.compile(r"\"?\$[({]?(\w+)", re.ASCII)
ADDITION = re.compile(r"(?<![\w-])(--?[a-z][\w-]*)[ \t]+\"?[^\s\"'$][^\s\"']*\"?\$[{(]?([A-Za-z_]\w*)", re.ASCII)
"""`-drive file=x$RO`: the option to whose argument a variable adds something."""


class Found(NamedTuple):
    """What was read in a script, and what could not be."""

    roots: list[Node]
    problems: list[Problem]


def read_script(
    value: Value, *, host: Text | None = None, is_options: bool = False, is_file: bool = False, nesting: int = 0
) -> Found:
    """The QEMU command lines in the text of a shell script, whose characters know their bytes.

    `host`: the file it stands in, which tells how opaque parts are written and where variables are used; `is_options`:
    lines may begin with an option and are QEMU's then, whatever it is; `is_file`: it is a script for sure, so that what
    cannot be read is told; `nesting`: how many texts it stands inside of, which is bounded.
    """
    reader = ScriptReader(host, value.text)
    reader.script(value, is_options=is_options, is_file=is_file, nesting=nesting)
    return Found(reader.roots, reader.problems)


class ScriptReader:
    """Collects the QEMU command lines of the scripts, commands and strings of one file.

    `host`: that file; `text`: where variables are used, if that is not known.
    """

    def __init__(self, host: Text | None, text: str = "") -> None:
        self.host = host
        self.text = host.text if host else text
        self.roots: list[Node] = []
        self.problems: list[Problem] = []
        self.told: set[str] = set()
        """Variables that hold options which were read."""
        self._is_options = False

    @cached_property
    def uses(self) -> dict[str, str]:
        """The option that each variable is the argument of, somewhere in the file."""
        return {match[2]: match[1] for match in USE.finditer(self.text)}

    @cached_property
    def additions(self) -> dict[str, str]:
        """The option to whose argument each variable adds something."""
        return {match[2]: match[1] for match in ADDITION.finditer(self.text)}

    def script(
        self, value: Value, *, is_options: bool = False, is_file: bool = False, strict: bool = False, nesting: int = 0
    ) -> bool:
        """A script; the parameters are those of read_script. With `strict`, False and nothing if any of it is none."""
        if not is_options and not may_hold_options(value.text):
            return True
        read = flawless if strict else in_parts
        scripts = read(value, is_file or value.text.startswith("#!"), self.host)
        if scripts is None:
            return False
        outer, self._is_options = self._is_options, is_options
        for script in scripts:
            if script.is_cut:
                self._problem(script, script.value.span(0, 0).start)
            elif script.root is None:
                self._by_lines(script, (0, len(script.value.text)), None, nesting)
            else:
                self._read(script, nesting)
        self._is_options = outer
        return True

    def line(self, value: Value, start: int = 0) -> None:
        """A command of which only the words count, from a character on."""
        if may_hold_options(value.text):
            self.words(tokens(split(value, start), self.host))

    def options(self, words: Sequence[Value]) -> None:
        """Words that are QEMU's options whatever they are, as they stand where nothing else does."""
        if words and words[0].text.startswith("-"):
            self._keep(command_line(words))

    def words(
        self,
        words: Sequence[Token],
        env: Sequence[tuple[Value, Value]] = (),
        *,
        is_run: bool = False,
        nesting: int = 0,
    ) -> None:
        """The words of a command: it runs QEMU, or passes on its options, in words of their own or in strings.

        `is_run`: the first word is the name of a program, if it is not an assignment.
        """
        if not words or is_no_command([word.value for word in words]):
            return
        command = find_command(words, env)
        if command is not None:
            named = {id(word.value): name[1] for word in words if (name := VARIABLE.match(word.source))}
            command.is_told = lambda value: named.get(id(value)) in self.told
        self._keep(command)
        program = program_at(words)
        is_bare = command is None and not runs_another(words)
        if not reads_patterns(words):
            for at, word in enumerate(words if program is None else words[:program]):
                is_value = at > 0 or not is_run or word.source.startswith(QUOTES)
                self.string(word.value, is_bare and is_value, nesting=nesting)

    def string(self, value: Value, is_bare: bool = True, name: str = "", nesting: int = 0) -> None:
        """A string that may hold a script, options, or the value of one.

        `is_bare`: it may be the latter; `name`: of the variable it is assigned to.
        """
        start, assigned = prefix(value.text)
        is_bare |= bool(start)
        if start:
            value = value.pick((start, len(value.text)))
        option = self.uses.get(name or assigned)
        if any(char.isspace() for char in value.text.strip()) and may_hold_options(value.text):
            self._text(value, nesting)
        elif value.text.startswith(",") and (option := self.additions.get(name)):
            self._keep(rest_of_value(value, option))
        elif (is_bare and "," in value.text) or option:
            self._keep(bare_value(value, option))

    def _text(self, value: Value, nesting: int) -> None:
        """A text that is a script to be run, or the options of a QEMU that is run elsewhere."""
        command = option_list(split(value)) if value.text.lstrip().startswith("-") else None
        if command is not None:
            self._keep(command)
        elif nesting < MAX_NESTING and ("\n" in value.text.strip() or not is_message(value.text)):
            self.script(value, nesting=nesting + 1)

    def _keep(self, command: CommandNode | None) -> None:
        if command is not None:
            self.roots.append(command)

    def _read(self, script: Script, nesting: int) -> None:
        stack = script.tops[::-1]
        while stack:
            node = stack.pop()
            if not script.has_hint(node) and node.type != "heredoc_end":
                continue
            if node.type in ("ERROR", "heredoc_end") and ends_too_soon(script, node):
                self._not_read(script, node)
                return
            if node.type == "ERROR" or is_broken(node):
                rest = rest_of_line(node)
                self._by_lines(script, script.range(node), rest, nesting)
                if rest is not None and stack:
                    stack.pop()  # was read with it
                continue
            if node.type == "command":
                self._command(script, node, nesting)
            elif node.type == "variable_assignment":
                self._assigned(script, node, nesting)
            elif node.type == "expansion":
                self._default(script, node, nesting)
            elif node.type == "heredoc_redirect" and nesting < MAX_NESTING:
                self._heredoc(script, node, nesting)
            stack.extend(reversed(node.children))

    def _by_lines(
        self, script: Script, characters: tuple[int, int], rest: tree_sitter.Node | None, nesting: int
    ) -> None:
        """What cannot be read as a whole, with the `rest` of its line, line by line; what names QEMU and cannot be read
        even so is told."""
        low, high = characters
        if rest is not None:
            high = script.value.text.find("\n", script.range(rest)[1]) % (len(script.value.text) + 1)
        for line in interesting_lines(script.value.pick((low, high))):
            if COMMENT.match(line.text):
                continue
            if self.script(line, is_options=self._is_options, strict=True, nesting=nesting + 1):
                continue
            if is_closed(line.text) and not UNSURE.search(line.text):
                self.line(line)
            elif INVOCATION.search(line.text):
                start = line.span(0, 0).start
                self._problem(script, start if rest is None else script.value.span(script.range(rest)[0]).start)

    def _command(self, script: Script, node: tree_sitter.Node, nesting: int) -> None:
        words = script.words(node)
        if not words and script.names_qemu(node):
            self._not_read(script, node)
        if words and self._is_options and words[0].value.text.startswith("-"):
            self._keep(command_line([word.value for word in words]))
            return
        assigned = [_assignment(script, part) for part in node.children if part.type == "variable_assignment"]
        env = [pair for pair in assigned if pair is not None]
        if env and words and OPTION_WORD.fullmatch(env[-1][1].text):  # X=-serial tcp::1, as environment files have it
            words = tokens([env.pop()[1], *(word.value for word in words)], self.host)
        self.words(words, env, is_run=True, nesting=nesting)

    def _assigned(self, script: Script, node: tree_sitter.Node, nesting: int) -> None:
        """`NAME=(…)`, `NAME="-serial …"`, or `NAME=telnet:…` that is used as `-serial $NAME`."""
        value = node.child_by_field_name("value")
        name, before = script.text(node.children[0]), len(self.roots)
        array = next((child for child in node.children if child.type == "array"), None)
        if array is not None:
            self._array(script, array, name, nesting)
        elif value is not None:
            self.string(script.word(value).value, name=name, nesting=nesting)
        self.told.update((name,) if len(self.roots) > before else ())

    def _default(self, script: Script, expansion: tree_sitter.Node, nesting: int) -> None:
        """`${NAME:+-serial …}`: what stands for a variable that is set, or not."""
        named = expansion.parent if expansion.parent and expansion.parent.type == "variable_assignment" else expansion
        name = next((script.text(child) for child in named.children if child.type == "variable_name"), "")
        for operator, text in itertools.pairwise(expansion.children):
            if operator.type in DEFAULTS and text.type != "}":
                self.string(script.word(text).value, name=name, nesting=nesting)

    def _array(self, script: Script, array: tree_sitter.Node, name: str, nesting: int) -> None:
        words = script.words(array)
        values = [word.value for word in words]
        command = find_command(words) if program_at(words) == 0 else option_list(values)
        if command is None and words and PROGRAM_HINT.search(name) and values[0].text.startswith("-"):
            command = command_line(values)
        self._keep(command)
        for word in words if command is None else ():
            self.string(word.value, nesting=nesting)

    def _heredoc(self, script: Script, node: tree_sitter.Node, nesting: int) -> None:
        text = script.heredoc(node)
        if text is None:
            return
        if IS_UNIT.match(text.text):
            read_unit(self, text)
        else:
            self.script(text, nesting=nesting + 1)

    def _not_read(self, script: Script, node: tree_sitter.Node) -> None:
        self._problem(script, script.value.span(script.range(node)[0], script.range(node)[0]).start)

    def _problem(self, script: Script, start: int) -> None:
        if script.is_script:
            self.problems.append(Problem("shell-not-read", Span(start, start), {}))


def _assignment(script: Script, node: tree_sitter.Node) -> tuple[Value, Value] | None:
    """Name and value of `NAME=value` before a command."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None or value is None:
        return None
    return script.word(name).value, script.word(value).value
