"""Rules on the two sides of a NIC teaming pair."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.mac import parse_mac
from ..libvirt.teaming import VIRTIO_MODELS, default_model_is_virtio, known_text, persistent_side
from ..model import Node
from ..source import Edit, Value


def persistent_not_virtio(node: Node, context: Context) -> Iterator[Finding]:
    """The persistent interface of a pair with a model that has no failover."""
    model = node.get("model@type")
    if model is not None and (model.opaque or model.text in VIRTIO_MODELS):
        return
    kind = node.get("@type")
    if kind is not None and kind.text == "hostdev":  # no model makes a host device a virtio one
        yield Finding(model or node, {"model": model.text if model else ""}, variant="hostdev")
    elif model is not None:
        yield Finding(model, {"model": model.text}, model.replace(0, len(model.text), "virtio"))
    elif default_model_is_virtio(context.root) is False:
        yield Finding(node, {"model": ""}, _add_model(node), "no-model")


def _add_model(interface: Node) -> tuple[Edit, ...]:
    model, teaming = interface.child("model"), interface.child("teaming")
    if model is not None:
        return model.set_value("type", "virtio")
    return teaming.insert_before("<model type='virtio'/>") if teaming else ()


def mac_mismatch(node: Node, context: Context) -> Iterator[Finding]:
    """A transient interface and its persistent side whose addresses differ as bytes, or where libvirt makes one up."""
    persistent = persistent_side(context.root, node)
    if persistent is None or persistent.has_template_parts or node.has_template_parts:
        return
    kept, own = persistent.get("mac@address"), node.get("mac@address")
    fields = {"alias": known_text(node, "teaming@persistent")}
    if kept is None and own is None:
        yield Finding(node, fields, variant="both-missing", notes=(("persistent", persistent),))
    elif own is None and kept is not None:
        yield _missing(node, context.root, kept, "persistent", fields)
    elif kept is None and own is not None:
        yield _missing(persistent, context.root, own, "transient", fields)
    elif kept is not None and own is not None and _differ(kept, own):
        edits = own.replace(0, len(own.text), canonical) if (canonical := _usable(kept)) else ()
        fields |= {"mac": kept.text, "other": own.text}
        yield Finding(own, fields, edits, notes=(("persistent", kept),))


def _differ(one: Value, other: Value) -> bool:
    """Whether two addresses are known to differ; libvirt refuses what it cannot read, so that says nothing."""
    if one.opaque or other.opaque:
        return False
    first, second = parse_mac(one.text), parse_mac(other.text)
    return first is not None and second is not None and first != second


def _missing(interface: Node, domain: Node, given: Value, giver: str, fields: dict[str, str]) -> Finding:
    """An interface without an address: libvirt would make one up, where that of the other side is needed."""
    canonical = _usable(given)
    edits = _add_mac(interface, canonical) if canonical else ()
    # A file with a uuid may be what libvirt wrote out: then the domain is defined, and its addresses are known outside.
    safety = "unsafe" if domain.child("uuid") else None
    return Finding(interface, fields | {"mac": given.text}, edits, "missing", ((giver, given),), safety)


def _usable(address: Value) -> str | None:
    """An address in its usual form, if a NIC can have it: not multicast, which libvirt refuses, and not all zero."""
    octets = None if address.opaque else parse_mac(address.text)
    if octets is None or octets[0] & 1 or not any(octets):
        return None
    return ":".join(f"{octet:02x}" for octet in octets)


def _add_mac(interface: Node, address: str) -> tuple[Edit, ...]:
    mac = interface.child("mac")
    if mac is not None:
        return mac.set_value("address", address)
    return interface.children[0].insert_before(f"<mac address='{address}'/>")
