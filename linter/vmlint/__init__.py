"""vmlint: a static analyser and fixer for libvirt XML and QEMU command lines.

The library is three functions, which read and never write:

    >>> import vmlint
    >>> report = vmlint.check_argv(["qemu-system-x86_64", "-serial", "tcp::4444,server,nowait"])
    >>> [diagnostic.rule for diagnostic in report.diagnostics]
    ['short-boolean', 'short-boolean']
"""

from __future__ import annotations

from os import PathLike, fspath

from .light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .model import Report

__version__ = "0.1.0"


def check_paths(  # noqa: PLR0913  # all but one have names
    paths: str | PathLike[str] | Iterable[str | PathLike[str]], *, qemu: str | None = None, libvirt: str | None = None,
    select: Iterable[str] = (), ignore: Iterable[str] = (), networks: Iterable[str | PathLike[str]] = (),
    targets: Iterable[str] = (),
) -> Report:  # fmt: skip
    """Lint files and folders.

    `qemu` and `libvirt` are PEP 440 specifier sets (`>=6.2,<11`); default: the newest release. `targets` are names of
    releases of distributions (`debian-13`), which mean a QEMU and a libvirt; `qemu` and `libvirt` go before them.
    `networks`: files with the XML of networks that domains name; those among `paths` are found without that, and count
    less.
    What cannot be read is in the report's `failures`. Raises `discover.UsageError` for an unknown rule or a bad
    specifier set.
    """
    from .discover import Search, read_files
    from .run import Run
    from .settings import Settings

    given = read_files(fspath(path) for path in networks)
    run = Run(Settings(qemu, libvirt, tuple(select), tuple(ignore), networks=given, target=tuple(targets)))
    search = Search([fspath(path) for path in ([paths] if isinstance(paths, (str, PathLike)) else paths)])
    for candidate in search:
        run.at_file(*candidate)
    return run.report(search)


def check_text(  # noqa: PLR0913  # all but two have names
    text: str | bytes, path: str = "<text>", *, qemu: str | None = None, libvirt: str | None = None,
    select: Iterable[str] = (), ignore: Iterable[str] = (), networks: Iterable[str | bytes] = (),
    targets: Iterable[str] = (),
) -> Report:  # fmt: skip
    """Lint the content of a file; `path` is its name, which helps to tell what it is. Raises as check_paths.

    `networks`: the XML of networks that the domains in it name.
    """
    from .formats.xml import encode
    from .run import Run
    from .settings import Settings

    given = (("<network>", xml if isinstance(xml, bytes) else encode(xml)) for xml in networks)
    settings = Settings(qemu, libvirt, tuple(select), tuple(ignore), networks=tuple(given), target=tuple(targets))
    run = Run(settings)
    run.at_bytes(path, text if isinstance(text, bytes) else encode(text))
    return run.report()


def check_argv(
    argv: Sequence[str], *, qemu: str | None = None, libvirt: str | None = None,
    select: Iterable[str] = (), ignore: Iterable[str] = (), targets: Iterable[str] = (),
) -> Report:  # fmt: skip
    """Lint one QEMU command line; spans refer to its words joined as for a shell.

    Words that run no QEMU are in the report's `failures`. Raises as check_paths; TypeError where `argv` is one text.
    """
    if isinstance(argv, (str, bytes)) or not all(isinstance(word, str) for word in argv):
        raise TypeError("argv must be a sequence of words of type str; shlex.split makes one of a text")
    from .run import Run
    from .settings import Settings

    run = Run(Settings(qemu, libvirt, tuple(select), tuple(ignore), target=tuple(targets)))
    run.at_argv(argv)
    return run.report()
