"""Makefiles: the shell commands of recipes, and variables that hold QEMU's options or its command line."""

from __future__ import annotations

import re

from ..model import Document
from ..source import OPAQUE, Value
from .builder import closing, decode
from .hints import may_hold_options, may_hold_qemu
from .host_file import HostFile
from .logical_lines import logical_lines
from .names import is_named
from .recognise import PROGRAM_HINT
from .shell_script import ScriptReader

NAMES = ("Makefile", "makefile", "GNUmakefile", "Makefile.*", "*.mk", "*.mak", "*.make")
ASSIGNMENT = re.compile(
    r"[ ]*(?:[^\s:#=][^:#=\n]*:[ \t]*)?(?:(?:export|override|private)[ \t]+)*"
    r"([^\s:#=+?!]+)[ \t]*(?:::?:?|[+?!])?=[ \t]*"
)
"""`X := value`, also for one target (`run: X += value`)."""
DEFINE = re.compile(r"[ ]*(?:(?:export|override)[ \t]+)*define\b")
END_OF_DEFINE = re.compile(r"[ ]*endef\b")
RECIPE = re.compile(r"\t[ \t@+-]*")
INLINE_RECIPE = re.compile(r"[^\s:#=][^:#=\n]*::?[^=#;\n]*;[ \t@+-]*")
CONTINUED_RECIPE = r"(?<=\\\n)\t"
CONTINUED_VALUE = r"(?<![ \t])[ \t]*(?:\\\r?\n[ \t]*)+"
VARIABLE = r"\$(?:([({])|[^\s])"
RECIPE_UNIT = re.compile(f"{CONTINUED_RECIPE}|{VARIABLE}")
VALUE_UNIT = re.compile(rf"{CONTINUED_VALUE}|{VARIABLE}|\\#|#")


def claims(path: str, head: bytes) -> bool:
    """Whether a file is called as Makefiles are."""
    return is_named(path, NAMES) and may_hold_qemu(head)


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines in recipes and variables."""
    file = HostFile(path, data)
    read_make(file.reader, file.value)
    return file.document("make")


def read_make(reader: ScriptReader, makefile: Value) -> None:
    """The QEMU command lines in the text of a Makefile."""
    in_define = False
    for ranges in logical_lines(makefile.text):
        raw = makefile.text[ranges[0][0] : ranges[-1][1]]
        if not may_hold_options(raw) and "def" not in raw:
            continue
        line = makefile.pick(*ranges)
        if END_OF_DEFINE.match(line.text) or DEFINE.match(line.text):
            in_define = DEFINE.match(line.text) is not None
        elif recipe := RECIPE.match(line.text) or INLINE_RECIPE.match(line.text):
            reader.script(_recipe(line, recipe.end()))
        elif in_define:
            reader.script(_recipe(line, 0))
        elif assigned := ASSIGNMENT.match(line.text):
            _assign(reader, assigned[1], _value(line, assigned.end()))


def _assign(reader: ScriptReader, name: str, value: Value) -> None:
    """A variable: options of QEMU, a command line, or the value of an option (`-serial $(NAME)`)."""
    text = value.text.strip()
    if text and not any(char.isspace() for char in text):
        start = value.text.index(text)
        reader.string(value.pick((start, start + len(text))), name=name)
    elif text:
        reader.script(value, is_options=PROGRAM_HINT.search(name) is not None)


def _recipe(line: Value, start: int) -> Value:
    """A line of a recipe as the shell gets it."""
    return decode(line, RECIPE_UNIT, _meaning, _for_make, start)


def _value(line: Value, start: int) -> Value:
    """The value of a variable, up to a comment."""
    return decode(line, VALUE_UNIT, _meaning, _for_make, start)


def _meaning(unit: re.Match[str]) -> tuple[int, str]:
    if unit[0] == "#":
        return len(unit.string), ""
    if unit[0] in ("$$", "\\#"):
        return unit.end(), unit[0][1]
    if unit[0].startswith("$"):
        return closing(unit.string, unit.end(), len(unit.string), unit[1]) if unit[1] else unit.end(), OPAQUE
    return unit.end(), " " if "\n" in unit[0] else ""


def _for_make(text: str) -> str | None:
    """Text for a place where make expands variables; `#` may begin a comment there."""
    return None if "\n" in text or "#" in text else text.replace("$", "$$")
