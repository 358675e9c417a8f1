"""How much two words differ, to tell a slip of the hand from another word."""

from __future__ import annotations


def one_letter_apart(one: str, other: str) -> bool:
    """Whether two words differ in at most one letter: another, one too many, or one too few."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]


def folded(name: str) -> str:
    """A word without what is easily mixed up in the names of the format: case, and which dash."""
    return name.lower().replace("-", "_")


def one_slip(one: str, other: str) -> bool:
    """Whether two words differ, but for case, by one letter, or by two letters that changed places."""
    one, other = folded(one), folded(other)
    return one_letter_apart(one, other) or _swapped(one, other)


def _swapped(one: str, other: str) -> bool:
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return one[:at] + one[at : at + 2][::-1] + one[at + 2 :] == other
