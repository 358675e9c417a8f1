"""The commands in the text of a Dockerfile, a file of its own or a part of another text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..source import Value
from .builder import decode
from .logical_lines import logical_lines
from .recognise import tokens
from .shell_script import ScriptReader

INSTRUCTION = re.compile(
    r"[ \t]*(?:ONBUILD[ \t]+)?(?:RUN|CMD|ENTRYPOINT|ENV|ARG|HEALTHCHECK|(?:COPY|ADD)(?=.*<<))\b(?:[ \t]+--\S+)*[ \t]*",
    re.IGNORECASE,
)
COMMENT = re.compile(r"[ \t]*#")
HEREDOC = re.compile(r"<<-?[ \t]*(['\"]?)(\w+)\1")
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\\r?\n')
NAMED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def read_dockerfile(reader: ScriptReader, dockerfile: Value) -> None:
    """The QEMU command lines in the text of a Dockerfile."""
    for line in _instructions(dockerfile):
        instruction = INSTRUCTION.match(line.text)
        if instruction and line.text.startswith("[", instruction.end()):
            reader.words(tokens(_strings(line, instruction.end())))
        elif instruction:
            reader.script(line.pick((instruction.end(), len(line.text))))


def _instructions(file: Value) -> Iterator[Value]:
    """Each instruction without comments in it, and with the lines of its heredoc."""
    end = 0
    for ranges in logical_lines(file.text, COMMENT):
        if ranges[0][0] < end:
            continue  # in a heredoc
        low, high = ranges[-1]
        heredoc = HEREDOC.search(file.text, low, high)
        if heredoc:
            last = re.compile(rf"^[ \t]*{heredoc[2]}[ \t]*\r?$", re.MULTILINE).search(file.text, high)
            end = last.end() if last else high
            high = end
        yield file.pick(*ranges[:-1], (low, high))


def _strings(line: Value, start: int) -> list[Value]:
    """The strings of a JSON array."""
    return [
        decode(line.pick(match.span(1)), ESCAPE, _meaning, _for_json) for match in STRING.finditer(line.text, start)
    ]


def _meaning(escape: re.Match[str]) -> tuple[int, str]:
    char = escape[0][1]
    return escape.end(), chr(int(escape[0][2:], 16)) if char == "u" else NAMED.get(char, "" if char in "\r\n" else char)


def _for_json(text: str) -> str | None:
    """Text for a place inside a JSON string."""
    return None if any(char < " " for char in text) else text.replace("\\", "\\\\").replace('"', '\\"')
