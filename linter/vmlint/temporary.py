"""What files are called that are to take another's place. A run that is killed may leave one behind."""

from __future__ import annotations

AROUND = (".vmlint-", ".tmp")
"""What stands before and after the 16 hexadecimal digits of such a name."""


def is_temporary(name: str) -> bool:
    """Whether a file is called so."""
    middle = name[len(AROUND[0]) : -len(AROUND[1])]
    return len(middle) == 16 and name == middle.join(AROUND) and not middle.strip("0123456789abcdef")
