"""The command line: finds the command, runs it, and makes an exit code of what it raises."""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import sys
from contextlib import suppress
from functools import partial

from . import __version__
from .commands import CLEAN, COMMANDS, FAILED, INTERRUPTED, UNREAD, arguments, load
from .discover import UsageError, own_mistake, reason
from .light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn, TextIO

HELP_WIDTH = 80
HELP = "; see vmlint --help"
ALONE = ("-h", "--help", "--version")
"""What may stand in the place of a command."""
COLLECT_AFTER = 50_000
"""Objects made before Python looks for circles of them to free: its own 700 would cost a tenth of a short run, in which
there is nothing to free."""


def entry() -> NoReturn:
    """What the installed command calls: runs vmlint and ends the process at once.

    To take everything apart first, an object at a time, is a tenth of a short run. What was to be done at exit is done;
    where there are threads, Python ends them.
    """
    code = main()
    if "threading" in sys.modules:
        sys.exit(code)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError):  # closed, or nobody reads it: whoever could be told has been
            stream.flush()
    os._exit(code)


def main(given: Sequence[str] | None = None) -> int:
    """Run vmlint; returns the exit code."""
    gc.set_threshold(COLLECT_AFTER)
    atexit.register(gc.freeze)  # the process ends: nothing is to be freed one by one
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    try:
        code = _run(sys.argv[1:] if given is None else list(given))
        sys.stdout.flush()
        sys.stderr.flush()
        return code
    except BrokenPipeError:  # the reader (head, less) has gone: nothing more to say, and nothing to say it to
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        return UNREAD


def _nowhere() -> TextIO:
    """What stands for an output that is closed (`>&-`)."""
    return open(os.devnull, "w", encoding="utf-8")


def _run(words: list[str]) -> int:
    """Do what the words ask for, and tell what goes wrong; returns the exit code. Raises BrokenPipeError."""
    try:
        options = _parse(words)
        code = load(options.command).run(options)
        sys.stdout.flush()  # which may fail as any other writing
        return code
    except SystemExit as end:  # of argparse, when it has printed help or the version
        return FAILED if end.code else CLEAN
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        return INTERRUPTED
    except UsageError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename}: {reason(error)}" if error.filename else reason(error))
    except Exception as error:
        if os.environ.get("VMLINT_TRACEBACK"):
            raise
        return _fail(own_mistake(error))


def _parse(words: list[str]) -> argparse.Namespace:
    """What the words ask for. Raises UsageError; SystemExit where it was to print help, as without any words."""
    if not words:
        make_parser().print_help(sys.stderr)
        raise SystemExit(FAILED)
    if words[0] not in (*COMMANDS, *ALONE):
        raise UsageError(_no_command(words[0]))
    options, unknown = make_parser(words[0] if words[0] in COMMANDS else None).parse_known_args(words)
    if unknown:
        raise UsageError(_not_taken(options.command, unknown[0]))
    return options


def _no_command(word: str) -> str:
    """What to say of a first word that is no command."""
    from .suggest import suggestion

    if word.startswith("-"):
        taking = next((command for command in COMMANDS if word in _options(command)), None)
        hint = f"; as in: vmlint {taking} {word}" if taking else HELP
        return f"vmlint takes no '{word}' before a command{hint}"
    if os.path.exists(word):
        return f"no command is called '{word}'; to check it: vmlint check {word}"
    return f"no command is called '{word}'{suggestion(word, COMMANDS) or HELP}"


def _not_taken(command: str, word: str) -> str:
    """What to say of a word that a command does not take."""
    from .suggest import suggestion

    hint = "; before options of QEMU's write --" if command == "argv" else f"; see vmlint {command} --help"
    return f"{command} takes no '{word}'{suggestion(word.partition('=')[0], _options(command)) or hint}"


def _options(command: str) -> list[str]:
    """The options that a command takes."""
    return [name for action in arguments(command) for name in action.option_strings]


class _Parser(argparse.ArgumentParser):
    """argparse's own, but for mistakes, which it tells below a screen of usage, and for the width of help: it would
    load shutil to ask the terminal, for every argument."""

    def __init__(self, prog: str, about: str) -> None:
        width = partial(argparse.HelpFormatter, width=HELP_WIDTH)
        super().__init__(prog=prog, description=about, formatter_class=width, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def make_parser(wanted: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands, or of only the wanted one, if it is known which that is."""
    parser = _Parser("vmlint", "Finds and fixes mistakes in libvirt XML and QEMU command lines.")
    parser.add_argument("--version", action="version", version=f"vmlint {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", prog="vmlint", dest="command")
    for name, about in COMMANDS.items():
        if wanted in (None, name):
            brief = about[:1].lower() + about[1:].rstrip(".")
            load(name).add_arguments(commands.add_parser(name, help=brief, about=about))
    return parser


def _fail(message: str) -> int:
    from .commands.outcome import complain

    complain(message)
    return FAILED
