"""Turns the bytes of a file into a Document: one module an input, chosen by what the file holds.

A format is a module with `claims(path, head)` (is this file mine?) and `parse(path, data)` (its Document; raises
nothing on bad input), and its name in FORMATS.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from ..model import Document

FORMATS = ("xml", "shell")


class Format(Protocol):
    """What a module of this package offers."""

    def claims(self, path: str, head: bytes) -> bool:
        """Whether a file with this name and these first bytes is of this format."""

    def parse(self, path: str, data: bytes) -> Document:
        """What the file holds; bad input gives problems, not exceptions."""


def claim(path: str, head: bytes) -> Format | None:
    """The format of a file, or None where none knows it."""
    modules = (cast(Format, import_module(f".{name}", __package__)) for name in FORMATS)
    return next((module for module in modules if module.claims(path, head)), None)
