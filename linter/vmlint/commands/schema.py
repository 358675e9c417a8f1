"""`vmlint schema`: where the schemas are that editors can use."""

from __future__ import annotations

import os

from ..light_typing import TYPE_CHECKING
from . import CLEAN

if TYPE_CHECKING:
    import argparse

SCHEMAS = {
    "domain": "domain.xsd",
    "network": "network.xsd",
    "config": "vmlint.schema.json",
    "rules": "rules.schema.json",
}
"""The files of the schemas: of libvirt's XML, and of vmlint's configuration and rules."""
XML = ("domain", "network")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which schema."""
    parser.add_argument("name", nargs="?", choices=[*SCHEMAS], help="default: domain and network")


def run(options: argparse.Namespace) -> int:
    """Print a path for each schema asked for."""
    from ..data import data_path

    for name in [options.name] if options.name else XML:
        print(os.path.normpath(data_path(f"schemas/{SCHEMAS[name]}")))
    return CLEAN
