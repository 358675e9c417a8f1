"""Where the data folders `rules/` and `schemas/` are, and what is in them.

The TOML files are the one source. To read them costs more than all else at the start of a run, so what they say is also
there as JSON: in a wheel, where `hatch_build.py` puts it, and in a checkout below `build/`, where it is made when it is
first needed. It counts only if it is whole and, in a checkout, was made of these very bytes; else the TOML files are
read, as if there were none. It lies with the code and is trusted like it: nothing is read from a folder that others can
write to.
"""

from __future__ import annotations

import os
import sys

from .light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType
    from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
COMPILED = "compiled"
"""The folder of the JSON."""


def _is_installed() -> bool:
    """Whether the data is beside the code, as in a wheel, and not at the top of a checkout."""
    return os.path.exists(os.path.join(HERE, "rules"))


def data_path(name: str) -> str:
    """Path of a data file or folder (`rules/facts`)."""
    return os.path.join(HERE if _is_installed() else CHECKOUT, *name.split("/"))


def compiled_path(name: str) -> str:
    """Path of the JSON called `name` (`rules/facts/releases`), there or not."""
    folder = os.path.join(HERE, COMPILED) if _is_installed() else os.path.join(CHECKOUT, "build", COMPILED)
    return os.path.join(folder, f"{name.replace('/', '.')}.json")


def read_toml(name: str) -> dict[str, Any]:
    """A TOML data file of ours. Raises OSError and tomllib.TOMLDecodeError."""
    path = data_path(name)
    tables: dict[str, Any] = compiled(name.removesuffix(".toml"), [path], lambda: parse_toml(path))
    return tables


def fact_files() -> list[str]:
    """The names of all TOML files with facts, for `read_toml`."""
    top = data_path("rules/facts")
    found = [os.path.join(folder, file) for folder, _, files in os.walk(top) for file in files]
    names = ["rules/facts/" + os.path.relpath(path, top).replace(os.sep, "/") for path in found]
    return sorted(name for name in names if name.endswith(".toml"))


def parse_toml(path: str) -> dict[str, Any]:
    """What the text of a TOML file says. Raises OSError and tomllib.TOMLDecodeError."""
    with open(path, "rb") as stream:
        tables: dict[str, Any] = toml_library().load(stream)
        return tables


def toml_library() -> ModuleType:
    """Python's own reader of TOML, or the package that became it."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib


def compiled(name: str, sources: Iterable[str], make: Callable[[], Any]) -> Any:
    """What `make` makes of some files: from the JSON called `name`, with lists for tuples, if it was made of these."""
    path = compiled_path(name)
    try:
        first, _, body = _read(path).partition(b"\n")
    except OSError:
        first = body = b""
    made_of, _, whole = first.partition(b" ")
    try:
        current = made_of if _is_installed() else _hash_of(sources)
    except OSError:
        return make()
    if made_of == current and whole == _hash([body]):
        import json

        return json.loads(body)
    value = make()
    if not _is_installed():
        _write(path, current, value)
    return value


def _read(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _hash_of(files: Iterable[str]) -> bytes:
    """What tells some files from others, by their names and all that is in them."""
    return _hash(part for path in files for part in (os.path.basename(path).encode(), _read(path)))


def _hash(parts: Iterable[bytes]) -> bytes:
    """What tells some bytes from others: Python's own hash of sources, by which it knows whether a .pyc is of them."""
    from importlib.util import source_hash

    return source_hash(b"".join(map(source_hash, parts))).hex().encode()


def _write(path: str, made_of: bytes, value: Any) -> None:
    """Keep what was made, where that is possible; who reads meanwhile gets the old file or the new one."""
    import json

    own = f"{path}.{os.getpid()}"
    try:
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(own, "wb") as stream:
            stream.write(b"%s %s\n%s" % (made_of, _hash([body]), body))
        os.replace(own, path)
    except (OSError, TypeError):  # a date is nothing that JSON can hold
        if os.path.exists(own):
            os.remove(own)
