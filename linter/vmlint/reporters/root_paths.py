"""Paths as services name files: from the top of the repository."""

from __future__ import annotations

import os
from pathlib import Path


def repository_root() -> str:
    """The nearest folder upward from the working directory that holds `.git`, else the working directory."""
    here = Path.cwd()
    return str(next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here))


class RootPaths:
    """Paths from a folder on; keeps what was found out about each."""

    def __init__(self, root: str) -> None:
        self._root = os.path.join(os.path.realpath(root), "")
        self._found: dict[str, str | None] = {}
        self._folders: dict[str, str] = {}

    def inside(self, path: str) -> str | None:
        """The path from the root on, with `/` between its parts; None if it is not inside."""
        if path not in self._found:
            self._found[path] = self._inside(path)
        return self._found[path]

    def named(self, path: str) -> str:
        """The path from the root on, or as it is if it is not inside."""
        return self.inside(path) or path

    def _inside(self, path: str) -> str | None:
        # Links are followed first, as code scanning cannot show a linked file; a link out of the root stays as named.
        for candidate in (self._real(path), os.path.abspath(path)):
            if candidate.startswith(self._root):
                return candidate[len(self._root) :].replace(os.sep, "/")
        return None

    def _real(self, path: str) -> str:
        """The path without links; asks about each folder once, as there may be many files in it."""
        if os.path.islink(path):
            return os.path.realpath(path)
        folder, name = os.path.split(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], name)
