"""What a check function receives and yields."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .libvirt.networks import Networks
from .model import Node, Place
from .source import Edit
from .versions import Target


class Context(NamedTuple):
    """What a check may know besides the node it looks at."""

    target: Target
    root: Node
    """The domain, network or command line that the node stands in."""
    networks: Networks
    """Networks whose XML is at hand."""
    memo: dict[str, object]
    """What checks have worked out about the root, for each other; empty at first, and kept for this root only."""
    facts: dict[str, object]
    """The same for what does not depend on the target: kept with the document, for looks with other targets."""


class Finding(NamedTuple):
    """One place a check objects to. The words are in the rule's table: `variant` names them, `fields` fill them."""

    at: Place
    fields: Mapping[str, str] = MappingProxyType({})
    edits: tuple[Edit, ...] = ()
    variant: str = ""
    notes: tuple[tuple[str, Place], ...] = ()
    """Names of the rule's notes, and where they point."""
    safety: str | None = None
    """Where this fix is less safe than the rule's table says."""
