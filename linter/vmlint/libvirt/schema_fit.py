"""Whether a document that libxml2 found valid is also as the shapes say, in one walk."""

from __future__ import annotations

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
        if shape.vital and _lacks(element, parent, shape):
            found = Fit.LACKING
        if not len(element):
            if needed:
                return Fit.WRONG
            continue
        below = shape.below
        if closed or needed or shape.single:
            inner = {child.tag: child for child in element}
            if not (closed.isdisjoint(inner) and needed <= inner.keys()):
                return Fit.WRONG
            if len(inner) < len(element) and _doubled(element, shape.single):
                return Fit.WRONG
            if len(inner) == len(element):
                stack.extend([(inner[tag], element, below[tag]) for tag in inner if tag in below])
                continue
        if below:
            stack.extend([(child, element, below[tag]) for child in element if (tag := child.tag) in below])
    return found


def _lacks(element: _Element, parent: _Element, shape: Shape) -> bool:
    """Whether an element lacks something for want of which libvirt refuses it."""
    for is_attribute, name, when in shape.vital:
        found = element.get(name) if is_attribute else next(element.iterchildren(name), None)
        if found is None and all(_holds(condition, element, parent) for condition in when):
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


def _doubled(element: _Element, single: set[str]) -> bool:
    tags = [child.tag for child in element]
    return any(tags.count(tag) > 1 for tag in single.intersection(tags))
