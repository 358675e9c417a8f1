"""Rules on the two sides of a NIC teaming pair."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..libvirt.mac import parse_mac
from ..libvirt.teaming import VIRTIO_MODELS, Pair, pairs
from ..model import Edit, Node, Value


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
    else:
        yield Finding(node, {"model": ""}, _add_model(node), "no-model")


def _add_model(interface: Node) -> tuple[Edit, ...]:
    model, teaming = interface.child("model"), interface.child("teaming")
    if model is not None:
        return model.set_value("type", "virtio")
    return teaming.insert_before("<model type='virtio'/>") if teaming else ()


def mac_mismatch(node: Node, context: Context) -> Iterator[Finding]:
    """Pairs whose MAC addresses differ as bytes, or where libvirt will make one up."""
    for pair in pairs(node):
        persistent, transient = pair.persistent.get("mac@address"), pair.transient.get("mac@address")
        if persistent is None or transient is None:
            yield _missing(node, pair, persistent or transient)
        elif _differ(persistent, transient):
            fields = {"alias": pair.alias, "mac": persistent.text, "other": transient.text}
            edits = transient.replace(0, len(transient.text), persistent.text)
            yield Finding(transient, fields, edits, notes=(("persistent", persistent),))


def _differ(one: Value, other: Value) -> bool:
    """Whether two addresses are known to differ; libvirt refuses what it cannot read, so that says nothing."""
    if one.opaque or other.opaque:
        return False
    first, second = parse_mac(one.text), parse_mac(other.text)
    return first is not None and second is not None and first != second


def _missing(domain: Node, pair: Pair, given: Value | None) -> Finding:
    """One side or both have no address; `given` is the other side's."""
    if given is None:
        return Finding(
            pair.transient, {"alias": pair.alias}, variant="both-missing", notes=(("persistent", pair.persistent),)
        )
    on_transient = pair.transient.get("mac@address") is None
    without, other = (pair.transient, "persistent") if on_transient else (pair.persistent, "transient")
    known = not given.opaque and parse_mac(given.text) is not None
    edits = _add_mac(without, given.text) if known else ()
    # A file with a uuid may be what libvirt wrote out: then the domain is defined, and its addresses are known outside.
    safety = "unsafe" if domain.child("uuid") else None
    fields = {"alias": pair.alias, "mac": given.text}
    return Finding(without, fields, edits, "missing", ((other, given),), safety)


def _add_mac(interface: Node, address: str) -> tuple[Edit, ...]:
    mac = interface.child("mac")
    if mac is not None:
        return mac.set_value("address", address)
    return interface.children[0].insert_before(f"<mac address='{address}'/>")
