"""What a SARIF report says about the tool and its rules."""

from __future__ import annotations

from collections.abc import Sequence

import sarif_om as om

from .. import __version__
from ..model import Rule
from ..rulepage import HOME, plain_text, rule_help_text, rule_markdown, rule_url

DESCRIPTION_LIMIT = 1024  # GitHub's
PROBLEM_SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}


def tool(rules: Sequence[Rule]) -> om.Tool:
    """vmlint, and the rules that the results refer to by their place in this order."""
    driver = om.ToolComponent(
        name="vmlint",
        full_name=f"vmlint {__version__}",
        version=__version__,
        semantic_version=__version__,
        information_uri=HOME,
        rules=[_descriptor(rule) for rule in rules],
        notifications=_notification_descriptors(),
    )
    return om.Tool(driver=driver)


def sentence(text: str) -> str:
    """The text with a period at its end."""
    return text if text.endswith(".") else f"{text}."


def _descriptor(rule: Rule) -> om.ReportingDescriptor:
    url = rule_url(rule)
    return om.ReportingDescriptor(
        id=rule.name,
        name="".join(word.capitalize() for word in rule.name.split("-")),
        short_description=_text(plain_text(rule.summary)),
        full_description=_text(plain_text(rule.why)),
        help=om.MultiformatMessageString(
            text=rule_help_text(rule),
            markdown=rule_markdown(rule) + (f"\n[{rule.name} in the manual]({url})\n" if url else ""),
        ),
        help_uri=url or None,
        default_configuration=om.ReportingConfiguration(level=rule.severity),
        properties={
            "tags": [rule.topic],
            "precision": "high",
            "problem.severity": PROBLEM_SEVERITIES[rule.severity],
        },
    )


def _notification_descriptors() -> list[om.ReportingDescriptor]:
    """What notifications refer to by its place in this order."""
    return [
        om.ReportingDescriptor(
            id="cannot-check",
            name="CannotCheck",
            short_description=_text("A path could not be checked"),
            full_description=_text("A path could not be checked, so the results say nothing about it"),
            help=om.MultiformatMessageString(text="Mend what the message says, or leave the path out of the run."),
        ),
        om.ReportingDescriptor(
            id="results-left-out",
            name="ResultsLeftOut",
            short_description=_text("Results were left out"),
            full_description=_text("There are more results than GitHub takes in one file; the most severe are here"),
            help=om.MultiformatMessageString(text="Check fewer files in one run, or know old findings by a baseline."),
        ),
    ]


def _text(text: str) -> om.MultiformatMessageString:
    words = " ".join(text.split())
    if len(words) >= DESCRIPTION_LIMIT:
        words = words[: DESCRIPTION_LIMIT - 2].rstrip() + "…"
    return om.MultiformatMessageString(text=sentence(words))
