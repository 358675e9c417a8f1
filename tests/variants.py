"""Random variants of valid documents, most of which are valid too: other order, more or fewer members, other values."""

from __future__ import annotations

import copy
import random
from collections import defaultdict
from collections.abc import Callable, Iterable

from lxml import etree

Key = tuple[str, str, str | None]


class Variants:
    """Makes variants out of what stands in elements of the same name and type elsewhere in some documents."""

    def __init__(self, roots: Iterable[etree._Element]) -> None:
        self._children: dict[Key, list[etree._Element]] = defaultdict(list)
        self._values: dict[Key, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for root in roots:
            for element in _elements(root):
                self._children[_key(element)].extend(element.iterchildren(etree.Element))
                for name, value in element.attrib.items():
                    self._values[_key(element)][str(name)].append(str(value))

    def vary(self, root: etree._Element, rng: random.Random) -> None:
        """Change up to four elements of a document, in place."""
        for _ in range(rng.randint(1, 4)):
            changes: tuple[Callable[[etree._Element, random.Random], None], ...] = (
                _reorder, _drop_child, _drop_attribute, self._add_child, self._set_attribute,
            )  # fmt: skip
            rng.choice(changes)(rng.choice(_elements(root)), rng)

    def _add_child(self, element: etree._Element, rng: random.Random) -> None:
        if known := self._children[_key(element)]:
            element.append(copy.deepcopy(rng.choice(known)))

    def _set_attribute(self, element: etree._Element, rng: random.Random) -> None:
        if known := self._values[_key(element)]:
            name = rng.choice(list(known))
            element.set(name, rng.choice(known[name]))


def _elements(root: etree._Element) -> list[etree._Element]:
    found = root.iter(etree.Element)
    return [element for element in found if next(element.iterancestors("metadata"), None) is None]


def _key(element: etree._Element) -> Key:
    around = element.getparent()
    return ("" if around is None else str(around.tag), str(element.tag), element.get("type"))


def _reorder(element: etree._Element, rng: random.Random) -> None:
    children = list(element)
    rng.shuffle(children)
    element.extend(children)


def _drop_child(element: etree._Element, rng: random.Random) -> None:
    if len(element):
        element.remove(rng.choice(list(element)))


def _drop_attribute(element: etree._Element, rng: random.Random) -> None:
    if element.attrib:
        del element.attrib[rng.choice(list(element.attrib))]
