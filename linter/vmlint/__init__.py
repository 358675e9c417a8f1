"""vmlint: a static analyser and fixer for libvirt XML and QEMU command lines.

The library is three functions, which read and never write:

    >>> import vmlint
    >>> report = vmlint.check_argv(["qemu-system-x86_64", "-serial", "tcp::4444,server,nowait"])
    >>> [diagnostic.rule for diagnostic in report.diagnostics]
    ['short-boolean', 'short-boolean']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .model import Report

__version__ = "0.1.0"


def check_paths(
    paths: Iterable[str], *, qemu: str | None = None, libvirt: str | None = None,
    select: Iterable[str] = (), ignore: Iterable[str] = (),
) -> Report:  # fmt: skip
    """Lint files and folders.

    `qemu` and `libvirt` are PEP 440 specifier sets (`>=6.2,<11`); default: the newest release.
    What cannot be read is in the report's `failures`. Raises ValueError for an unknown rule or a bad specifier set.
    """
    from .run import Linter, Settings, Tally

    tally, linter = Tally(), Linter(Settings(qemu, libvirt, tuple(select), tuple(ignore)))
    for path in paths:
        tally.lint_path(linter, path)
    return tally.report()


def check_text(
    text: str | bytes, path: str = "<text>", *, qemu: str | None = None, libvirt: str | None = None,
    select: Iterable[str] = (), ignore: Iterable[str] = (),
) -> Report:  # fmt: skip
    """Lint the content of a file; `path` is its name, which helps to tell what it is. Raises as check_paths."""
    from .run import Linter, Settings, Tally

    tally, linter = Tally(), Linter(Settings(qemu, libvirt, tuple(select), tuple(ignore)))
    tally.lint_bytes(linter, path, text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text)
    return tally.report()


def check_argv(
    argv: Sequence[str], *, qemu: str | None = None, libvirt: str | None = None,
    select: Iterable[str] = (), ignore: Iterable[str] = (),
) -> Report:  # fmt: skip
    """Lint one QEMU command line; spans refer to its words joined as for a shell. Raises as check_paths."""
    from .run import Linter, Settings, Tally

    tally, linter = Tally(), Linter(Settings(qemu, libvirt, tuple(select), tuple(ignore)))
    tally.lint_argv(linter, argv)
    return tally.report()
