"""Writes rules/facts/properties/*.toml from what real QEMUs say of themselves, or holds the files against them.

    python -m tests.properties --oracle ../shared/oracle [--write]

Without --write prints the lines that differ, and exits 1 if there is one. The files are right only if
the oracle has all of RELEASES.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.ask_qemu import BOOLEAN, VALUE, WORD, Qemu

FOLDER = Path(__file__).parent.parent / "rules" / "facts" / "properties"
RELEASES = ["5.2", "7.2", "10.0", "11.1"]
UNIONS = {
    "netdev": "netdev_add",
    "blockdev": "blockdev-add",
    "display": "query-display-options",
    "audiodev": "query-audiodevs",
}
OPTIONAL = re.compile(
    r"xen|igd-passthrough|qxl|-gl\b|rutabaga|usb-redir|ccid-card-emulated|^cocoa$|gluster|io_uring|virtio-blk-v(?:fio|host)-"
)
"""What only some builds have: that the one asked lacks it says nothing of the release."""
WIDTH = 116
HEADER = """\
# What each {section} of QEMU knows, and in which of the releases that were asked; ../qemu-options.toml explains the words.
# Written by `python -m tests.properties --write`: do not change it by hand. Asked: QEMU {asked} (x86_64).
"""

Spans = dict[str, dict[str, dict[str, str]]]
"""Name -> property -> release -> kind."""


def measure(folder: str) -> dict[str, str]:
    """The text of each file, as the QEMUs of an oracle have it."""
    sys.path.insert(0, folder)
    import run  # type: ignore[import-not-found]  # a script beside the project, if there is one

    sections: dict[str, Spans] = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    asked: dict[str, list[str]] = defaultdict(list)
    parents: dict[str, str] = {}
    aliases: dict[str, str] = {}
    qemus: dict[str, Qemu] = {}
    for release, root in run.ROOTS.items():
        qemu = Qemu(["chroot", root, "qemu-system-x86_64"])
        devices, others = qemu.devices()
        found = {"device": devices, "object": qemu.objects(), "machine": qemu.machines(), "accel": qemu.accels()}
        found |= {section: qemu.union(command) for section, command in UNIONS.items()}
        parents |= qemu.parents()
        aliases |= others
        qemu.stop()
        qemus[release] = qemu
        for section, kinds in found.items():
            asked[section] += [release] if kinds else []
            for name, properties in kinds.items():
                for key, kind in {"": "", **properties}.items():  # "": that the thing itself is there
                    sections[section][name][key][release] = kind
    _confirm("-machine", sections["machine"], qemus, re.compile("."))
    _confirm("-device", sections["device"], qemus, re.compile("legacy-"))  # which device-list-properties leaves out
    texts = {name: _file(name, spans, asked[name], parents) for name, spans in sections.items()}
    others = {alias: name for alias, name in aliases.items() if name in sections["device"]}
    texts["device"] += "".join(f'\n[{alias}]\nparent = "{name}"\n' for alias, name in sorted(others.items()))
    return texts


def _confirm(option: str, spans: Spans, qemus: dict[str, Qemu], hidden: re.Pattern[str]) -> None:
    """Some properties are listed in no way, or only in some releases: ask for each of those by name."""
    for kind, known in spans.items():
        for name, when in known.items():
            for release in known[""] if hidden.match(name) else ():
                if release not in when and qemus[release].has(option, kind, name):
                    when[release] = next(iter(when.values()))
            known[name] = {release: when[release] for release in RELEASES if release in when}


def _file(section: str, spans: Spans, asked: list[str], parents: dict[str, str]) -> str:
    header = HEADER.format(section=section, asked=", ".join(asked))
    return header + "".join(_tables(spans, asked, parents))


def _tables(spans: Spans, asked: list[str], parents: dict[str, str]) -> Iterable[str]:
    tables, above = _shared(spans, parents)
    for name in sorted(tables):
        properties = dict(tables[name])
        there = list(properties.pop("", {})) or asked
        lines = [f"\n[{name}]"] if re.fullmatch(r"[\w-]+", name) else [f'\n["{name}"]']
        lines += [f'parent = "{above[name]}"'] if name in above else []
        lines += [f'releases = "{_mark(there, asked)}"'] if there != asked and not OPTIONAL.search(name) else []
        for kind in (BOOLEAN, WORD, VALUE):
            names = [
                f"{key}@{_mark(list(when), there)}" if list(when) != there else key
                for key, when in sorted(properties.items())
                if _kind(when.values()) == kind
            ]
            lines += _wrapped(kind, names) if names else []
        yield "\n".join(lines) + "\n"


def _kind(kinds: Iterable[str]) -> str:
    found = set(kinds)
    return VALUE if VALUE in found else WORD if WORD in found else BOOLEAN


def _mark(there: list[str], asked: list[str]) -> str:
    """The oldest and the newest release that have it, of those asked. What is missing between is only left out of a build."""
    first, last = asked.index(there[0]), asked.index(there[-1])
    return f"{there[0] if first else ''}..{there[-1] if last < len(asked) - 1 else ''}"


def _wrapped(key: str, names: list[str]) -> list[str]:
    line = f'{key} = "{" ".join(names)}"'
    if len(line) <= WIDTH:
        return [line]
    lines = [f'{key} = """']
    for name in names:
        if len(lines[-1]) + len(name) >= WIDTH or len(lines) == 1:
            lines.append(name)
        else:
            lines[-1] += f" {name}"
    return [*lines, '"""']


