"""Reporters: each writes a whole Report to a stream in one format. Adding one is a module and a line here."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in typing, which a run with nothing to lint must not load
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from ..model import Report, Rule

REPORTERS: dict[str, str] = {"text": "text", "concise": "concise", "json": "json_v1", "sarif": "sarif_v2"}
"""Name of each output format, and the module here that writes it."""


def write_report(name: str, report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write the report in the format `name`. `rules` are all that the report may refer to, by name."""
    import_module(f"{__name__}.{REPORTERS[name]}").write(report, rules, stream)
