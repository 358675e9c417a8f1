"""`vmlint config`: show the settings in force, and where each comes from."""

from __future__ import annotations

from ..light_typing import TYPE_CHECKING
from . import CLEAN
from .options import add_file_options, add_setting_options, configs, limits, names

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ..config import Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file whose settings are meant, and what counts more than its configuration."""
    path = "file or folder whose settings are shown (default: .)"
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help=path)
    add_setting_options(parser)
    add_file_options(parser)


def run(options: argparse.Namespace) -> int:
    """Print the settings as TOML that a configuration file may have, each with a comment that tells its origin."""
    import os

    from ..policy import Policies
    from ..reporters.printing import escape
    from ..settings import Settings

    select, ignore = names(options.select), names(options.ignore)
    found = configs(options)
    settings = Settings(options.qemu, options.libvirt, select, ignore, configs=found, baseline=options.baseline)
    settings = settings._replace(
        min_severity=options.min_severity,
        rules_extend=tuple(options.rules),
        target=names(options.target),
        **limits(options),
    )
    path = os.path.join(options.path, "") if os.path.isdir(options.path) else options.path
    Policies(settings).of(path)  # a mistake is told, as in a run
    for line in _lines(found.of(path), {**settings._asdict(), "exclude": tuple(options.exclude)}):
        print(escape(line))
    return CLEAN


def _lines(config: Config | None, given: dict[str, object]) -> Iterator[str]:
    from ..config import SETTINGS, in_force

    yield f"# configuration file: {config.file if config else 'none'}"
    values = in_force(config, given)
    table = ""
    for key, setting in SETTINGS.items():
        head, _, name = key.rpartition(".")
        if setting.is_table:
            head, name = key, ""
        if head != table:
            table = head
            yield from ("", f"[{table}]")
        if key not in values:
            yield _line(f"# {name or 'none'}", f"default: {setting.default}" if name else "default")
        elif config and setting.is_table:
            value = values[key].value
            yield from (_line(f"{_toml(name)} = {_toml(value[name])}", config.where(key, name)) for name in value)
        else:
            origins = [config.where(key)] if config and values[key].is_in_file else []
            origins += [values[key].option] if values[key].option else []
            yield _line(f"{name} = {_toml(values[key].value)}", ", ".join(origins))


def _line(words: str, origin: str) -> str:
    return f"{words:<40} # {origin}"


def _toml(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)