def _shared(spans: Spans, parents: dict[str, str]) -> tuple[Spans, dict[str, str]]:
    """Properties that all below a type have are told once, in a table of that type; and what stands above each name."""
    below = defaultdict(list)
    for name in spans:
        for ancestor in _ancestors(name, parents):
            below[ancestor].append(name)
    tables: Spans = {}
    told: dict[str, set[str]] = defaultdict(set)
    above: dict[str, str] = {}
    for ancestor in sorted(below, key=lambda one: len(_ancestors(one, parents))):
        names = below[ancestor]
        common = _common([spans[name] for name in names], told[names[0]]) if len(names) > 1 else {}
        if common and ancestor not in spans:
            there = {release for name in names for release in spans[name][""]}
            tables[ancestor] = common | {"": {release: "" for release in RELEASES if release in there}}
            first = next(iter(names))
            if first in above and all(above.get(name) == above[first] for name in names):
                above[ancestor] = above[first]
            for name in names:
                above[name] = ancestor
                told[name] |= set(common)
    for name, known in spans.items():
        tables[name] = {key: when for key, when in known.items() if key not in told[name]}
    return tables, above


def _ancestors(name: str, parents: dict[str, str]) -> list[str]:
    found: list[str] = []
    while name := parents.get(name, ""):
        found.append(name)
    return found


def _common(known: list[dict[str, dict[str, str]]], told: set[str]) -> dict[str, dict[str, str]]:
    """Properties that some things all have, in the same releases but for those in which the thing is not there."""
    found = {}
    for key in set.union(*(set(one) for one in known)) - told - {""}:
        union = {release: one[key][release] for release in RELEASES for one in known if release in one.get(key, {})}
        alike = ({release: kind for release, kind in union.items() if release in one[""]} for one in known)
        if all(one.get(key, {}) == when for one, when in zip(known, alike, strict=True)):
            found[key] = union
    return found


def main() -> int:
    """Write the files, or say how they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--oracle", metavar="FOLDER", required=True)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    differ = False
    for section, text in measure(given.oracle).items():
        file = FOLDER / f"{section}.toml"
        old = file.read_text() if file.exists() else ""
        differ = differ or text != old
        if given.write:
            file.write_text(text)
        else:
            sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), text.splitlines(True), str(file), "asked"))
    return int(differ and not given.write)


if __name__ == "__main__":
    sys.exit(main())
