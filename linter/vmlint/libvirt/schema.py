"""Whether a domain or network is as schemas/*.xsd say: libxml2's verdict, and what XSD 1.0 has no words for.

Both run on every document, so both are quick; what is wrong with one that fails is found by `schema_explain`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ..data import data_path
from ..model import Node
from .schema_shape import fits, shape_of

if TYPE_CHECKING:
    from lxml.etree import XMLSchema

NETWORK, DOMAIN = "network", "domain"


def schema_name(root: Node) -> str:
    """Which of the schemas is about a document."""
    return NETWORK if root.name == NETWORK else DOMAIN


def schema_path(name: str) -> str:
    """The file of the schema called `domain` or `network`."""
    return data_path(f"schemas/{name}.xsd")


def is_valid(root: Node) -> bool:
    """Whether a domain or network is as its schema says; a part that a template fills in counts as written."""
    name = schema_name(root)
    return verdict(name).validate(root.element) and fits(root.element, shape_of(name))


@cache
def verdict(name: str) -> XMLSchema:
    """libxml2's compiled schema."""
    from lxml.etree import XMLParser, XMLSchema, parse

    return XMLSchema(parse(schema_path(name), XMLParser(no_network=True, resolve_entities=False)))
