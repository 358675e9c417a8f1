"""Patterns of paths as in `.gitignore`, held against paths from a folder on."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

from .discover import UsageError

MOST_STARS = 3
"""So many `*` between slashes, and so many `**`: the time to match grows with as high a power of the path's length."""
STARS = re.compile(r"\*+")


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
            if _takes_long(pattern):
                words = f"more than {MOST_STARS} '*' between slashes, or more than {MOST_STARS} '**'"
                raise UsageError(f"{where(pattern)}: '{pattern}' has {words}")
        self._spec = GitIgnoreSpec.from_lines(patterns)

    def match(self, path: str) -> bool:
        """Whether they mean a path, which ends with `/` if it is a folder; nothing outside the folder is meant."""
        full = os.path.abspath(path)
        if not full.startswith(self._folder):
            return False
        inside = full[len(self._folder) :].replace(os.sep, "/")
        return self._spec.match_file(f"{inside}/" if path.endswith("/") else inside)


def _takes_long(pattern: str) -> bool:
    """Whether a path can be made for which a pattern would take long to tell that it does not match."""
    parts = pattern.split("/")
    return parts.count("**") > MOST_STARS or any(len(STARS.findall(part)) > MOST_STARS for part in parts)
