"""Domains with teaming pairs, for the tests of teaming."""

from __future__ import annotations

from tests.helpers import lint as lint_with_all
from vmlint.model import Diagnostic


def lint(path: str, data: bytes, qemu: str | None = None) -> list[Diagnostic]:
    """What the rules on teaming find; values that the schema does not have are not their business."""
    return [d for d in lint_with_all(path, data, qemu) if d.rule.startswith("teaming-")]


def interface(kind: str, mac: str | None, model: str | None, teaming: str, alias: str | None = None) -> str:
    parts = [f"<interface type='{kind}'>"]
    parts += [f"  <mac address='{mac}'/>"] if mac else []
    parts += [f"  <model type='{model}'/>"] if model else []
    parts += [f"  <teaming {teaming}/>"]
    parts += [f"  <alias name='{alias}'/>"] if alias else []
    return "\n".join([*parts, "</interface>\n"])


def domain(*interfaces: str, head: str = "", kind: str = "kvm") -> bytes:
    return f"<domain type='{kind}'>\n{head}<devices>\n{''.join(interfaces)}</devices>\n</domain>\n".encode()


def pair(persistent_mac: str | None, transient_mac: str | None, head: str = "", kind: str = "kvm") -> bytes:
    return domain(
        interface("bridge", persistent_mac, "virtio", "type='persistent'", "ua-b"),
        interface("hostdev", transient_mac, None, "type='transient' persistent='ua-b'"),
        head=head,
        kind=kind,
    )


def rules_in(data: bytes, path: str = "guest.xml") -> list[str]:
    return [diagnostic.rule for diagnostic in lint(path, data)]


ALONE = "teaming-without-transient"
ONE, TWO = "52:54:00:aa:bb:01", "52:54:00:aa:bb:02"

PERSISTENT = interface("bridge", ONE, "virtio", "type='persistent'", "ua-b")
TRANSIENT = interface("hostdev", ONE, None, "type='transient' persistent='ua-b'")
HOSTDEV = (
    "<hostdev mode='subsystem' type='pci'><source><address bus='3' slot='7'/></source>\n"
    "<teaming type='transient' persistent='ua-b'/></hostdev>\n"
)
