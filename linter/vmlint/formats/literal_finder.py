"""QEMU command lines among the strings of a program or data file: in lists, calls, chains of calls, or one string."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..model import Node, Problem
from ..qemu.commandline import CommandNode
from ..source import Value
from .hints import may_hold_options
from .literal_tree import PASSING, Group
from .not_commands import is_message
from .programs import OTHER_VMM
from .recognise import bare_value, command_line, has_qemu_value, option_list, option_string
from .shell_script import read_script

STARTING = ("new", "Command", "command")
MAX_NESTING = 3
MAX_BEFORE = 4
"""Where in a list its program is looked for."""
MAX_DEPTH = 5
"""How far lists in lists are looked into for words."""
LISTS = ("[", "(", "{")


def find_commands(root: Group, nesting: int = 0) -> tuple[list[Node], list[Problem]]:
    """The command lines among the values of a tree, outer lists first; `nesting` as in read_script."""
    finder = _Finder(nesting)
    for group in root.groups():
        if group.is_list and group.bracket in LISTS:
            finder.list(list(_words(group)), group.holds_options)
        finder.chains(group)
    values = list(root.values())
    finder.neighbours(values)
    for value in values:
        finder.string(value)
    return finder.roots, finder.problems


def _words(group: Group) -> Iterator[Value]:
    """The elements of a list, those of lists in it too; one that is not known is opaque."""
    stack: list[tuple[Value | Group, int, bool]] = [(item, 1, bool(group.call)) for item in reversed(group.items)]
    while stack:
        item, depth, in_call = stack.pop()
        if isinstance(item, Value):
            yield item
        elif item.is_list and not item.index and depth <= MAX_DEPTH and (in_call or item.passes_words):
            stack.extend((inner, depth + 1, bool(item.call)) for inner in reversed(item.items))


class _Finder:
    """Collects commands; a value that belongs to one is not looked at again."""

    def __init__(self, nesting: int) -> None:
        self.nesting = nesting
        self.roots: list[Node] = []
        self.problems: list[Problem] = []
        self._used: set[int] = set()

    def list(self, words: Sequence[Value], are_options: bool = False) -> None:
        """The elements of a list, or the arguments of a call; `are_options`: of QEMU, whatever they are."""
        if are_options and words and words[0].text.startswith("-"):
            self._keep(command_line(words), words)
        elif len(words) < 2 or all(id(word) in self._used for word in words) or not _may_be_words(words):
            return
        elif _runs_another(words):
            self._used.update(id(word) for word in words)
        else:
            self._keep(option_list(words), words)

    def chains(self, group: Group) -> None:
        """`.arg("-serial").arg("…")`, and `args.append("-serial")` line after line."""
        words: list[Value] = []
        for item in [*group.items, None]:
            passes = isinstance(item, Group) and item.bracket == "(" and PASSING.fullmatch(item.call)
            if words and (not passes or (isinstance(item, Group) and item.call in STARTING)):
                self.list(words)
                words = []
            if isinstance(item, Group) and passes:
                words.extend(_words(item))

    def neighbours(self, values: Sequence[Value]) -> None:
        """An option and a value that is certainly its, wherever they stand."""
        for option, value in pairwise(values):
            if id(value) not in self._used and option.text.startswith("-") and has_qemu_value(option.text, value.text):
                self._keep(command_line([option, value]), (option, value))

    def string(self, value: Value) -> None:
        """One string: options, a command, a script, or the value of an option."""
        text = value.text
        if id(value) in self._used or len(text) < 4:
            return
        if not any(char.isspace() for char in text.strip()):
            self._keep(bare_value(value) if "," in text else None, (value,))
        elif may_hold_options(text) and self.nesting < MAX_NESTING:
            command = option_string(value) if text.lstrip().startswith("-") else None
            self._keep(command, (value,))
            if command is None:
                self.roots.extend(self._text(value))

    def _text(self, value: Value) -> Sequence[Node]:
        """A string that is a script, or a text for people that may show commands."""
        if not is_message(value.text):
            return read_script(value, nesting=self.nesting + 1).roots
        if "\n" not in value.text.strip():
            return ()
        from .text_reader import read_text  # which reads programs in fences, and so imports this module

        return read_text(value, self.nesting + 1)

    def _keep(self, command: CommandNode | None, values: Sequence[Value]) -> None:
        if command is not None:
            self.roots.append(command)
            self._used.update(id(value) for value in values)


def _runs_another(words: Sequence[Value]) -> bool:
    """Whether the program of a list is another virtual machine monitor."""
    return any(OTHER_VMM.search(word.text) for word in words[:MAX_BEFORE] if not word.text.startswith("-"))


def _may_be_words(words: Sequence[Value]) -> bool:
    """A quick look whether some words may be a command line."""
    return any(word.text.startswith("-") or "qemu" in word.text or "kvm" in word.text for word in words)
