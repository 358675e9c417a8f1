"""Patterns of paths as in `.gitignore`, held against paths from a folder on."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from .discover import UsageError


class Patterns:
    """Some patterns; later ones count more, and `!` takes back. `where`: tells where one was written."""

    def __init__(self, folder: str, patterns: Sequence[str], where: Callable[[str], str]) -> None:
        """Raises UsageError for a text that is no pattern."""
        from pathspec import GitIgnoreSpec

        self._folder = os.path.join(os.path.abspath(folder), "")
        for pattern in patterns:
            try:
                GitIgnoreSpec.from_lines([pattern])
            except ValueError as error:
                raise UsageError(f"{where(pattern)}: '{pattern}' is not a pattern as in .gitignore") from error
        self._spec = GitIgnoreSpec.from_lines(patterns)

    def match(self, path: str) -> bool:
        """Whether they mean a path, which ends with `/` if it is a folder; nothing outside the folder is meant."""
        full = os.path.abspath(path)
        if not full.startswith(self._folder):
            return False
        inside = full[len(self._folder) :].replace(os.sep, "/")
        return self._spec.match_file(f"{inside}/" if path.endswith("/") else inside)
