"""What there is to say when nothing was linted; loads little, for a run that ends there."""

from __future__ import annotations

from ..light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

from .printing import escape, put


def write_nothing(skipped: Iterable[tuple[str, str]], stream: TextIO) -> None:
    """Each file that the user named and why there was nothing to lint in it."""
    for path, reason in skipped:
        put(stream, f"{escape(path)}: nothing to check: {escape(reason)}")
    put(stream, "No VM configuration found.")
