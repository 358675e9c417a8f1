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
from .commands import COMMANDS, FAILED, INTERRUPTED, load
from .discover import UsageError, own_mistake, reason
from .light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

HELP_WIDTH = 100
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run vmlint; returns the exit code."""
    gc.set_threshold(COLLECT_AFTER)
    atexit.register(gc.freeze)  # the process ends: nothing is to be freed one by one
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = make_parser(words[0] if words and words[0] in COMMANDS else None).parse_args(words)
    try:
        code = load(options.command).run(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader (head, less) has gone: nothing more to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
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


class _Parser(argparse.ArgumentParser):
    """argparse's own with a fixed width of help; else it would load shutil to ask the terminal, for every argument."""

    def __init__(self, prog: str, about: str) -> None:
        width = partial(argparse.HelpFormatter, width=HELP_WIDTH)
        super().__init__(prog=prog, description=about, formatter_class=width, allow_abbrev=False)


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
