"""Puts one mistake at a time into a valid document, and knows where it is."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from typing import NamedTuple

from vmlint.formats.xml_scan import Element, attributes, scan, tag_name

ATTRIBUTE_NAMES = (
    "type",
    "mode",
    "name",
    "bus",
    "cache",
    "port",
    "model",
    "file",
    "enabled",
    "state",
    "bogus",
    "speed",
)
ELEMENT_NAMES = ("address", "alias", "bogus", "driver", "memory", "model", "name", "option", "source", "target", "vcpu")
WORD = re.compile(r"[A-Za-z][A-Za-z_-]{2,}")


class Mutant(NamedTuple):
    """A text with one mistake at `start` to `end`, and the word that stood there before a misspelling.

    Where an attribute was put in that may be there, it is its value, which follows, that is the mistake.
    """

    kind: str
    text: str
    start: int
    end: int
    word: str
    value: str = ""


def misspell(word: str, rng: random.Random) -> str:
    """A word with one slip of the fingers."""
    at = rng.randrange(len(word))
    slips: list[Callable[[], str]] = [
        lambda: word[:at] + word[at + 1 :],
        lambda: word[:at] + word[at] + word[at:],
        lambda: word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        lambda: word[:at] + rng.choice(string.ascii_lowercase) + word[at + 1 :],
        lambda: word[:at] + rng.choice(string.ascii_lowercase) + word[at:],
        lambda: word[:at] + word[at].swapcase() + word[at + 1 :],
        word.lower,
        word.capitalize,
        lambda: word + "s",
    ]
    changed = rng.choice(slips)()
    return changed if changed and changed != word and re.match(r"[A-Za-z_]", changed) else word + word[-1]


def mutant(text: str, rng: random.Random) -> Mutant | None:
    """A random mistake in a text; None where the place it came to has room for none."""
    elements = [e for e in scan(text) if not e.top]
    if not elements:
        return None
    element = rng.choice(elements)
    kind = rng.choice(
        (_attribute, _element, _value, _misplaced, _moved_attribute, _added, _added_element, _removed, _number)
    )
    return kind(text, element, elements, rng)


def _attribute(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    found = list(attributes(text, element))
    if not found:
        return None
    name, low, _ = rng.choice(found)
    start = text.rindex(name, element.start, low)
    new = misspell(name, rng)
    if ":" in name or any(new == other for other, _, _ in found):
        return None
    return Mutant("attribute", text[:start] + new + text[start + len(name) :], start, start + len(new), name)


def _element(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    low, high = tag_name(text, element)
    name = text[low:high]
    if ":" in name:
        return None
    new = misspell(name, rng)
    body = text[high : element.end]
    if element.end > element.tag_end:
        body = body[: -len(name) - 1] + new + ">"
    return Mutant("element", text[:low] + new + body + text[element.end :], low, low + len(new), name)


def _value(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    found = [entry for entry in attributes(text, element) if WORD.fullmatch(text[entry[1] : entry[2]])]
    if not found:
        return None
    _, low, high = rng.choice(found)
    word = text[low:high]
    new = misspell(word, rng)
    return Mutant("value", text[:low] + new + text[high:], low, low + len(new), word)


def _misplaced(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    target = rng.choice(elements)
    if element.start <= target.start < element.end or target.end == target.tag_end:
        return None
    moved = text[element.start : element.end]
    after = text[: target.tag_end] + moved + text[target.tag_end :]
    start = target.tag_end
    cut = element.start + (len(moved) if element.start >= start else 0)
    after = after[:cut] + after[cut + len(moved) :]
    start -= len(moved) if element.start < start else 0
    return Mutant("misplaced", after, start + 1, tag_name(moved, Element(0, 0, 0, False))[1] + start, "")


def _added(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    name = rng.choice(ATTRIBUTE_NAMES)
    if any(name == other for other, _, _ in attributes(text, element)):
        return None
    return _insert(text, tag_name(text, element)[1] + 1, name, "='1'", "added")


def _insert(text: str, start: int, name: str, value: str, kind: str) -> Mutant:
    """An attribute put in just after the name of an element."""
    new = f"{text[: start - 1]} {name}{value}{text[start - 1 :]}"
    return Mutant(kind, new, start, start + len(name), "", value)


def _moved_attribute(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    """An attribute that stands in another element of the document."""
    found = list(attributes(text, rng.choice(elements)))
    if not found:
        return None
    name, low, high = rng.choice(found)
    if ":" in name or any(name == other for other, _, _ in attributes(text, element)):
        return None
    return _insert(text, tag_name(text, element)[1] + 1, name, f"={text[low - 1]}{text[low : high + 1]}", "moved")


def _added_element(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    if element.end == element.tag_end:
        return None
    name = rng.choice(ELEMENT_NAMES)
    new = f"{text[: element.tag_end]}<{name}/>{text[element.tag_end :]}"
    start = element.tag_end + 1
    return Mutant("added element", new, start, start + len(name), "")


def _removed(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    """An attribute taken out: what is wrong is the element."""
    found = list(attributes(text, element))
    if not found:
        return None
    name, low, high = rng.choice(found)
    start = text.rindex(name, element.start, low)
    return Mutant("removed", text[:start] + text[high + 1 :], *tag_name(text, element), "")


def _number(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    """A number that is none any more."""
    found = [entry for entry in attributes(text, element) if text[entry[1] : entry[2]].isdecimal()]
    if not found:
        return None
    _, low, high = rng.choice(found)
    new = rng.choice(("-1", "many", text[low:high] + "x", "", "1.5"))
    return Mutant("number", text[:low] + new + text[high:], low, low + len(new), "")
