"""Where things are, in SARIF's words: URIs from the top of the repository, and regions of files."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import sarif_om as om

from ..source import Source, Span

ROOT_ID = "%SRCROOT%"
SNIPPET_LIMIT = 4096


def repository_root() -> str:
    """The nearest folder upward from the working directory that holds `.git`, else the working directory."""
    here = Path.cwd()
    return str(next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here))


class Places:
    """Makes locations; keeps what was found out about each path."""

    def __init__(self, root: str) -> None:
        self._root = os.path.join(os.path.realpath(root), "")
        self._artifacts: dict[str, om.ArtifactLocation] = {}
        self._folders: dict[str, str] = {}

    def artifact(self, path: str) -> om.ArtifactLocation:
        """The file at a path; relative to the root when it is inside."""
        found = self._artifacts.get(path)
        if found is None:
            found = self._artifacts[path] = self._artifact(path)
        return found

    def _artifact(self, path: str) -> om.ArtifactLocation:
        # Links are followed first, as code scanning cannot show a linked file; a link out of the root stays as named.
        for candidate in (self._real(path), os.path.abspath(path)):
            if candidate.startswith(self._root):
                relative = candidate[len(self._root) :].replace(os.sep, "/")
                return om.ArtifactLocation(uri=quote(os.fsencode(relative)), uri_base_id=ROOT_ID)
        return om.ArtifactLocation(uri=Path(os.path.abspath(path)).as_uri())

    def _real(self, path: str) -> str:
        """The path without links; asks about each folder once, as there may be many files in it."""
        if os.path.islink(path):
            return os.path.realpath(path)
        folder, name = os.path.split(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], name)

    def physical(self, source: Source, span: Span) -> om.PhysicalLocation:
        """A span of a file, and its text where that is short."""
        found = region(source, span)
        if 0 < span.end - span.start <= SNIPPET_LIMIT:
            found.snippet = om.ArtifactContent(text=source.decode(span.start, span.end))
        return om.PhysicalLocation(artifact_location=self.artifact(source.path), region=found)


def region(source: Source, span: Span) -> om.Region:
    """Lines, columns and bytes of a span."""
    start = source.position(span.start)
    end = source.position(span.end) if span.end > span.start else start
    return om.Region(
        start_line=start.line,
        start_column=start.column,
        end_line=end.line,
        end_column=end.column,
        byte_offset=span.start,
        byte_length=span.end - span.start,
    )
