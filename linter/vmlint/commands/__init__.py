"""The commands of vmlint. Adding one is a module here, with `add_arguments` and `run`, and a line in COMMANDS."""

from __future__ import annotations

from ..light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from typing import Protocol, cast

    class Command(Protocol):
        """What a module of a command holds."""

        def add_arguments(self, parser: argparse.ArgumentParser) -> None:
            """Say which arguments the command takes."""

        def run(self, options: argparse.Namespace) -> int:
            """Do it; returns the exit code. Raises discover.UsageError and OSError."""


COMMANDS = {
    "check": "Lint files and folders.",
    "argv": "Lint one QEMU command line as typed.",
    "merge": "Make one report of the JSON reports of several runs.",
    "upgrade": "Tell which VMs will not start after an upgrade, and why.",
    "targets": "List the releases of distributions that can be named.",
    "rule": "List rules by topic, or explain some.",
    "test-rules": "Hold rules of your own against their examples.",
    "config": "Show the settings in force, and where each comes from.",
    "completion": "Print what bash, zsh or fish need to complete vmlint's options.",
    "schema": "Print the path of a schema: of XML, of the configuration, of rules, or of a report in JSON.",
}
"""What each command does, in a sentence; its module has its name, with `_` for `-`."""

CLEAN, FOUND, FAILED, INTERRUPTED, UNREAD = 0, 1, 2, 130, 141
"""Exit codes: nothing at or above the threshold is left; findings are left, or a fix changed a file, or --diff shows
one; the work could not be done; Ctrl-C; nobody read the output to its end. The last two are those that a shell gives
for programs which signals end, as they do git: a report that was not read must not pass for a clean run."""


def load(name: str) -> Command:
    """The module of a command: a run needs only its own."""
    from importlib import import_module

    module = import_module(f".{name.replace('-', '_')}", __name__)
    return cast("Command", module) if TYPE_CHECKING else module


def arguments(name: str) -> list[argparse.Action]:
    """The options and arguments of a command."""
    import argparse

    parser = argparse.ArgumentParser()
    load(name).add_arguments(parser)
    return parser._actions
