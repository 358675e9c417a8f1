"""The commands in the text of a Makefile, a file of its own or a part of another text."""

from __future__ import annotations

import re

from ..source import OPAQUE, Value
from .builder import closing, decode
from .hints import may_hold_options
from .logical_lines import logical_lines
from .recognise import PROGRAM_HINT
from .shell_script import ScriptReader

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
CONTINUED_VALUE = r"(?:(?<![\\])(?:\\\\)+|(?<![ \t])[ \t]*)(?:\\\r?\n[ \t]*)+"
VARIABLE = r"\$(?:([({])|[^\s])"
RECIPE_UNIT = re.compile(f"{CONTINUED_RECIPE}|{VARIABLE}")
VALUE_UNIT = re.compile(rf"{CONTINUED_VALUE}|{VARIABLE}|\\*#")


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
    text, before = value.text.strip(), len(reader.roots)
    if text and not any(char.isspace() for char in text):
        start = value.text.index(text)
        reader.string(value.pick((start, start + len(text))), name=name)
    elif text:
        reader.script(value, is_options=PROGRAM_HINT.search(name) is not None)
    reader.told.update((name,) if len(reader.roots) > before else ())


def _recipe(line: Value, start: int) -> Value:
    """A line of a recipe as the shell gets it."""
    return decode(line, RECIPE_UNIT, _meaning, _for_make, start)


def _value(line: Value, start: int) -> Value:
    """The value of a variable, up to a comment."""
    return decode(line, VALUE_UNIT, _meaning, _for_make, start)


def _meaning(unit: re.Match[str]) -> tuple[int, str]:
    if unit[0].endswith("#"):  # two backslashes before it are one, an odd one makes it no comment
        backslashes, escaped = divmod(len(unit[0]) - 1, 2)
        return unit.end() if escaped else len(unit.string), "\\" * backslashes + "#" * escaped
    if unit[0] == "$$":
        return unit.end(), "$"
    if unit[0].startswith("$"):
        return closing(unit.string, unit.end(), len(unit.string), unit[1]) if unit[1] else unit.end(), OPAQUE
    if "\n" not in unit[0]:
        return unit.end(), ""
    backslashes = len(unit[0]) - len(unit[0].lstrip("\\"))
    return unit.end(), "\\" * (backslashes // 2) + " "


def _for_make(text: str) -> str | None:
    """Text for a place where make expands variables; `#` may begin a comment there."""
    return None if "\n" in text or "#" in text else text.replace("$", "$$")
