"""JSON lines: each finding as a JSON object on a line of its own, as in the list of the JSON report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from ..model import Report, Rule
from .json_stream import JsonText
from .json_values import diagnostic_values


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write one line a diagnostic."""
    json = JsonText(stream)
    for diagnostic in report.diagnostics:
        stream.write(json.of(diagnostic_values(diagnostic)) + "\n")
