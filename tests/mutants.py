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


Kind = Callable[[str, Element, list[Element], random.Random], "Mutant | None"]


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


def mutant(text: str, rng: random.Random, kinds: tuple[Kind, ...] | None = None) -> Mutant | None:
    """A random mistake in a text, of some kinds (FIRST_KINDS); None where the place it came to has room for none."""
    elements = [e for e in scan(text) if not e.top]
    if not elements:
        return None
    element = rng.choice(elements)
    return rng.choice(kinds or FIRST_KINDS)(text, element, elements, rng)


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


def _parent(element: Element, elements: list[Element]) -> Element | None:
    """The element around one; None if that is the outermost."""
    around = [other for other in elements if other.start < element.start and element.end < other.end]
    return max(around, key=lambda other: other.start, default=None)


def _doubled(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    """An element that stands twice: the second is the mistake."""
    new = text[: element.end] + text[element.start :]
    low, high = tag_name(text, element)
    shift = element.end - element.start
    return Mutant("doubled", new, low + shift, high + shift, "")


def _lifted(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    """An element moved behind the one around it."""
    around = _parent(element, elements)
    if around is None:
        return None
    moved = text[element.start : element.end]
    new = text[: element.start] + text[element.end : around.end] + moved + text[around.end :]
    low, high = tag_name(text, element)
    shift = around.end - element.end
    return Mutant("lifted", new, low + shift, high + shift, "")


def _lowered(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    """An element moved into the one before it."""
    before = [other for other in elements if other.end <= element.start and other.end > other.tag_end]
    beside = [other for other in before if _parent(other, elements) == _parent(element, elements)]
    if not beside:
        return None
    into = max(beside, key=lambda other: other.start)
    moved = text[element.start : element.end]
    new = text[: into.tag_end] + moved + text[into.tag_end : element.start] + text[element.end :]
    low, high = tag_name(text, element)
    shift = into.tag_end - element.start
    return Mutant("lowered", new, low + shift, high + shift, "")


def _without_child(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    """An element taken out: what is wrong is the one around it."""
    around = _parent(element, elements)
    if around is None:
        return None
    return Mutant("child removed", text[: element.start] + text[element.end :], *tag_name(text, around), "")


def _case(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    """A name of an element or attribute, or a word, in other case."""
    found = list(attributes(text, element))
    change = rng.choice((str.upper, str.title, str.swapcase))
    places = [(text.rindex(name, element.start, low), name) for name, low, _ in found]
    places += [(low, text[low:high]) for _, low, high in found if WORD.fullmatch(text[low:high])]
    if element.end == element.tag_end:
        low, high = tag_name(text, element)
        places.append((low, text[low:high]))
    places = [(start, word) for start, word in places if ":" not in word and change(word) != word]
    if not places:
        return None
    start, word = rng.choice(places)
    return Mutant("case", text[:start] + change(word) + text[start + len(word) :], start, start + len(word), word)


def _namespaced(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    """An attribute of another namespace: a new one, or one that is there."""
    start = tag_name(text, element)[1] + 1
    name = f"x:{rng.choice(ATTRIBUTE_NAMES)}"
    made = _insert(text, start, name, "='1'", "namespaced")
    space = " xmlns:x='urn:x'"
    at = made.end + len(made.value)
    return made._replace(text=made.text[:at] + space + made.text[at:])


def _swapped(text: str, element: Element, elements: list[Element], rng: random.Random) -> Mutant | None:
    """An attribute that stands in a sibling instead."""
    beside = [e for e in elements if e != element and _parent(e, elements) == _parent(element, elements)]
    found = list(attributes(text, element))
    if not beside or not found:
        return None
    other = rng.choice(beside)
    name, low, high = rng.choice(found)
    if ":" in name or any(name == known for known, _, _ in attributes(text, other)):
        return None
    start = text.rindex(name, element.start, low)
    written, at = f" {text[start : high + 1]}", tag_name(text, other)[1]
    if at < start:
        new = text[:at] + written + text[at : start - 1] + text[high + 1 :]
    else:
        new = text[: start - 1] + text[high + 1 : at] + written + text[at:]
        at -= len(written)
    return Mutant("swapped", new, at + 1, at + 1 + len(name), "", text[low - 2 : high + 1])


FIRST_KINDS: tuple[Kind, ...] = (
    _attribute,
    _element,
    _value,
    _misplaced,
    _moved_attribute,
    _added,
    _added_element,
    _removed,
    _number,
)
FURTHER_KINDS: tuple[Kind, ...] = (
    _doubled,
    _lifted,
    _lowered,
    _without_child,
    _case,
    _namespaced,
    _swapped,
)
NAMES_AND_WORDS: tuple[Kind, ...] = (_attribute, _element, _value)
