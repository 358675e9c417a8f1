"""What a configuration file may say: the keys, read strictly; every mistake is told with file and line."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any

from .discover import UsageError, reason
from .light_typing import TYPE_CHECKING, NamedTuple
from .limits import DEFAULT
from .model import SEVERITIES
from .repository import is_in_repository_of
from .suggest import suggestion

if TYPE_CHECKING:
    from typing import Any

    from .toml_file import Keys, TomlFile

SHARED = "pyproject.toml"
TABLE: Keys = ("tool", "vmlint")
"""Where the settings are in pyproject.toml."""


KINDS = {
    "text": "a text",
    "file": "a text",
    "flag": "true or false",
    "severity": f"one of {', '.join(SEVERITIES)}",
    "texts": "a list of texts",
    "files": "a list of texts",
    "some": "a text or a list of texts",
    "number": "a whole number from 1 on",
}
"""What a value may be, in the words of a complaint. Files are named from the configuration file on."""


class Setting(NamedTuple):
    """What a key holds, and what it is for."""

    kind: str
    """One of KINDS."""
    about: str
    default: str
    """What holds without it."""
    option: str = ""
    """The option of the command line that says the same."""
    adds: bool = False
    """Whether that option adds to what the file says; else it takes its place."""
    is_table: bool = False
    """Whether it is a table whose values are of that kind."""
    names_rules: bool = False
    """Whether it names rules and topics: in its list, or else by the keys of its table."""


SETTINGS = {
    "qemu": Setting(
        "text", "QEMU releases that the files must hold on, such as `>=7.2,<11`", "the newest release", "--qemu"
    ),
    "libvirt": Setting("text", "libvirt releases that they must hold on", "the newest release", "--libvirt"),
    "target": Setting("some", "releases that they must hold on, as in `debian-13`", "the newest of both", "--target"),
    "select": Setting("texts", "rules and topics to look for", "all", "--select", names_rules=True),
    "ignore": Setting("texts", "rules and topics to leave out", "none", "--ignore", adds=True, names_rules=True),
    "min-severity": Setting(
        "severity", "findings less severe are left out", "all are shown, notes do not fail a run", "--min-severity"
    ),
    "exclude": Setting("texts", "files and folders to leave out, patterns", "none", "--exclude", adds=True),
    "baseline": Setting("file", "file with the findings that are known already", "none", "--baseline"),
    "require-reason": Setting("flag", "whether a comment that switches rules off must say why", "false"),
    "rules.extend": Setting("files", "files with rules of your own", "none", "--rules", adds=True),
    "limits.size": Setting("number", "most MiB that are read of a file", str(DEFAULT.size), "--limit"),
    "limits.memory": Setting(
        "number", "most MiB of memory that reading a file may take", str(DEFAULT.memory), "--limit"
    ),
    "limits.findings": Setting("number", "most findings of a file that are listed", str(DEFAULT.findings), "--limit"),
    "severity": Setting(
        "severity", "severity of a rule, or of all in a topic", "as the rule says", is_table=True, names_rules=True
    ),
    "per-file-ignores": Setting(
        "texts", "rules and topics to leave out in the files of a pattern", "none", is_table=True, names_rules=True
    ),
}
"""All keys that a configuration file may have; a dot is a table."""


class Config(NamedTuple):
    """What one configuration file says; what it leaves open is None, False or empty."""

    file: str
    """Its path, for people."""
    folder: str
    """Patterns are held against paths from here on."""
    toml: TomlFile
    prefix: Keys
    """The way to the settings in the file."""
    qemu: str | None = None
    libvirt: str | None = None
    target: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_severity: str | None = None
    exclude: tuple[str, ...] = ()
    baseline: str | None = None
    require_reason: bool = False
    severity: Mapping[str, str] = {}  # nobody writes to it
    per_file_ignores: Mapping[str, tuple[str, ...]] = {}
    rules_extend: tuple[str, ...] = ()
    limits_size: int | None = None
    limits_memory: int | None = None
    limits_findings: int | None = None

    def where(self, key: str, *below: str) -> str:
        """`FILE:LINE` of a key, or of what is below it: a key of its table, or a text in its list."""
        return self.toml.where((*self.prefix, *key.split("."), *below))


class InForce(NamedTuple):
    """The value of a setting, and where it comes from."""

    value: Any
    is_in_file: bool
    option: str
    """Empty if the command line does not say it."""


def in_force(config: Config | None, given: Mapping[str, Any]) -> dict[str, InForce]:
    """What holds for each key that is set, where the command line says what is `given`, by name of the field."""
    found: dict[str, InForce] = {}
    for key, setting in SETTINGS.items():
        option, said = given.get(field(key)), config and getattr(config, field(key))
        # Who selects on the command line wants to see those rules, whatever the file ignores.
        if key == "ignore" and given.get("select"):
            said = None
        if key in ("qemu", "libvirt") and given.get("target"):  # it says both anew
            said = None
        values = [option] if option else []
        is_in_file = bool(said and (setting.adds or not option))
        if config and is_in_file:
            values.insert(0, _resolved(config, key, said))
        if values:
            value = tuple(text for texts in values for text in texts) if setting.adds else values[0]
            found[key] = InForce(value, is_in_file, setting.option if option else "")
    return found


def _resolved(config: Config, key: str, said: Any) -> Any:
    """A value, the names of files in it as they are from the working directory on."""
    kind = SETTINGS[key].kind
    if kind == "file":
        return _resolved_name(config, key, said)
    return tuple(_resolved_name(config, key, name) for name in said) if kind == "files" else said


def _resolved_name(config: Config, key: str, name: str) -> str:
    """The name of a file. Raises UsageError for one outside the repository: strangers may have written the name."""
    folder = os.path.dirname(config.file)
    path = os.path.join(folder, name)
    try:
        is_inside = is_in_repository_of(folder, path)
    except ValueError as error:
        raise UsageError(f"{config.where(key, name)}: '{name}' is not the name of a file") from error
    if not is_inside:
        words = f"'{name}' is outside the repository; only {SETTINGS[key].option} can name it"
        raise UsageError(f"{config.where(key, name)}: {words}")
    return path


def check_readable(path: str) -> None:
    """Raise UsageError for what is no file that can be read."""
    try:
        open(path, "rb").close()
    except OSError as error:
        raise UsageError(f"{path}: {reason(error)}") from error


def field(key: str) -> str:
    """The name of a setting in Config."""
    return key.replace("-", "_").replace(".", "_")


def parse(file: str, data: bytes, folder: str) -> Config | None:
    """A configuration file's content; its patterns count from `folder` on. None for a pyproject.toml that says nothing
    of vmlint. Raises UsageError."""
    from .toml_file import TomlFile

    toml = TomlFile(file, data)
    prefix = TABLE if os.path.basename(file) == SHARED else ()
    table: Any = toml.tables
    for key in prefix:
        table = table.get(key) if isinstance(table, dict) else None
    if table is None:
        if TABLE[-1] in toml.tables:
            raise UsageError(f"{toml.where(TABLE[-1:])}: '{TABLE[-1]}' is read only as [{'.'.join(map(str, TABLE))}]")
        return None
    values = dict(_Reader(toml, prefix).values(table, ()))
    return Config(file, folder, toml, prefix, **{field(key): value for key, value in values.items()})


class _Reader:
    """Goes through the tables of a configuration file."""

    def __init__(self, toml: TomlFile, prefix: Keys) -> None:
        self._toml = toml
        self._prefix = prefix

    def values(self, table: Any, way: tuple[str, ...]) -> list[tuple[str, Any]]:
        """Each setting in a table and below."""
        if not isinstance(table, dict):
            raise self._error("must be a table", way)
        known = {key.split(".")[len(way)] for key in SETTINGS if key.split(".")[: len(way)] == [*way]}
        found = []
        for name, value in table.items():
            key = ".".join((*way, name))
            if name not in known:
                raise self._unknown(name, way, known)
            if key in SETTINGS:
                found.append((key, self._setting(SETTINGS[key], value, (*way, name))))
            else:
                found += self.values(value, (*way, name))
        return found

    def _unknown(self, name: str, way: tuple[str, ...], known: Collection[str]) -> UsageError:
        if (*self._prefix, *way, name) == TABLE[:1]:
            hint = f"; [tool.vmlint] stands in {SHARED} only"
        else:
            hint = suggestion(name, known) or f"; known are {', '.join(sorted(known))}"
        place = self._toml.where((*self._prefix, *way, name))
        return UsageError(f"{place}: unknown key '{'.'.join((*way, name))}'{hint}")

    def _setting(self, setting: Setting, value: Any, way: tuple[str, ...]) -> Any:
        if not setting.is_table:
            return self._value(setting.kind, value, way)
        if not isinstance(value, dict):
            raise self._error("must be a table", way)
        return {name: self._value(setting.kind, below, (*way, name)) for name, below in value.items()}

    def _value(self, kind: str, value: Any, way: tuple[str, ...]) -> Any:
        """A value as Config holds it."""
        if kind == "some" and isinstance(value, str):
            return (value,)
        if kind == "number":
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                return value
        elif kind in ("texts", "files", "some"):
            if isinstance(value, list) and all(isinstance(text, str) for text in value):
                return tuple(value)
        elif isinstance(value, bool if kind == "flag" else str) and (kind != "severity" or value in SEVERITIES):
            return value
        hint = f': ["{value}"]' if kind in ("texts", "files") and value and isinstance(value, str) else ""
        raise self._error(f"must be {KINDS[kind]}{hint}", way)

    def _error(self, message: str, way: tuple[str, ...]) -> UsageError:
        keys = (*self._prefix, *way)
        name = ".".join(way) or ".".join(map(str, keys))
        return UsageError(f"{self._toml.where(keys)}: '{name}' {message}")
