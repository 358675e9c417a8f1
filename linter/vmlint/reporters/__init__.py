"""Reporters: each writes a whole Report, or an UpgradeReport, to a stream in one format.

Adding one is a module and a line here.
"""

from __future__ import annotations

from importlib import import_module

from ..light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TextIO

    from ..model import Diagnostic, Report, Rule
    from ..upgrade import UpgradeReport

REPORTERS: dict[str, str] = {
    "text": "text",
    "concise": "concise",
    "json": "json_v1",
    "json-lines": "json_lines",
    "sarif": "sarif_v2",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "checkstyle": "checkstyle",
}
"""Name of each output format, and the module here that writes it."""
FOR_PEOPLE = ("text", "concise")
"""Those that are read as they are, of which a short way out knows."""
PAINTED = ("text",)
"""Those that have colour."""
CATEGORIZED = ("sarif",)
"""Those of which a service may have several of one commit, told apart by a name."""
CATEGORY = "vmlint"
"""That name where nobody gives one."""

UPGRADE_REPORTERS: dict[str, str] = {
    "text": "upgrade_text",
    "json": "upgrade_json",
    "markdown": "upgrade_markdown",
    "html": "upgrade_html",
}
"""The same for `vmlint upgrade`."""


def write_report(
    name: str, report: Report, rules: Mapping[str, Rule], stream: TextIO, color: str = "auto", category: str = CATEGORY
) -> str | None:
    """Write the report in the format `name`. `rules` are all that the report may refer to, by name; `color`: `always`,
    `never`, or `auto` for a terminal; `category`: what a service calls these results, where it has others too.

    Returns what to tell the user about the report, if there is anything.
    """
    module = import_module(f"{__name__}.{REPORTERS[name]}")
    more = [color] if name in PAINTED else [category] if name in CATEGORIZED else []
    remark: str | None = module.write(report, rules, stream, *more)
    return remark


def write_findings(
    name: str, diagnostics: Iterable[Diagnostic], rules: Mapping[str, Rule], stream: TextIO, color: str = "auto"
) -> None:
    """Write some findings as a report for people (FOR_PEOPLE) begins, of which the rest is to follow."""
    import_module(f"{__name__}.{REPORTERS[name]}").write_findings(diagnostics, rules, stream, color)


def write_upgrade(name: str, report: UpgradeReport, stream: TextIO, color: str = "auto") -> None:
    """Write the report of `vmlint upgrade` in the format `name`; `color` as for write_report."""
    module = import_module(f"{__name__}.{UPGRADE_REPORTERS[name]}")
    module.write(report, stream, *([color] if name in PAINTED else []))
