"""Commands in texts for people: in code as a script or a console session, in prose only where a command is shown."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, pairwise

from ..model import Node
from ..qemu.commandline import CommandNode
from ..source import Value
from .dockerfile_text import read_dockerfile
from .hints import may_hold_options
from .line_dialects import BATCH, read_lines
from .literal_finder import find_commands
from .literal_languages import BY_NAME
from .literal_lookup import by_name
from .literal_tree import read_tree
from .make_text import read_make
from .powershell_text import read_powershell
from .programs import RUNNERS
from .recognise import option_string
from .shell_script import ScriptReader, read_script
from .spans import with_opaque
from .text_blocks import LINE, Block, blocks
from .yaml_tree import read_yaml

PROMPT = re.compile(
    r"[ \t]*(?:\([\w.-]+\)[ \t]*)?"
    r"(?:\[[^\]\n]{0,80}\]|[\w.-]+@[\w.-]+(?:[: ][^\s$#>]*)?|[A-Za-z]:[\\\w]*|PS [^>\n]{0,80}|[~/][\w/.-]*)?"
    r"[ \t]*([$#%>\u276f\u279c])[ \t]+(?=[^\s#])"
)
LITERALS = re.compile(r"(?:\"-[\w-]+\"|'-[\w-]+'),\s*[\w$@]{0,2}[\"'`]")
"""An option and its value in a program: a shell has no commas between its words."""
SLASHES = re.compile(r"^[ \t]*//", re.MULTILINE)
LOGGED = re.compile(r"[ \t]*\[\w[^\]\n]{0,80}\][ \t]+(?=[\w\[-])")
"""How a program's log begins a line: `[launcher] args: …`."""
MORE = re.compile(r"[ \t]*>[ \t]+")
BULLET = re.compile(r"[ \t]*(?:[-*•][ \t]+(?=[^-\s])|\d+[.)][ \t]+)?[`\"']{0,3}")
PROGRAM = re.compile(
    r"(?:(?:sudo|exec|nohup|env|time|[A-Z_]{1,40}=[^\s]{0,200})[ \t]+){0,5}"
    r"(?:[^\s`'\"]*[\\/])?(?:qemu-system-[\w$\{\}<>-]+|qemu-kvm|kvm|qemu)(?:\.exe)?[ \t\\]"
)
FILL = re.compile(
    r"<[^\W\d_][^<>\n|]{0,60}>|(?:(?<=\S)|(?<=\S ))\[[A-Z][A-Z0-9_ -]{1,40}\]"
    r"|\{\{[^{}\n]{0,100}\}\}|\{[A-Za-z_][\w.-]{0,60}\}|(?<=[=:/,])\.\.\."
)
"""What the reader is to fill in."""
INLINE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`]{8,2000}?)\1(?!`)")
SHELLS = ("sh", "bash", "shell", "zsh", "ksh")
COMMAND_END = re.compile(r"[;&|(`]")
DATA = ("yaml", "yml")
USER_PROMPT, ROOT_PROMPT = "$#"
HOSTS: dict[str, Callable[[ScriptReader, Value], None]] = {
    **dict.fromkeys(("bat", "batch", "cmd", "dos", "batchfile"), partial(read_lines, dialect=BATCH)),
    **dict.fromkeys(("make", "makefile", "mk"), read_make),
    **dict.fromkeys(("dockerfile", "docker", "containerfile"), read_dockerfile),
}
"""Formats that hold commands, by what fences call them."""


def read_text(value: Value, nesting: int = 0) -> list[Node]:
    """The QEMU command lines that a text shows; `nesting`: how many texts it stands inside of."""
    value = with_opaque(_dedented(value) if nesting else value, FILL)
    roots: list[Node] = []
    for block in blocks(value.text):
        language = block.language.lower()
        host = HOSTS.get(language)
        if host is not None:
            roots.extend(_host(value.pick(*_whole(value, block.lines)), host))
        elif (language in DATA or by_name(language)) and (
            found := _program(value.pick(*_whole(value, block.lines)), language, nesting)
        ):
            roots.extend(found)
        elif may_hold_options("\n".join(value.text[low:high] for low, high in block.lines)):
            is_prose = language == "text" and not block.is_code
            roots.extend(_prose(value, block, nesting) if is_prose else _console(value, block, nesting))
    return roots


def _dedented(value: Value) -> Value:
    """The text without the indentation of all its lines but the first, as in a string of a program."""
    first, *lines = LINE.finditer(value.text)
    indents = [len(line[0]) - len(line[0].lstrip(" ")) for line in lines if line[0].strip()]
    indent = min(indents, default=0)
    if not indent:
        return value
    return value.pick(first.span(), *((min(line.start() + indent, line.end()), line.end()) for line in lines))


