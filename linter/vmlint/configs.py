"""Finds the configuration that holds for a file. Loads next to nothing until there is one, as most runs have none."""

from __future__ import annotations

import os
from functools import partial

from .discover import UsageError, content
from .light_typing import TYPE_CHECKING
from .repository import is_in_repository_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .config import Config
    from .patterns import Patterns

OWN, SHARED = "vmlint.toml", "pyproject.toml"
"""Names of configuration files; in one folder the first is taken, the second only if it speaks of vmlint."""


class Configs:
    """The configuration of each file: the nearest upward from it, else that of the working directory.

    `file`: the one to use for all, whose patterns then count from the working directory; `isolated`: none at all;
    `exclude`: patterns of files to leave out besides those that the configuration names, from the working directory.
    """

    def __init__(self, file: str | None = None, isolated: bool = False, exclude: Iterable[str] = ()) -> None:
        self._isolated = isolated
        self._one = None if file is None or isolated else _named(file)
        self._by_folder: dict[str, Config | None] = {}
        self._exclude = tuple(exclude)
        self._patterns: dict[str, Patterns] = {}

    def of(self, path: str) -> Config | None:
        """What holds for the file at a path, which need not be there. Raises UsageError."""
        if self._isolated or self._one is not None:
            return self._one
        return self._upward(os.path.dirname(path)) or self._upward("")

    def _upward(self, folder: str) -> Config | None:
        """The nearest configuration from a folder on."""
        passed: list[str] = []
        found: Config | None = None
        while found is None and folder not in self._by_folder:
            passed.append(folder)
            here = os.path.abspath(folder)
            found, folder = _in_folder(here), os.path.dirname(here)
            if folder == here:
                break
        found = found or self._by_folder.get(folder)
        self._by_folder.update(dict.fromkeys(passed, found))
        return found

    def excludes(self, path: str) -> bool:
        """Whether a path, which ends with `/` if it is a folder, is to be left out. Raises UsageError."""
        if self._exclude and self._matcher("", "", self._exclude, lambda pattern: "--exclude").match(path):
            return True
        config = self.of(path)
        if config is None or not config.exclude:
            return False
        where = partial(config.where, "exclude")
        return self._matcher(config.file, config.folder, config.exclude, where).match(path)

    def _matcher(self, key: str, folder: str, patterns: tuple[str, ...], where: Callable[[str], str]) -> Patterns:
        from .patterns import Patterns

        if key not in self._patterns:
            self._patterns[key] = Patterns(folder, patterns, where)
        return self._patterns[key]


def _named(file: str) -> Config:
    """A file that the user named. Raises UsageError."""
    from .config import parse

    found = parse(file, content(file), "")
    if found is None:
        raise UsageError(f"{file}: no [tool.vmlint] in it")
    return found


def _in_folder(folder: str) -> Config | None:
    """The configuration in a folder. Raises UsageError."""
    for name in (OWN, SHARED):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            shown = _shown(path)
            if os.path.islink(path) and not is_in_repository_of(folder, path):
                raise UsageError(f"{shown}: links out of the repository; --config FILE would name it")
            data = content(shown)
            if name == OWN or b"vmlint" in data:
                from .config import parse

                found = parse(shown, data, folder)
                if found is not None:
                    return found
    return None


def _shown(path: str) -> str:
    """A path as people see it from the working directory."""
    try:
        return os.path.relpath(path)
    except ValueError:  # on another drive
        return path
