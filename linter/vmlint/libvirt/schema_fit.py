"""Whether a document that libxml2 found valid is also as the shapes say, in one walk."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from ..light_typing import TYPE_CHECKING
from .schema_shape import ABSENT, NONE, Condition, Shape

if TYPE_CHECKING:
    from lxml.etree import _Element


class Fit(Enum):
    """What the schemas say of a document."""

    WRONG = "wrong"
    """It is not as the schemas say."""
    LACKING = "lacking"
    """It is, but libvirt refuses it for want of something all the same."""
    RIGHT = "right"


def fits(top: _Element, shape: Shape) -> Fit:
    """How an element that libxml2 found valid, and all below it, fit their shapes."""
    around = top.getparent()
    stack: list[tuple[_Element, _Element, Shape]] = [(top, top if around is None else around, shape)]
    found = Fit.RIGHT
    while stack:
        element, parent, shape = stack.pop()
        if shape.switches:
            ruled = _ruled(element, parent, shape)
            if ruled is None:
                return Fit.WRONG
            closed, needed = ruled
        else:
            closed, needed = NONE, shape.required
        children = list(element)
        tags = [child.tag for child in children]
        if shape.vital and found is Fit.RIGHT and _lacks(element, parent, shape, tags):
            found = Fit.LACKING
        if closed or needed or (tags and shape.single):
            present = set(tags)
            if not (closed.isdisjoint(present) and needed <= present):
                return Fit.WRONG
            if len(present) < len(tags) and any(tags.count(tag) > 1 for tag in shape.single.intersection(present)):
                return Fit.WRONG
        if tags and shape.below:
            below = shape.below
            stack.extend(
                [(child, element, below[tag]) for child, tag in zip(children, tags, strict=True) if tag in below]
            )
    return found


def _lacks(element: _Element, parent: _Element, shape: Shape, tags: Sequence[str]) -> bool:
    """Whether an element with children of these names lacks something for want of which libvirt refuses it."""
    for is_attribute, name, when in shape.vital:
        is_there = element.get(name) is not None if is_attribute else name in tags
        if not is_there and all(_holds(condition, element, parent) for condition in when):
            return True
    return False


def _holds(condition: Condition, element: _Element, parent: _Element) -> bool:
    above, attribute, values = condition
    return (parent if above else element).get(attribute, ABSENT) in values


def _ruled(element: _Element, parent: _Element, shape: Shape) -> tuple[frozenset[str], frozenset[str]] | None:
    """Children that an element may not, and must, have by what its switches say; None if its attributes are wrong."""
    closed, needed, names = NONE, shape.required, element.keys()
    for switch in shape.switches:
        value = (parent if switch.above else element).get(switch.attribute, ABSENT)
        not_names, not_tags, need_names, need_tags = switch.rulings.get(value) or switch.rule(value)
        if not_names and not not_names.isdisjoint(names):
            return None
        if need_names and not need_names.issubset(names):
            return None
        closed = closed | not_tags if not_tags else closed
        needed = needed | need_tags if need_tags else needed
    return closed, needed
