"""`vmlint schema`: where the XML schemas are that editors can use."""

from __future__ import annotations

import os

from . import CLEAN

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

SCHEMAS = ("domain", "network")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which schema."""
    parser.add_argument("name", nargs="?", choices=SCHEMAS, help="default: both")


def run(options: argparse.Namespace) -> int:
    """Print a path for each schema asked for."""
    from ..data import data_path

    for name in [options.name] if options.name else SCHEMAS:
        print(os.path.normpath(data_path(f"schemas/{name}.xsd")))
    return CLEAN
