"""Workflow commands, which GitHub shows as annotations beside the code.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
Of each kind GitHub shows the first ten of a step; SARIF has no such limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from ..model import Diagnostic, Report, Rule
from .printing import escape, put
from .root_paths import RootPaths, repository_root

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write one command a diagnostic, and one for each path that could not be checked."""
    paths = RootPaths(repository_root())
    for diagnostic in report.diagnostics:
        put(stream, _command(COMMANDS[diagnostic.severity], _where(diagnostic, paths), diagnostic.message))
    for failure in report.failures:
        where = {"file": paths.named(failure.path), "title": "vmlint"}
        put(stream, _command("error", where, f"Could not be checked: {failure.reason}"))


def _where(diagnostic: Diagnostic, paths: RootPaths) -> dict[str, object]:
    source, span = diagnostic.source, diagnostic.span
    start, end = source.position(span.start), source.position(span.end)
    where: dict[str, object] = {"file": paths.named(source.path), "line": start.line, "endLine": end.line}
    if start.line == end.line:  # GitHub has columns only within a line
        where.update(col=start.column, endColumn=end.column)
    return {**where, "title": f"vmlint: {diagnostic.rule}"}


def _command(name: str, where: Mapping[str, object], message: str) -> str:
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in where.items())
    return f"::{name} {properties}::{_data(message)}"


def _data(text: str) -> str:
    """The text as the runner reads it back; line ends and other controls are escaped for people already."""
    return escape(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
