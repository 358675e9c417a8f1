"""GitLab's code quality report, which it shows in merge requests.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from ..model import Diagnostic, Report, Rule
from .fingerprints import identities
from .json_stream import JsonText
from .root_paths import RootPaths, repository_root

SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write all diagnostics as one list."""
    paths = RootPaths(repository_root())
    fingerprints = identities(report.diagnostics, paths.named)
    issues = [_issue(*pair, paths) for pair in zip(report.diagnostics, fingerprints, strict=True)]
    stream.write(JsonText(stream, indent=2).of(issues) + "\n")


def _issue(diagnostic: Diagnostic, fingerprint: str, paths: RootPaths) -> dict[str, object]:
    source, span = diagnostic.source, diagnostic.span
    lines = {"begin": source.position(span.start).line, "end": source.position(span.end).line}
    return {
        "description": diagnostic.message,
        "check_name": diagnostic.rule,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[diagnostic.severity],
        "location": {"path": paths.named(source.path), "lines": lines},
    }
