"""Where the data folders `rules/` and `schemas/` are, and TOML."""

from __future__ import annotations

import os
import sys
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["data_path", "read_toml", "tomllib"]
HERE = os.path.dirname(os.path.abspath(__file__))


def data_path(name: str) -> str:
    """Path of a data file or folder (`rules/facts`): beside the code in a wheel, at the top of a checkout."""
    inside = os.path.join(HERE, *name.split("/"))
    if os.path.exists(inside):
        return inside
    return os.path.join(os.path.dirname(os.path.dirname(HERE)), *name.split("/"))


def read_toml(name: str) -> dict[str, Any]:
    """A TOML data file of ours. Raises OSError and tomllib.TOMLDecodeError."""
    with open(data_path(name), "rb") as stream:
        return tomllib.load(stream)