def _whole(value: Value, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The lines with their ends."""
    text = value.text
    return [(low, high + text.startswith("\n", high)) for low, high in lines] or [(0, 0)]


def _host(text: Value, read: Callable[[ScriptReader, Value], None]) -> list[Node]:
    reader = ScriptReader(None, text.text)
    read(reader, text)
    return reader.roots


def _program(code: Value, language: str, nesting: int) -> list[Node]:
    known = by_name(language)
    if known is BY_NAME["powershell"]:
        return read_powershell(code, nesting=nesting)
    tree = read_tree(code, known) if known else read_yaml(code)[0]
    return find_commands(tree, nesting)[0]


def _prose(value: Value, block: Block, nesting: int) -> Iterator[Node]:
    """Commands on lines of their own in a paragraph, and those between backquotes."""
    for chunk in _chunks(value.text, block.lines):
        low = chunk[0][0]
        prompt = PROMPT.match(value.text, *chunk[0])
        mark = prompt or BULLET.match(value.text, *chunk[0])
        start = mark.end() if mark else low
        if PROGRAM.match(value.text, start) or (prompt and prompt[1] == USER_PROMPT):
            found = _commands(value, [(start, chunk[0][1]), *chunk[1:]], nesting)
            yield from filter(_has_arguments, found)
        elif value.text.startswith("-", low):
            yield from filter(_is_all_options, _commands(value, chunk, nesting))
    low, high = block.lines[0][0], block.lines[-1][1]
    for match in INLINE.finditer(value.text, low, high):
        if PROGRAM.match(value.text, match.start(2)):
            yield from _commands(value, [match.span(2)], nesting, folded=True)


def _has_arguments(root: Node) -> bool:
    """Whether arguments follow a program, not the rest of a sentence that begins with its name."""
    words = root.words if isinstance(root, CommandNode) and root.program is not None else ()
    return bool(words) and not words[0].text.isalpha()


def _is_all_options(root: Node) -> bool:
    """Whether nothing but options and their arguments stand in a line, no explanation."""
    words = [word.text.startswith("-") for word in root.words] if isinstance(root, CommandNode) else []
    return all(first or second for first, second in pairwise(words))


def _console(value: Value, block: Block, nesting: int) -> Iterator[Node]:
    """Code without a language, or a shell's: after prompts if there are any, else a script, else line by line."""
    chunks = [chunk for chunk in _chunks(value.text, block.lines) if not LOGGED.match(value.text, *chunk[0])]
    prompted = [chunk for chunk in chunks if _prompt(value.text, chunk, block.language)]
    found: list[Node] = []
    code = value.pick(*_whole(value, block.lines))
    if not prompted and block.is_code and not block.language and LITERALS.search(code.text):
        yield from _program(code, "javascript" if SLASHES.search(code.text) else "python", nesting)
        return
    if not prompted and block.is_code:
        found = _script(value, _whole(value, list(chain.from_iterable(chunks))), nesting)
        yield from (root for root in found if block.language.lower() in SHELLS or _is_at_start(value, root))
    seen = [root.span for root in found]
    for chunk in prompted or chunks:
        span = value.span(chunk[0][0], chunk[-1][1])
        if not any(span.start <= at.start and at.end <= span.end for at in seen):
            start = _prompt(value.text, chunk, block.language) or chunk[0][0]
            yield from _commands(value, [(start, chunk[0][1]), *chunk[1:]], nesting)


def _prompt(text: str, chunk: list[tuple[int, int]], language: str) -> int:
    """Where the command after a prompt begins, or 0. `#` may as well begin a comment."""
    match = PROMPT.match(text, *chunk[0])
    if match is None:
        return 0
    bare = match[0].strip() == ROOT_PROMPT
    if bare and (language.lower() in SHELLS or not PROGRAM.match(text, match.end())):
        return 0
    return match.end()


def _chunks(text: str, lines: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Lines that are one: those which end in a backslash with the next, without the mark of a shell that waits."""
    chunk: list[tuple[int, int]] = []
    for low, high in lines:
        more = MORE.match(text, low, high) if chunk else None
        chunk.append((more.end() if more else low, high))
        if not text[low:high].rstrip().endswith("\\"):
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _script(value: Value, ranges: list[tuple[int, int]], nesting: int) -> list[Node]:
    return read_script(value.pick(*ranges), nesting=nesting + 1).roots


def _commands(value: Value, lines: list[tuple[int, int]], nesting: int, folded: bool = False) -> Iterator[Node]:
    """The command in some lines, if it begins with a program, or the options in them, if they begin with one."""
    ranges = lines if folded else _whole(value, lines)
    picked = value.pick(*ranges)
    if not may_hold_options(picked.text):
        return
    if picked.text.lstrip().startswith("-"):
        command = option_string(picked)
        if command is not None:
            yield command
        return
    if folded and "\n" in picked.text:
        command = option_string(picked)
        found: list[Node] = [command] if command is not None else []
    else:
        found = _script(value, ranges, nesting)
    for root in found:
        if _is_at_start(picked, root):
            yield root


def _is_at_start(text: Value, root: Node) -> bool:
    """Whether a program stands where a command begins, or after one that runs others: a process list names it, too."""
    if not isinstance(root, CommandNode) or root.program is None:
        return True
    start = root.program.span().start
    at = bisect_left(range(len(text.text)), start, key=lambda index: text.span(index, index + 1).start)
    low = text.text.rfind("\n", 0, at) + 1
    while low > 1 and text.text[low - 2] == "\\":
        low = text.text.rfind("\n", 0, low - 1) + 1
    words = COMMAND_END.split(text.text[low:at])[-1].split()
    return not words or words[0].rpartition("/")[2] in RUNNERS or "=" in words[0] or not words[0][0].isalnum()
