"""Reporters: each writes a whole Report, or an UpgradeReport, to a stream in one format.

Adding one is a module and a line here.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in typing, which a run with nothing to lint must not load
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from ..model import Report, Rule
    from ..upgrade import UpgradeReport

REPORTERS: dict[str, str] = {"text": "text", "concise": "concise", "json": "json_v1", "sarif": "sarif_v2"}
"""Name of each output format, and the module here that writes it."""

UPGRADE_REPORTERS: dict[str, str] = {
    "text": "upgrade_text",
    "json": "upgrade_json",
    "markdown": "upgrade_markdown",
    "html": "upgrade_html",
}
"""The same for `vmlint upgrade`."""


def write_report(name: str, report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write the report in the format `name`. `rules` are all that the report may refer to, by name."""
    import_module(f"{__name__}.{REPORTERS[name]}").write(report, rules, stream)


def write_upgrade(name: str, report: UpgradeReport, stream: TextIO) -> None:
    """Write the report of `vmlint upgrade` in the format `name`."""
    import_module(f"{__name__}.{UPGRADE_REPORTERS[name]}").write(report, stream)
