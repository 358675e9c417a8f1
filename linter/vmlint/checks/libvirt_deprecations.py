"""Rules on domain XML that libvirt no longer takes or passes over, or that asks QEMU for what it no longer has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import Context, Finding, only_if
from ..libvirt.deprecations import Row, concerns, matches
from ..model import Node
from ..qemu.deprecations import named
from ..source import Edit, Value
from ..versions import parse

HOST_DEVICE = re.compile(r"/dev/(?:[shv]d[a-z]+\d*|nvme\d.*|mapper/.+|loop\d+|disk/.+|sr\d+|cdrom|dm-\d+|md\d+)")
"""What is certainly a device of the host; a volume group (`/dev/vg/lv`) could also be a folder."""
REGULAR_FILE_WANTED = parse("6.0")
"""QEMU 6.0 and later open only regular files with the driver `file`, which libvirt asks for where the disk is one
(removed-features.rst; measured on 7.2, 10.0 and 11.1)."""
SCSI_IN_VIRTIO_GONE, SCSI_IN_VIRTIO_DEPRECATED = parse("9.1"), parse("5.0")


def _may_be_removed(node: Node, _: Context) -> bool:
    return concerns("removed", node)


def _may_be_ignored(node: Node, _: Context) -> bool:
    return concerns("ignored", node)


@only_if(_may_be_removed)
def removed(node: Node, context: Context) -> Iterator[Finding]:
    """What an admitted libvirt refuses."""
    for row, value in matches("removed", node, context.root):
        if row.removed is not None and context.target.admits_from("libvirt", row.removed):
            release = ".".join(map(str, row.removed))
            fields = {"what": _written(row, value), "removed": release, "instead": row.instead}
            yield Finding(value, fields, _edits(row, node, value))


@only_if(_may_be_ignored)
def ignored(node: Node, context: Context) -> Iterator[Finding]:
    """What libvirt passes over."""
    for row, value in matches("ignored", node, context.root):
        yield Finding(value, {"what": _written(row, value), "instead": row.instead}, _edits(row, node, value))


def removed_backend(node: Node, context: Context) -> Iterator[Finding]:
    """A disk, or a folder for the guest, that QEMU reaches by what an admitted release no longer has."""
    yield from _of_qemu(node, "removed", context)


def deprecated_backend(node: Node, context: Context) -> Iterator[Finding]:
    """The same for what goes."""
    yield from _of_qemu(node, "deprecated", context)


def shared_memory_removed(node: Node, context: Context) -> Iterator[Finding]:
    """The model `ivshmem`, which became two; it is also what libvirt takes where none is given."""
    model = node.child("model")
    value = model.value("type") if model is not None else None
    match = named("device", "ivshmem", "")
    is_old = value is None or value.text == "ivshmem"
    if match is None or not is_old or node.has_template_parts or match.row.state(context.target) != "removed":
        return
    new = "ivshmem-doorbell" if node.child("server") is not None else "ivshmem-plain"
    fields = {"old": "ivshmem", "removed": "4.0", "remedy": f"; use '{new}'", "new": f"Use '{new}'"}
    if value is not None:
        yield Finding(value, fields, value.replace(0, len(value.text), new), safety="unsafe")
    elif model is None:
        edits = node.children[0].insert_before(f"<model type='{new}'/>") if node.children else ()
        yield Finding(node, fields, edits, "default", safety="unsafe")


def device_as_file(node: Node, context: Context) -> Iterator[Finding]:
    """A disk of type `file` whose file is a device of the host."""
    source = node.child("source")
    file = source.value("file") if source is not None else None
    kind = node.value("type")
    is_file = kind is None or kind.text == "file"
    if source is None or file is None or not is_file or not HOST_DEVICE.fullmatch(file.text):
        return
    if context.target.admits_from("qemu", REGULAR_FILE_WANTED):
        renamed = source.attribute_name("file").replace(0, len("file"), "dev")
        edits = (*node.set_value("type", "block"), *renamed)
        yield Finding(file, {"file": file.text}, edits if renamed else ())


def lun_on_virtio(node: Node, context: Context) -> Iterator[Finding]:
    """SCSI commands for a disk that is on virtio-blk."""
    device, bus = node.value("device"), node.get("target@bus")
    if device is None or bus is None or device.text != "lun" or bus.text != "virtio":
        return
    if context.target.admits_from("qemu", SCSI_IN_VIRTIO_GONE):
        yield Finding(bus)
    elif context.target.admits_from("qemu", SCSI_IN_VIRTIO_DEPRECATED):
        yield Finding(bus, variant="deprecated")


def _of_qemu(node: Node, state: str, context: Context) -> Iterator[Finding]:
    kind, value = ("protocol", node.value("protocol")) if node.name == "source" else ("filesystem", node.value("type"))
    match = named(kind, value.text, "") if value is not None else None
    if match is not None and value is not None and match.row.state(context.target) == state:
        new = match.row.change.get("value")
        releases = {"deprecated": _release(match.row.deprecated), "removed": _release(match.row.removed)}
        course = f" and goes in {releases['removed']}" if match.row.removed else ""
        option = "disks" if kind == "protocol" else "file systems"
        remedy = f"; {match.row.change['instead']}"
        fields = {"old": value.text, "option": option, "remedy": remedy, "course": course, "new": f"Use '{new}'"}
        edits = value.replace(0, len(value.text), new) if new else ()
        yield Finding(value, fields | releases, edits, safety="unsafe" if edits else None)


def _release(version: tuple[int, ...] | None) -> str:
    return "" if version is None else ".".join(map(str, version))


def _written(row: Row, value: Value) -> str:
    return f"{row.at}='{value.text}'" if row.at else value.text.strip()


def _edits(row: Row, node: Node, value: Value) -> tuple[Edit, ...]:
    if row.drop and row.at:
        return node.drop_value(row.at)
    text = value.text.strip()
    start = value.text.find(text)
    return value.replace(start, start + len(text), row.set) if row.set else ()
