"""`vmlint rule`: list rules by topic, or explain some."""

from __future__ import annotations

import sys

from ..light_typing import TYPE_CHECKING
from . import CLEAN
from .options import add_config_options, configs

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from ..model import Rule

FORMATS = ("text", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The names of rules or topics, and how to print what there is to say."""
    names = "a rule to explain, or a topic whose rules are listed (default: list all)"
    parser.add_argument("rule", nargs="*", metavar="NAME", help=names)
    parser.add_argument("--output-format", choices=FORMATS, default="text", help="default: text")
    add_config_options(parser)
    parser.set_defaults(exclude=[])


def run(options: argparse.Namespace) -> int:
    """Print the list, or the page of each rule that is named."""
    from ..choice import named_rules
    from ..policy import Policies
    from ..reporters.rule_list import write_json
    from ..settings import Settings

    rules = Policies(Settings(configs=configs(options), rules_extend=tuple(options.rules))).rules
    named = [sorted(named_rules([name], rules)) for name in options.rule] or [[*rules]]
    if options.output_format == "json":
        write_json([rules[name] for names in named for name in names], sys.stdout)
    else:
        _write_text(options.rule, rules)
    return CLEAN


def _write_text(names: list[str], rules: Mapping[str, Rule]) -> None:
    from ..reporters.printing import escape, put
    from ..reporters.rule_list import write_text
    from ..rulepage import rule_markdown

    for name in names:
        if name in rules:
            for line in rule_markdown(rules[name]).split("\n"):
                put(sys.stdout, "\t".join(map(escape, line.split("\t"))))
        else:
            write_text([rule for rule in rules.values() if rule.topic == name], sys.stdout)
    if not names:
        write_text([*rules.values()], sys.stdout)
        put(sys.stdout, f"{len(rules)} rules; 'vmlint rule NAME' explains one, 'vmlint rule TOPIC' lists a topic.")
