"""How often each rule found something, in place of the findings themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TextIO

from ..model import Report, Rule
from .printing import escape, put
from .summary import summary


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write one line a rule, the most frequent first: the number, the severity, the rule and what it finds."""
    counts = Counter((diagnostic.rule, diagnostic.severity) for diagnostic in report.diagnostics)
    digits = max((len(str(count)) for count in counts.values()), default=0)
    width = max((len(name) for name, _ in counts), default=0)
    for (name, severity), count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        put(stream, f"{count:{digits}}  {severity:7}  {name:{width}}  {escape(rules[name].summary)}")
    for sentence in summary(report):
        put(stream, sentence)
