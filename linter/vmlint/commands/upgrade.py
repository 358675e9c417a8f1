"""`vmlint upgrade`: which VMs will not start after an upgrade, and why."""

from __future__ import annotations

import sys

from ..discover import Search, read_files
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
    add_search_options,
    configs,
    names,
    paths,
    spare_files,
    stdin_name,
)
from .outcome import check_outputs, complain, write_outputs
from .progress import shown_progress

if TYPE_CHECKING:
    import argparse

    from ..configs import Configs
    from ..settings import Settings
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
    add_config_options(parser)
    add_exclude_option(parser)
    add_search_options(parser)
    add_output_options(parser, tuple(UPGRADE_REPORTERS))
    parser.set_defaults(write_baseline=None)


def run(options: argparse.Namespace) -> int:
    """Judge and report; exit code 1 when something will not start."""
    from ..reporters import write_upgrade
    from ..targets import find, find_all
    from ..upgrade_run import UpgradeRun

    given = paths(options)
    spare_files(options, given)
    origin, found = find(options.origin) if options.origin else None, configs(options)
    upgrade = UpgradeRun(find_all(names(options.targets)), origin, _settings(options, found))
    check_outputs(options)
    report = _look(options, upgrade, found, given)
    color = options.color
    write_outputs(
        options, lambda name, out, is_file: write_upgrade(name, report, out, "never" if is_file else color), sys.stdout
    )
    for failure in report.failures:
        complain(f"{failure.path}: {failure.reason}")
    if report.failures:
        return FAILED
    return FOUND if report.refused and not options.exit_zero else CLEAN


def _settings(options: argparse.Namespace, found: Configs) -> Settings:
    from ..settings import Settings

    return Settings(
        select=names(options.select),
        ignore=names(options.ignore),
        networks=read_files(options.networks),
        configs=found,
        rules_extend=tuple(options.rules),
        outputs=tuple(file for _, file in options.output),
    )


def _look(options: argparse.Namespace, upgrade: UpgradeRun, found: Configs, given: list[str]) -> UpgradeReport:
    if given != [STDIN]:
        search = Search(given, found.excludes, options.force_exclude)
        upgrade.at_files(shown_progress(search), options.jobs)
        return upgrade.report(search)
    name, data = stdin_name(options), sys.stdin.buffer.read()
    if not options.force_exclude or not found.excludes(name):
        upgrade.at_bytes(name, data)
    return upgrade.report()
