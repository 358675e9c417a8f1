"""What only looks like a command line: grammar notation, what programs print, texts for people."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..source import Value

NOTATION = re.compile(r"\[,|,\[|\[=|\]\[|=\[?on\|off|\[\^|\.[*+]\??[,:)]")
"""How help texts write what may be left out or chosen (`[,server][,nowait]`, `readonly=on|off`), and patterns what they
look for (`unix:[^,]+,server`)."""
OUTPUT = re.compile(
    r"(?:.*/)?(?:qemu[\w.-]*|kvm):|(?:\S+:)?(?:warning|error|info):|filename=(?:disconnected:)?(?:tcp|telnet|unix):\S+"
)
"""How QEMU's messages name the program that speaks, and what its monitor tells of a character device."""
TRACE = re.compile(r"\++")
"""How a shell that tells what it runs (`set -x`) begins a line."""
MESSAGE = re.compile(
    r"\s*(?:[^\W\d_a-z][\w'-]*(?: \w|[.:!?]\s)|(?!args:)(?:(?! --?[a-z])[^\n]){0,300}?[\w)\"'][,:.!?] )"
)
"""How a text for people begins: with a capital letter, or with more than words before the first option."""


def is_no_command(words: Sequence[Value]) -> bool:
    """Whether the words are grammar notation, or what QEMU or a shell prints."""
    return (bool(words) and TRACE.fullmatch(words[0].text) is not None) or any(
        NOTATION.search(word.text) or OUTPUT.fullmatch(word.text) for word in words
    )


def is_message(text: str) -> bool:
    """Whether a text is for people: it may name options without being any."""
    return MESSAGE.match(text) is not None
