"""`vmlint rule`: explain a rule, or list all."""

from __future__ import annotations

import sys

from ..light_typing import TYPE_CHECKING
from . import CLEAN
from .options import add_config_options, configs

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The name of a rule or topic."""
    parser.add_argument("rule", nargs="?", metavar="NAME", help="a rule or a topic (default: list all rules)")
    add_config_options(parser)
    parser.set_defaults(exclude=[])


def run(options: argparse.Namespace) -> int:
    """Print the list, or the page of each rule that the name means."""
    from ..choice import named_rules
    from ..policy import Policies
    from ..reporters.printing import escape, put
    from ..rulepage import rule_markdown
    from ..settings import Settings

    rules = Policies(Settings(configs=configs(options), rules_extend=tuple(options.rules))).rules
    if options.rule is None:
        width = max(map(len, rules))
        for rule in rules.values():
            fix = "fix" if rule.fixable else "   "
            put(sys.stdout, escape(f"{rule.name:{width}}  {rule.severity:7}  {fix}  {rule.summary}"))
        return CLEAN
    for name in sorted(named_rules([options.rule], rules)):
        for line in rule_markdown(rules[name]).split("\n"):
            put(sys.stdout, "\t".join(map(escape, line.split("\t"))))
    return CLEAN
