"""Networks that interfaces of type `network` name, as far as their XML is at hand."""

from __future__ import annotations

from collections.abc import Iterable

from ..light_typing import TYPE_CHECKING, NamedTuple
from ..model import Document, Node
from .values import is_unknown, known_text

if TYPE_CHECKING:
    from .pci import PciAddress

POOL = "hostdev"
"""Forward mode of a pool of host devices; a portgroup never changes the mode."""


class Network(NamedTuple):
    """What is known of one network. `mode` is None where its definitions differ or a template decides it."""

    mode: str | None
    pf: str = ""
    """The host's name of the physical function whose virtual functions the pool holds."""
    addresses: frozenset[PciAddress] = frozenset()
    """Host devices of the pool that it lists."""
    size: int | None = None
    """How many host devices the pool has; None where the host or a template decides."""

    def merged(self, other: Network) -> Network:
        """What two definitions of one name agree on, whichever comes first."""
        return Network(
            self.mode if self.mode == other.mode else None,
            self.pf if self.pf == other.pf else "",
            self.addresses & other.addresses,
            self.size if self.size == other.size else None,
        )


class Networks:
    """Networks by name. Remembers in `asked` which names somebody wanted to know of, known or not."""

    def __init__(self, given: Iterable[tuple[str, Network]] = ()) -> None:
        self._given: dict[str, Network] = {}
        self._found: dict[str, Network] = {}
        self.asked: set[str] = set()
        for name, network in given:
            _add(self._given, name, network)

    def add(self, found: Iterable[tuple[str, Network]]) -> None:
        """Networks found among the files; one that was given by name counts more, whatever these say."""
        for name, network in found:
            _add(self._found, name, network)

    def find(self, name: str) -> Network | None:
        """The network with a name, or None if its XML is not at hand."""
        self.asked.add(name)
        return self._given.get(name) or self._found.get(name)


def _add(networks: dict[str, Network], name: str, network: Network) -> None:
    networks[name] = networks[name].merged(network) if name in networks else network


def networks_in(document: Document) -> list[tuple[str, Network]]:
    """Name and content of each network that a document defines, where the name is known."""
    roots = [root for root in document.roots if root.name == "network"]
    return [(name, _network(root)) for root in roots if (name := known_text(root, "name").strip())]


def _network(root: Node) -> Network:
    from .pci import pci_address

    forward = root.child("forward")
    if forward is None:
        return Network(None if root.has_template_parts else "isolated")
    if is_unknown(forward, "@mode"):
        return Network(None)
    given = [pci_address(node) for node in forward.children if node.name == "address"]
    addresses = frozenset(address for address in given if address is not None)
    listed = bool(addresses) and None not in given and forward.child("pf") is None and not forward.has_template_parts
    mode, pf = known_text(forward, "@mode") or "nat", known_text(forward, "pf@dev")
    return Network(mode, pf, addresses, len(addresses) if listed else None)
