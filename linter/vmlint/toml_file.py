"""TOML files that people write: read strictly, and every mistake told with file and line."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from .data import toml_library
from .discover import UsageError, content

AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
CLOSINGS = re.compile("""[]}]|\"{3}|'{3}""")
"""One of these is on the last line of a statement of several lines."""
MOST_READ = 8 << 20
"""Characters that are read in search of lines, at most: statements of many lines that might end on each take long."""
Keys = tuple[str | int, ...]
"""The way to a value: names of keys, and places in arrays of tables from 0."""


class TomlFile:
    """A TOML file that was read; knows on which line each of its keys stands."""

    def __init__(self, path: str, data: bytes) -> None:
        """Raises UsageError where `data` is not TOML."""
        self.path = path
        tomllib = toml_library()
        try:
            self.text = data.decode("utf-8-sig")
            self.tables: dict[str, Any] = tomllib.loads(self.text)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise UsageError(f"{path}:{line}: not UTF-8") from error
        except RecursionError as error:
            raise UsageError(f"{path}: nested too deeply") from error
        except tomllib.TOMLDecodeError as error:
            raise UsageError(self._syntax_error(str(error))) from error

    def _syntax_error(self, message: str) -> str:
        at = AT.search(message)
        words = message[: at.start()] if at else message
        line = at[1] if at and at[1] else self.text.count("\n") + 1
        return f"{self.path}:{line}: {words[:1].lower()}{words[1:]}"

    def where(self, keys: Keys) -> str:
        """`FILE:LINE` of a key, or of a text in its list; of the table around it where there is no such key."""
        length = next((length for length in range(len(keys), 0, -1) if keys[:length] in self._lines), 0)
        line, statement = self._lines.get(keys[:length], (1, ""))
        for offset, part in enumerate(statement.splitlines() if length == len(keys) - 1 else ()):
            if f'"{keys[-1]}"' in part or f"'{keys[-1]}'" in part:
                return f"{self.path}:{line + offset}"
        return f"{self.path}:{line}"

    @cached_property
    def _lines(self) -> dict[Keys, tuple[int, str]]:
        """First line and text of the statement that first names each key.

        A statement ends where what has been gathered is TOML by itself: so says the parser, whatever is quoted in it.
        Of a file in which that takes too long only the beginning is known.
        """
        found: dict[Keys, tuple[int, str]] = {}
        table: Keys = ()
        arrays: dict[Keys, int] = {}
        gathered, first, read = "", 1, 0
        tomllib = toml_library()
        for number, line in enumerate(self.text.splitlines(keepends=True), 1):
            first = first if gathered else number
            is_within, gathered = bool(gathered), gathered + line
            if is_within and not CLOSINGS.search(line):
                continue
            read += len(gathered)
            if read > MOST_READ:
                break
            try:
                statement = tomllib.loads(gathered)
            except tomllib.TOMLDecodeError:
                continue
            if gathered.lstrip().startswith("["):
                table = _header(statement, arrays)
                ways = [table[:length] for length in range(1, len(table) + 1)]
            else:
                ways = [table + way for way in _ways(statement)]
            for way in ways:
                found.setdefault(way, (first, gathered))
            gathered = ""
        return found


def _header(statement: dict[str, Any], arrays: dict[Keys, int]) -> Keys:
    """The way to the table that a `[header]` or `[[header]]` opens; `arrays` counts the tables of each array."""
    way: Keys = ()
    inside: Any = statement
    while inside:
        if isinstance(inside, list):
            arrays[way] = arrays.get(way, -1) + 1
            return (*way, arrays[way])
        (key,) = inside
        way, inside = (*way, key), inside[key]
        if way in arrays and not isinstance(inside, list):
            way = (*way, arrays[way])
    return way


def _ways(table: dict[str, Any]) -> list[Keys]:
    found: list[Keys] = []
    for key, value in table.items():
        found += [(key,), *((key, *way) for way in (_ways(value) if isinstance(value, dict) else ()))]
    return found


def read(path: str) -> TomlFile:
    """Read a file. Raises UsageError."""
    return TomlFile(path, content(path))
