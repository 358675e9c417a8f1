"""What the tests of values share: a value's spans and edits held against the file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from vmlint.fixer import apply
from vmlint.formats import xml
from vmlint.formats.xml_node import XmlNode
from vmlint.model import Document, Node
from vmlint.qemu.commandline import CommandNode
from vmlint.source import Edit, Value

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])

Chunk = tuple[str, str]
"""Characters as they stand in a file, and what they mean."""


def nodes(document: Document) -> Iterator[Node]:
    stack = list(reversed(document.roots))
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def check_edits(data: bytes, value: Value, edits: tuple[Edit, ...]) -> bytes:
    """The file after some edits, which must be in order, apart, and inside the value."""
    start, end = value.pieces[0].start, value.pieces[-1].end
    assert all(start <= edit.start <= edit.end <= end for edit in edits)
    assert all(first.end <= second.start for first, second in pairwise(edits))
    return apply(data, edits)


def check_spans(value: Value) -> None:
    """Characters stand one after another, and a range from the start of its first to the end of its last."""
    singles = [value.span(at, at + 1) for at in range(len(value.text))]
    assert all(first.end <= second.start for first, second in pairwise(singles))
    for low, first in enumerate(singles):
        for high, last in enumerate(singles[low:], low + 1):
            assert value.span(low, high) == (first.start, last.end)


NEW = st.text(st.sampled_from([*"ab,&<>'\"]=/ \t\n\r;#", "é", "€", "あ", "\U0001f600"]), max_size=5)


def xml_values(document: Document) -> list[Value]:
    found = []
    for node in nodes(document):
        if isinstance(node, XmlNode):
            found += [value for name in node.element.attrib if (value := node.value(str(name)))]
            found.append(node.text)
        else:
            found += [value for name in ("name", "value") if (value := node.value(name))]
            found += node.words if isinstance(node, CommandNode) else []
    return found


def check_replaced(data: bytes, document: Document, value: Value, edits: tuple[Edit, ...], expected: str) -> None:
    before = [expected if other.span() == value.span() else other.text for other in xml_values(document)]
    after = xml.parse("x.xml", check_edits(data, value, edits))
    assert not after.problems
    assert [other.text for other in xml_values(after)] == before
