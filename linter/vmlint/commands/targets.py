"""`vmlint targets`: the releases of distributions that --target and `vmlint upgrade` may name."""

from __future__ import annotations

import sys

from ..light_typing import TYPE_CHECKING
from . import CLEAN

if TYPE_CHECKING:
    import argparse

FORMATS = ("text", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How to print them."""
    parser.add_argument("--output-format", choices=FORMATS, default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    from ..reporters.target_list import write_json, write_text
    from ..targets import distributions, newest

    write = write_json if options.output_format == "json" else write_text
    write(list(distributions().values()), newest(), sys.stdout)
    return CLEAN
