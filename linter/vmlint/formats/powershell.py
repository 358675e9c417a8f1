"""PowerShell scripts: commands, whose words need no quotes, and lists of strings that are the arguments of one."""

from __future__ import annotations

from ..model import Document, Node
from ..qemu.commandline import CommandNode
from ..source import Source, Span, Text, Value
from .hints import may_hold_qemu
from .lines import POWERSHELL, read_lines
from .literal_finder import find_commands
from .literal_languages import BY_NAME
from .literal_tree import read_tree
from .names import is_named
from .shell_script import ScriptReader
from .spans import whole

NAMES = POWERSHELL.names


def claims(path: str, head: bytes) -> bool:
    """Whether a file is called as these scripts are."""
    return is_named(path, NAMES) and may_hold_qemu(head)


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines of a script."""
    source = Source(path, data)
    text = Text(source)
    return Document(source, "powershell", read_powershell(whole(text), text))


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
