"""`vmlint schema`: where the schemas are that editors and programs can use."""

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
    "report": "report.schema.json",
    "upgrade-report": "upgrade-report.schema.json",
    "rule-list": "rule-list.schema.json",
    "target-list": "target-list.schema.json",
}
"""The files of the schemas: of libvirt's XML, of vmlint's configuration and rules, and of what it writes as JSON."""
XML = ("domain", "network")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which schema."""
    names = f"one of {', '.join(SCHEMAS)} (default: domain and network)"
    parser.add_argument("name", nargs="?", metavar="NAME", choices=[*SCHEMAS], help=names)


def run(options: argparse.Namespace) -> int:
    """Print a path for each schema asked for."""
    from ..data import data_path

    for name in [options.name] if options.name else XML:
        print(os.path.normpath(data_path(f"schemas/{SCHEMAS[name]}")))
    return CLEAN
