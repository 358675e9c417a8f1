"""What someone may have meant who wrote a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable


def suggestion(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'X'?` with the known name most like it, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), 1)
    return f"; did you mean '{close[0]}'?" if close else ""
