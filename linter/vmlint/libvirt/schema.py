"""Whether a domain or network is as schemas/*.xsd say: libxml2's verdict, and what XSD 1.0 has no words for.

Both run on every document, so both are quick; what is wrong with one that fails is found by `schema_explain`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ..data import data_path
from ..light_typing import TYPE_CHECKING, cast
from ..model import Node
from .schema_fit import Fit, fits
from .schema_shape import shapes_of

if TYPE_CHECKING:
    from typing import Any

    from lxml.etree import XMLParser, XMLSchema, _Element

NETWORK, DOMAIN = "network", "domain"
WHOLE = {DOMAIN: ("name", "os"), NETWORK: ("name",)}
"""What libvirt defines nothing without: a domain that lacks it is a part of one, and more may be missing in it."""
SMALL = 40_000
"""In fewer bytes there are no 10,000 elements: each takes `<a/>` at least."""
DESCRIBED = (12, 8)
"""The release of libvirt that schemas/ describe: nothing in them is too new for it."""


def schema_name(root: Node) -> str:
    """Which of the schemas is about a document."""
    return NETWORK if root.name == NETWORK else DOMAIN


def is_whole(root: Node) -> bool:
    """Whether a document is one that libvirt could define, and not a part of one."""
    return all(root.child(name) for name in WHOLE[schema_name(root)])


def schema_path(name: str) -> str:
    """The file of the schema called `domain` or `network`."""
    return data_path(f"schemas/{name}.xsd")


def is_valid(root: Node, size: int = SMALL) -> bool:
    """Whether a domain or network, in a file of so many bytes, is as its schema says; see `judge`."""
    return judge(root, size) != Fit.WRONG


def judge(root: Node, size: int = SMALL) -> Fit:
    """What the schema says of a domain or network in a file of so many bytes.

    A part that a template fills in counts as written.
    """
    name = schema_name(root)
    if not _is_valid(verdict(name), root.element, size):
        return Fit.WRONG
    return fits(root.element, shapes_of(name)[name.capitalize()])


def is_part_right(name: str, type_: str, part: _Element) -> bool:
    """Whether an element inside a document is as one of the complex types of the schema says, and lacks nothing."""
    is_valid = _is_valid(part_verdict(name, type_, str(part.tag)), part, SMALL)
    return is_valid and fits(part, shapes_of(name)[type_]) == Fit.RIGHT


def _is_valid(schema: XMLSchema, element: _Element, size: int) -> bool:
    """libxml2's verdict on an element that is written in so many bytes, or in more if that is at least SMALL.

    lxml remembers for each error where in the tree it is, for which libxml2 counts all elements before it: where there
    are many of both, that takes minutes. So a large tree is written out and validated as it is read again.
    """
    if size < SMALL or not _is_large()(element):
        return schema.validate(element)
    from lxml.etree import XMLParser, XMLSyntaxError, fromstring, tostring

    parser = XMLParser(no_network=True, resolve_entities=False, schema=schema, target=cast("Any", _Nothing()))
    try:
        fromstring(tostring(element, with_tail=False), parser)
    except XMLSyntaxError:
        return False
    return not len(parser.error_log)


class _Nothing:
    """What is built of a document that is only validated."""

    def close(self) -> None:
        """Called at its end; of what is in it, nothing is asked for."""


@cache
def _is_large() -> Callable[[_Element], bool]:
    """A quick test whether an element has more than 10,000 elements in it."""
    from lxml.etree import XPath

    return cast("Callable[[_Element], bool]", XPath("count(.//*) > 10000"))


@cache
def verdict(name: str) -> XMLSchema:
    """libxml2's compiled schema."""
    from lxml.etree import XMLSchema, parse

    return XMLSchema(parse(schema_path(name), _parser()))


@cache
def part_verdict(name: str, type_: str, tag: str) -> XMLSchema:
    """libxml2's compiled schema of documents that are an element of a type, such as a disk."""
    from lxml.etree import XMLSchema, fromstring

    text = (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        f'<xs:include schemaLocation="{name}.xsd"/><xs:element name="{tag}" type="{type_}"/></xs:schema>'
    )
    return XMLSchema(fromstring(text, _parser(), base_url=schema_path("part")))


def _parser() -> XMLParser:
    from lxml.etree import XMLParser

    return XMLParser(no_network=True, resolve_entities=False)
