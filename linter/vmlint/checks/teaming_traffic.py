"""Rules on what keeps the guest's traffic from going on over the other side of a pair."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.sides import PERSISTENT, TRANSIENT, Side
from ..libvirt.teaming import Team
from ..libvirt.values import known_text
from ..model import Node

USUAL_MTU = 1500
"""What a network card takes without being told."""


def persistent_link_down(node: Node, context: Context) -> Iterator[Finding]:
    """A persistent side whose link is down."""
    side = context.of_root(Team).at(node)
    state = side.device.get("link@state") if side is not None and side.role == PERSISTENT else None
    if state is not None and state.text == "down":
        yield Finding(state, {})


def persistent_mtu(node: Node, context: Context) -> Iterator[Finding]:
    """A persistent side with large frames, which the guest joins with no device that cannot take them."""
    side = context.of_root(Team).at(node)
    size = side.device.get("mtu@size") if side is not None and side.role == PERSISTENT else None
    if size is not None and size.text.isdecimal() and int(size.text[:9]) > USUAL_MTU:
        yield Finding(size, {"size": size.text})


def persistent_without_shared_memory(node: Node, context: Context) -> Iterator[Finding]:
    """A persistent side whose traffic another process handles, in a guest whose memory that cannot reach."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != PERSISTENT or side.kind != "vhostuser":
        return
    domain = context.root
    numa, backing = domain.child("cpu"), domain.child("memoryBacking")
    cells = numa.child("numa") if numa is not None else None
    if any(part is not None and part.has_template_parts for part in (domain, numa, cells, backing)):
        return
    access = [domain.get("memoryBacking/access@mode")]
    access += [cell.value("memAccess") for cell in cells.children] if cells is not None else []
    if not any(mode is not None and (mode.opaque or mode.text == "shared") for mode in access):
        yield Finding(side.device.get("@type") or side.device, {})


def vlan_differs(node: Node, context: Context) -> Iterator[Finding]:
    """Two sides with different VLAN tags, or only one with any; a network may give tags too."""
    side = context.of_root(Team).at(node)
    if side is None or side.role != TRANSIENT or not side.is_interface:
        return
    persistent = side.team.target(side)
    if persistent is None or not persistent.is_interface or persistent.may_differ or side.may_differ:
        return
    own, other = side.device.child("vlan"), persistent.device.child("vlan")
    if own is not None and other is not None:
        tags, kept = _tags(own), _tags(other)
        if tags and kept and tags != kept:
            yield Finding(own, {"tags": ", ".join(tags), "other": ", ".join(kept)}, notes=(("other", other),))
    elif (tagged := own or other) is not None and not _may_give_tags(persistent if other is None else side):
        variant = "transient-only" if other is None else "persistent-only"
        yield Finding(tagged, {"tags": ", ".join(_tags(tagged) or ())}, variant=variant)


def _tags(vlan: Node) -> list[str] | None:
    """The tags of a `<vlan>` in order, as numbers are written; None where one is not known."""
    tags = [child for child in vlan.children if child.name == "tag"]
    given = [known_text(tag, "@id") for tag in tags]
    if vlan.has_template_parts or not all(text.isdecimal() for text in given):
        return None
    return sorted({text.lstrip("0") or "0" for text in given})


def _may_give_tags(side: Side) -> bool:
    """Whether the network of an interface may give it a tag."""
    return side.kind in ("network", "")
