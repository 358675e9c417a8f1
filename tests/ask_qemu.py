"""What the QEMUs of an oracle say of themselves: the properties of their devices, objects, machines and back ends."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import time
from collections.abc import Iterator
from typing import Any

BOOLEAN, WORD, VALUE = "booleans", "words", "values"
"""What a property takes: on and off; those and more (`auto`); anything else."""
KINDS = {"bool": BOOLEAN, "boolean": BOOLEAN, "OnOffAuto": WORD, "OnOffSplit": WORD}
LISTED = re.compile(r"^(?:  (?=\S)|\S*\.)([\w.-]+?)=<?(\w+)", re.M)
"""A property as `-object X,help` and `-machine X,help` list it: `  share=<bool>`, in 5.2 `pc-q35-5.2.usb=bool`."""
VERSIONED = re.compile(r"-\d+(?:\.\d+)+$|^Supported$")
ACCELS = {
    "kvm": {
        "honor-guest-pat": BOOLEAN,
        "kernel-irqchip": WORD,
        **dict.fromkeys(
            ("device", "dirty-ring-size", "kvm-shadow-mem", "notify-vmexit", "notify-window", "xen-evtchn-max-pirq"),
            VALUE,
        ),
        **dict.fromkeys(("xen-gnttab-max-frames", "xen-version"), VALUE),
    },
    "tcg": {"one-insn-per-tb": BOOLEAN, "split-wx": BOOLEAN, "tb-size": VALUE, "thread": VALUE},
    "xen": {"igd-passthru": BOOLEAN},
}
"""What the accelerators may have by qemu-options.hx; they cannot be asked for a list."""
SILENT = {"colo-compare", "x-remote-object", "main-loop"}
"""Objects that hang when asked."""
PATIENCE = 10
"""Seconds to wait for one answer; some questions never get one."""
DEPTH = 3

Properties = dict[str, str]
"""Name -> BOOLEAN, WORD or VALUE."""


class Qemu:
    """One release, asked over QMP and by `help`; started anew where a question kills it or it does not answer."""

    def __init__(self, program: list[str], machine: str = "none") -> None:
        self.program = program
        self.machine = machine
        self._start()

    def _start(self) -> None:
        words = ["-nodefaults", "-M", self.machine, "-display", "none", "-S", "-qmp", "stdio"]
        self.process = subprocess.Popen(
            [*self.program, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._answer()
        self.ask("qmp_capabilities")

    def _answer(self) -> dict[str, Any] | None:
        assert self.process.stdout is not None
        text, end = b"", time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0 and select.select([self.process.stdout], [], [], left)[0]:
            part = os.read(self.process.stdout.fileno(), 1 << 20)
            if not part:
                return None
            text += part
            if text.endswith(b"\n"):
                answers = [found for line in text.splitlines() if "event" not in (found := json.loads(line))]
                if answers:
                    return dict(answers[0])
                text = b""
        return None

    def ask(self, command: str, **arguments: Any) -> Any:
        """What a QMP command returns; None where QEMU refuses it, dies of it or does not answer.

        Asked again of a new one where it gets no answer: what was asked before may be what killed it.
        """
        answer = self._asked(command, arguments)
        if answer is None and command != "qmp_capabilities":
            self.stop()
            self._start()
            answer = self._asked(command, arguments)
            if answer is None:
                self.stop()
                self._start()
        return None if answer is None else answer.get("return")

    def _asked(self, command: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
            self.process.stdin.flush()
            return self._answer()
        except BrokenPipeError:
            return None

    def help(self, *words: str) -> str:
        """What it prints before it ends, told for example `-device help`."""
        command = [*self.program, "-nodefaults", *words]
        return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=60).stdout

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()

    def parents(self) -> dict[str, str]:
        """Each type and the one it is derived from."""
        return {found["name"]: found.get("parent", "") for found in self.ask("qom-list-types", abstract=True)}

    def devices(self) -> tuple[dict[str, Properties], dict[str, str]]:
        """The devices that -device makes, but for CPUs; and other names that it takes for some of them."""
        listed, found = self.help("-device", "help"), {}
        for name in re.findall(r'^name "([^"]+)"', listed, re.M):
            answer = self.ask("device-list-properties", typename=name) if not name.endswith("-cpu") else None
            if answer is not None:
                found[name] = _kinds(answer)
        return found, {alias: name for name, alias in re.findall(r'name "([^"]+)".*?alias "([^"]+)"', listed)}

    def objects(self) -> dict[str, Properties]:
        """The objects that -object makes."""
        names = re.findall(r"^  (\S+)$", self.help("-object", "help"), re.M)
        return {
            name: self._listed("-object", name) | _kinds(self.ask("qom-list-properties", typename=name))
            for name in names
            if name not in SILENT
        }

    def machines(self) -> dict[str, Properties]:
        """The machines, the newest of each family. `help` does not list all that a machine has once it is made."""
        names = re.findall(r"^(\S+) ", self.help("-machine", "help"), re.M)
        found = {name: self._listed("-machine", name) for name in names if not VERSIONED.search(name)}
        for name, properties in found.items():
            made = Qemu(self.program, name)
            properties.update(_kinds(made.ask("qom-list", path="/machine")))
            made.stop()
        return found

    def accels(self) -> dict[str, Properties]:
        """The accelerators, with those of ACCELS that they have."""
        return {
            accel: {name: kind for name, kind in known.items() if self.has("-accel", accel, name)}
            for accel, known in ACCELS.items()
        }

    def has(self, option: str, kind: str, name: str) -> bool:
        """Whether a machine or an accelerator has a property: QEMU says so where it has not, whatever the value."""
        words = ["-nodefaults", "-display", "none", option, f"{kind},{name}=on", "-device", "no-such-device"]
        told = subprocess.run([*self.program, *words], capture_output=True, check=False, timeout=60).stderr
        return b"not found" not in told

    def _listed(self, option: str, name: str) -> Properties:
        return {key: KINDS.get(kind, VALUE) for key, kind in LISTED.findall(self.help(option, f"{name},help"))}

    def union(self, command: str) -> dict[str, Properties]:
        """The members of the union that a QMP command takes or returns, by its discriminator's values."""
        schema = {entity["name"]: entity for entity in self.ask("query-qmp-schema")}
        if command not in schema:
            return {}
        kind = schema[command]["ret-type" if command.startswith("query-") else "arg-type"]
        kind = schema[kind].get("element-type", kind)
        common = dict(_members(schema, kind, "", DEPTH, with_variants=False))
        return {
            variant["case"]: common | dict(_members(schema, variant["type"], "", DEPTH))
            for variant in schema[kind]["variants"]
        }

    def lists(self) -> dict[str, Properties]:
        """The parameters of each option that has a list of them."""
        found: dict[str, Properties] = {}
        for option in self.ask("query-command-line-options"):
            known = {one["name"]: KINDS.get(one["type"], VALUE) for one in option["parameters"]}
            found.setdefault(option["option"], {}).update(known)
        return found


def _kinds(listed: list[dict[str, Any]] | None) -> Properties:
    """Properties that QMP lists, but for those that are no settings."""
    found = {one["name"]: one["type"] for one in listed or () if not one["type"].startswith("child<")}
    return {name: KINDS.get(kind, VALUE) for name, kind in found.items() if name != "type"}


def _members(
    schema: dict[str, Any], kind: str, prefix: str, depth: int, with_variants: bool = True
) -> Iterator[tuple[str, str]]:
    """The members of a struct as option strings name them: `cache.direct`. What refers to another node is a value."""
    entity = schema[kind]
    for member in entity.get("members", ()):
        name, inner = prefix + member["name"], schema[member["type"]]
        yield name, _kind(inner)
        if inner["meta-type"] == "object" and depth:
            yield from _members(schema, member["type"], f"{name}.", depth - 1)
    for variant in entity.get("variants", ()) if with_variants else ():
        yield from _members(schema, variant["type"], prefix, depth - 1) if depth else ()


def _kind(entity: dict[str, Any]) -> str:
    if entity["meta-type"] == "enum":
        return WORD if {"on", "off"} <= set(entity["values"]) else VALUE
    return KINDS.get(entity.get("json-type", ""), VALUE)
