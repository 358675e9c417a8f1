"""YAML files: workflows, cloud-init, manifests, playbooks: lists of words, strings of options, scripts in blocks."""

from __future__ import annotations

from ..model import Document
from ..source import Source, Text
from .hints import may_hold_qemu_or_domain
from .literal_finder import find_commands
from .names import is_named
from .spans import whole
from .xml_parts import embedded_domains
from .yaml_tree import read_yaml

NAMES = ("*.yaml", "*.yml", "user-data", "*.sls")


def claims(path: str, head: bytes) -> bool:
    """Whether a file is YAML, by its name or first line, and may hold an option or a program's name."""
    is_yaml = is_named(path, NAMES) or head.startswith((b"#cloud-config", b"%YAML"))
    return is_yaml and may_hold_qemu_or_domain(head)


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines among the scalars of a file."""
    source = Source(path, data)
    text = Text(source)
    root, _ = read_yaml(whole(text))
    roots, problems = find_commands(root)
    return Document(source, "yaml", [*roots, *embedded_domains(text)], problems)
