"""The commands in the text of a PowerShell script, a file of its own or a part of another text."""

from __future__ import annotations

from ..model import Node
from ..qemu.commandline import CommandNode
from ..source import Span, Text, Value
from .line_dialects import POWERSHELL, read_lines
from .literal_finder import find_commands
from .literal_languages import BY_NAME
from .literal_tree import read_tree
from .shell_script import ScriptReader


def read_powershell(script: Value, host: Text | None = None, nesting: int = 0) -> list[Node]:
    """The command lines among the lines and among the strings of a script; of two that share a word, the longer."""
    reader = ScriptReader(host, script.text)
    read_lines(reader, script, POWERSHELL)
    found = [*reader.roots, *find_commands(read_tree(script, BY_NAME["powershell"]), nesting)[0]]
    commands = [root for root in found if isinstance(root, CommandNode) and root.words]
    taken: set[int] = set()
    roots: list[Node] = []
    for command in sorted(commands, key=lambda command: -len(command.words)):
        places = {at for word in command.words for at in _bytes(word.span())}
        if taken.isdisjoint(places):
            roots.append(command)
            taken |= places
    return sorted(roots, key=lambda root: root.span)


def _bytes(span: Span) -> range:
    return range(span.start, span.end)
