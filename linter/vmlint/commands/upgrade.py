"""`vmlint upgrade`: which VMs will not start after an upgrade, and why."""

from __future__ import annotations

import sys

from ..discover import Search
from ..light_typing import TYPE_CHECKING
from ..reporters import UPGRADE_REPORTERS
from . import CLEAN, FAILED, FOUND
from .options import (
    STDIN,
    add_config_options,
    add_exclude_option,
    add_output_options,
    add_path_options,
    add_rule_options,
    configs,
    names,
    paths,
    stdin_name,
)
from .outcome import check_outputs, complain, write_outputs

if TYPE_CHECKING:
    import argparse

    from ..upgrade import UpgradeReport
    from ..upgrade_run import UpgradeRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Paths, the releases to go to and to come from, and what becomes of the report."""
    add_path_options(parser)
    releases = parser.add_argument_group("releases, as 'vmlint targets' lists them")
    to = "where the VMs are to run, such as debian-13; may be repeated; 'all': the newest of each"
    releases.add_argument("--to", metavar="TARGET", dest="targets", action="append", required=True, help=to)
    origin = "where they run now, to tell apart what is wrong there already"
    releases.add_argument("--from", metavar="TARGET", dest="origin", help=origin)
    add_rule_options(parser.add_argument_group("rules"))
    add_config_options(parser, own_rules=False)
    add_exclude_option(parser)
    add_output_options(parser, tuple(UPGRADE_REPORTERS))


def run(options: argparse.Namespace) -> int:
    """Judge and report; exit code 1 when something will not start."""
    from ..reporters import write_upgrade
    from ..targets import find, find_all
    from ..upgrade_run import UpgradeRun

    origin = find(options.origin) if options.origin else None
    upgrade = UpgradeRun(find_all(names(options.targets)), origin, names(options.select), names(options.ignore))
    check_outputs(options)
    report = _look(options, upgrade)
    write_outputs(options, lambda name, out, is_file: write_upgrade(name, report, out), sys.stdout)
    for failure in report.failures:
        complain(f"{failure.path}: {failure.reason}")
    if report.failures:
        return FAILED
    return FOUND if report.refused and not options.exit_zero else CLEAN


def _look(options: argparse.Namespace, upgrade: UpgradeRun) -> UpgradeReport:
    given = paths(options)
    if given != [STDIN]:
        search = Search(given, configs(options).excludes)
        for candidate in search:
            upgrade.look_at_file(*candidate)
        return upgrade.report(search)
    upgrade.look_at_bytes(stdin_name(options), sys.stdin.buffer.read())
    return upgrade.report()
