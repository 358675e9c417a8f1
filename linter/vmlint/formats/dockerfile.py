"""Dockerfiles and Containerfiles: commands in shell and in exec form, and options in ENV and ARG."""

from __future__ import annotations

from ..model import Document
from .dockerfile_text import read_dockerfile
from .hints import may_hold_qemu
from .host_file import HostFile
from .names import is_named

NAMES = ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "Containerfile", "Containerfile.*")


def claims(path: str, head: bytes) -> bool:
    """Whether a file is called as these are."""
    return is_named(path, NAMES) and may_hold_qemu(head)


def parse(path: str, data: bytes) -> Document:
    """The QEMU command lines of the instructions."""
    file = HostFile(path, data)
    read_dockerfile(file.reader, file.value)
    return file.document("dockerfile")
