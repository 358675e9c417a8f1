"""What there is to say when nothing was linted; loads little, for a run that ends there."""

from __future__ import annotations

from ..light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

from .printing import escape, put


def write_nothing(skipped: Iterable[tuple[str, str]], stream: TextIO, number: int = 0) -> None:
    """Each file that the user named and why there was nothing to lint in it. `number`: files looked at, if any."""
    for path, reason in skipped:
        put(stream, f"{escape(path)}: nothing to check: {escape(reason)}")
    where = f" in {number} file{'' if number == 1 else 's'}" if number else ""
    put(stream, f"No VM configuration found{where}.")
