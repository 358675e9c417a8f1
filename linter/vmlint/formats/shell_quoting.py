"""Writes texts in the quotings of a shell: none, "…", '…', $'…' and heredocs."""

from __future__ import annotations

import re

PLAIN = re.compile(r"[\w@%+=:,./-]*", re.ASCII)


def unquoted(text: str) -> str | None:
    """Text for a place without quotes."""
    return None if "\n" in text else "".join(c if PLAIN.fullmatch(c) or ord(c) > 127 else "\\" + c for c in text)


def in_braces(text: str) -> str | None:
    """Text for a place without quotes after a brace, where a comma or two dots would make it a list."""
    plain = unquoted(text)
    return None if plain is None else re.sub(r"([,.])", r"\\\1", plain)


def double_quoted(text: str) -> str | None:
    """Text for a place inside "…"."""
    return re.sub(r'([\\"$`])', r"\\\1", text)


def single_quoted(text: str) -> str | None:
    """Text for a place inside '…', which cannot hold that quote."""
    return None if "'" in text else text


def ansi_quoted(text: str) -> str | None:
    """Text for a place inside $'…'."""
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")


def heredoc_text(text: str) -> str | None:
    """Text for a place inside a heredoc whose end word is not quoted; it cannot make new lines."""
    return None if "\n" in text else re.sub(r"([\\$`])", r"\\\1", text)


def heredoc_verbatim(text: str) -> str | None:
    """Text for a place inside a heredoc whose end word is quoted; a new line could be that word."""
    return None if "\n" in text else text
