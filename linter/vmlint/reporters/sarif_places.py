"""Where things are, in SARIF's words: URIs from the top of the repository, and regions of files."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import sarif_om as om

from ..source import Source, Span
from .root_paths import RootPaths

ROOT_ID = "%SRCROOT%"
SNIPPET_LIMIT = 4096


class Places:
    """Makes locations; keeps what was found out about each path."""

    def __init__(self, root: str) -> None:
        self._paths = RootPaths(root)
        self._artifacts: dict[str, om.ArtifactLocation] = {}

    def artifact(self, path: str) -> om.ArtifactLocation:
        """The file at a path; relative to the root when it is inside."""
        found = self._artifacts.get(path)
        if found is None:
            inside = self._paths.inside(path)
            found = self._artifacts[path] = (
                om.ArtifactLocation(uri=quote(os.fsencode(inside)), uri_base_id=ROOT_ID)
                if inside is not None
                else om.ArtifactLocation(uri=Path(os.path.abspath(path)).as_uri())
            )
        return found

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
