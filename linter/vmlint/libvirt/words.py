"""How much two words differ, to tell a slip of the hand from another word."""

from __future__ import annotations


def one_letter_apart(one: str, other: str) -> bool:
    """Whether two words differ in at most one letter: another, one too many, or one too few."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]
