"""Random domains against a plain model of pairing: each device asked against all others, with nothing clever in it.

VMLINT_PAIRS sets how many domains are looked at.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.helpers import lint, lint_and_fix

DOMAINS = int(os.environ.get("VMLINT_PAIRS", "300"))
ONE, TWO = "52:54:00:aa:bb:01", "52:54:00:aa:bb:02"
COMPARED = (
    "teaming-alias-dropped",
    "teaming-alias-repeated",
    "teaming-automatic-alias",
    "teaming-mac-mismatch",
    "teaming-no-persistent-name",
    "teaming-persistent-not-found",
    "teaming-persistent-shared",
    "teaming-transient-not-hostdev",
    "teaming-without-transient",
)


NAMING = ("teaming-alias-repeated", "teaming-persistent-not-found", "teaming-persistent-shared")
"""What a wrong name makes; other mistakes may be there already and be told only once the names are right."""
WORDS = {
    "unnamed": "teaming-no-persistent-name",
    "wrong": "teaming-persistent-not-found",
    "nothing": "teaming-persistent-not-found",
    "automatic": "teaming-automatic-alias",
}


class Device(NamedTuple):
    element: str
    kind: str
    role: str
    alias: str | None
    name: str | None
    mac: str | None

    def xml(self) -> str:
        parts = [f"<{self.element} type='{self.kind}'>"]
        parts += [f"<mac address='{self.mac}'/>"] if self.mac else []
        parts += ["<model type='virtio'/>"] if self.element == "interface" else []
        named = "" if self.name is None else f" persistent='{self.name}'"
        parts += [f"<teaming type='{self.role}'{named}/>"] if self.role else []
        parts += [f"<alias name='{self.alias}'/>"] if self.alias else []
        return "".join([*parts, f"</{self.element}>"])


ALIASES = st.sampled_from([None, "ua-a", "ua-a", "ua-b", "ua-c", "b", "ua-d.e"])
NAMES = st.sampled_from(
    ["ua-a", "ua-a", "ua-b", "ua-c", "ua-x", "UA-a", "b", "ua-d.e", "net0", "net1", "net7", "", None]
)
MACS = st.sampled_from([ONE, ONE, TWO, None])
PERSISTENT = st.builds(Device, st.just("interface"), st.just("bridge"), st.just("persistent"), ALIASES, st.none(), MACS)
TRANSIENT = st.builds(
    Device,
    st.just("interface"),
    st.sampled_from(["hostdev", "hostdev", "user"]),
    st.just("transient"),
    ALIASES,
    NAMES,
    MACS,
)
HOSTDEV = st.builds(
    Device, st.just("hostdev"), st.just("pci"), st.sampled_from(["transient", ""]), ALIASES, NAMES, st.none()
)
PLAIN = st.builds(
    Device, st.sampled_from(["interface", "disk"]), st.just("user"), st.just(""), ALIASES, st.none(), st.none()
)
FORGOTTEN = st.builds(
    Device, st.just("interface"), st.just("hostdev"), st.just(""), st.none(), st.none(), st.sampled_from([ONE, TWO])
)
DEVICES = st.lists(st.one_of(PERSISTENT, PERSISTENT, TRANSIENT, TRANSIENT, HOSTDEV, PLAIN, FORGOTTEN), max_size=6)


def keeps(alias: str | None) -> bool:
    return alias is not None and re.fullmatch(r"ua-[A-Za-z0-9_-]+", alias) is not None


def counted(devices: list[Device]) -> list[int]:
    """The devices that libvirt will call net0, net1 and so on."""
    return [
        number
        for number, device in enumerate(devices)
        if device.element == "interface"
        and device.kind != "hostdev"
        and device.role != "transient"
        and not keeps(device.alias)
    ]


def resolve(devices: list[Device], transient: int) -> tuple[str, int | None]:
    """What a transient side names: a word, and the persistent side if it is one."""
    name = devices[transient].name
    if not name:
        return "unnamed", None
    holders = [n for n, device in enumerate(devices) if keeps(device.alias) and device.alias == name]
    if len(holders) == 1:
        return ("found", holders[0]) if devices[holders[0]].role == "persistent" else ("wrong", None)
    if holders:
        return "repeated", None
    droppers = [n for n, d in enumerate(devices) if d.role == "persistent" and d.alias == name and not keeps(name)]
    if droppers:
        return ("dropped", droppers[0]) if len(droppers) == 1 else ("repeated", None)
    if re.fullmatch(r"net\d+", name):
        names = counted(devices)
        index = int(name[3:])
        at = names[index] if index < len(names) else None
        return "automatic", at if at is not None and devices[at].role == "persistent" else None
    return "nothing", None


def expected(devices: list[Device]) -> set[tuple[str, int]]:
    """Rules, and the device that each should report."""
    found = set[tuple[str, int]]()
    answers = {n: resolve(devices, n) for n, device in enumerate(devices) if device.role == "transient"}
    persistents = [n for n, device in enumerate(devices) if device.role == "persistent"]
    dangling = [n for n, (word, _) in answers.items() if word == "nothing"]
    by_number = any(re.fullmatch(r"net\d+", devices[n].name or "") for n in answers)
    nameless = [n for n in persistents if devices[n].alias is None and not by_number]
    adopted = len(dangling) == len(nameless) == 1 and keeps(devices[dangling[0]].name)
    for n, (word, target) in answers.items():
        rule = WORDS.get(word)
        if rule and not (word == "nothing" and adopted):
            found.add((rule, n))
        if devices[n].kind == "user":
            found.add(("teaming-transient-not-hostdev", n))
        if target is not None:
            found |= expected_of_pair(devices, n, target)
    for n in persistents:
        alias = devices[n].alias
        if (alias is not None and not keeps(alias)) or n in nameless:
            found.add(("teaming-alias-dropped", n))
        loose = any(target is None for _, target in answers.values())
        if keeps(alias) and not loose and not any(devices[m].name == alias for m in answers):
            found.add(("teaming-without-transient", n))
    for alias in {device.alias for device in devices if keeps(device.alias)}:
        same = [n for n, device in enumerate(devices) if device.alias == alias]
        sides = [n for n in same if devices[n].role]
        if len(same) > 1 and sides:
            found.add(("teaming-alias-repeated", sides[0]))
    return found


def expected_of_pair(devices: list[Device], transient: int, target: int) -> set[tuple[str, int]]:
    found = set[tuple[str, int]]()
    earlier = [m for m in range(transient) if devices[m].role == "transient"]
    if any(devices[m].name == devices[transient].name for m in earlier):
        found.add(("teaming-persistent-shared", transient))
    own, other = devices[transient].mac, devices[target].mac
    if devices[transient].element == "interface" and (own is None or own != other):
        bare = target if own is not None and other is None else transient
        found.add(("teaming-mac-mismatch", bare))
    if devices[transient].element == "hostdev" and other is None:  # a random address is not that of the host device
        found.add(("teaming-mac-mismatch", target))
    return found


def document(devices: list[Device]) -> bytes:
    return "\n".join(["<domain type='kvm'><devices>", *(d.xml() for d in devices), "</devices></domain>\n"]).encode()


@given(DEVICES)
@settings(max_examples=DOMAINS)
def test_what_is_reported_is_what_the_plain_model_says(devices: list[Device]) -> None:
    found = lint("guest.xml", document(devices))
    got = {(d.rule, d.source.position(d.span.start).line - 2) for d in found if d.rule in COMPARED}
    assert got == expected(devices)


AMBIGUOUS = [
    Device("interface", "bridge", "persistent", "ua-a", None, ONE),
    Device("hostdev", "pci", "transient", "ua-a", "ua-a", None),
    Device("interface", "hostdev", "transient", None, "ua-a", ONE),
]


@given(DEVICES)
@example(AMBIGUOUS)
@settings(max_examples=DOMAINS // 3)
def test_fixes_come_to_rest_and_never_make_a_pair_worse(devices: list[Device]) -> None:
    before = document(devices)
    for unsafe in (False, True):
        fixed = lint_and_fix("guest.xml", before, unsafe=unsafe)
        assert lint_and_fix("guest.xml", fixed.data, unsafe=unsafe).data == fixed.data
        assert unsafe or len(fixed.diagnostics) <= len(lint("guest.xml", before))
        was, now = ({d.rule for d in found} for found in (lint("guest.xml", before), fixed.diagnostics))
        assert not (now - was) & set(NAMING), "two fixes together must not make a mistake that was not there"
        assert not [d for d in fixed.diagnostics if d.fix and (unsafe or d.fix.safety == "safe")]
