"""What a check function receives and yields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from .light_typing import TYPE_CHECKING, NamedTuple, cast
from .model import Node, Place
from .source import Edit, Source
from .versions import Target

if TYPE_CHECKING:
    from typing import TypeVar

    from .libvirt.networks import Networks

    T = TypeVar("T")


class Context(NamedTuple):
    """What a check may know besides the node it looks at."""

    target: Target
    root: Node
    """The domain, network or command line that the node stands in."""
    networks: Networks
    """Networks whose XML is at hand."""
    memo: dict[object, object]
    """What checks have worked out about the root, for each other; empty at first, and kept for this root only."""
    facts: dict[object, object]
    """The same for what is true whatever the target: kept with the document, for looks with other targets. What a check
    notes on its way belongs into the memo, with which each look begins anew."""
    source: Source
    """The file that the root stands in."""

    def of_root(self, make: Callable[[Node], T]) -> T:
        """What `make` works out about the root, worked out once however many checks ask."""
        if make not in self.memo:
            self.memo[make] = make(self.root)
        return cast("T", self.memo[make])


Check = Callable[[Node, Context], Iterable["Finding"]]
"""What looks at the nodes that a rule selects."""


_CONDITIONS: dict[Check, Callable[[Node, Context], object]] = {}
"""Under what each check finds something, where several share it."""


def only_if(condition: Callable[[Node, Context], object]) -> Callable[[Check], Check]:
    """Decorates checks that find nothing but under a condition: where several look at a node, it is asked once."""

    def decorated(check: Check) -> Check:
        _CONDITIONS[check] = condition
        return check

    return decorated


def condition_of(check: Check) -> Callable[[Node, Context], object] | None:
    """The condition under which a check finds something; None where it tells itself."""
    return _CONDITIONS.get(check)


def names_systems(_: Node, context: Context) -> bool:
    """A condition: whether the target names a distribution."""
    return bool(context.target.systems)


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
