"""The commands in the text of a Dockerfile, a file of its own or a part of another text."""

from __future__ import annotations

import re
from bisect import bisect_right
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
ONE_WORD = re.compile(r"^[ \t]*(\w+)[ \t]*\r?$", re.MULTILINE)
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
    end, ends = 0, _ends_of_lines(file.text) if "<<" in file.text else {}
    for ranges in logical_lines(file.text, COMMENT):
        if ranges[0][0] < end:
            continue  # in a heredoc
        low, high = ranges[-1]
        heredoc = HEREDOC.search(file.text, low, high)
        if heredoc:
            candidates = ends.get(heredoc[2], [])
            last = bisect_right(candidates, high)
            end = high = candidates[last] if last < len(candidates) else high
        yield file.pick(*ranges[:-1], (low, high))


def _ends_of_lines(text: str) -> dict[str, list[int]]:
    """Where the lines end that are one word, by the word."""
    found: dict[str, list[int]] = {}
    for line in ONE_WORD.finditer(text):
        found.setdefault(line[1], []).append(line.end())
    return found


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
