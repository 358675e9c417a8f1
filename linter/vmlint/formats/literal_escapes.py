"""What escapes in string literals stand for, and how a text is written with them, family by family of languages."""

from __future__ import annotations

import re
from functools import lru_cache

from ..light_typing import NamedTuple
from ..source import OPAQUE
from .builder import InnerEncoder

CONTROL = dict(zip("abefnrstv", "\a\b\x1b\f\n\r \t\v", strict=True))
ESCAPE = (
    r"\\(?:x(?P<hex>[0-9a-fA-F]{1,2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})"
    r"|[ux]\{(?P<braced>[0-9a-fA-F]{1,8})\}|N\{[^}\n]{0,99}\}|(?P<octal>[0-7]{1,3})"
    r"|(?P<join>\r?\n%s)|(?P<char>(?s:.)))"
)
WIDTHS = {"hex": 2, "u": 4, "long": 8, "braced": 0, "octal": 3}
NOT_WRITTEN = re.compile(f"[\x00-\x1f\x7f{OPAQUE}]")


NOT_IN = {"nix-indented": set("\\$'"), "pair": set("\\"), "backtick": set("`")}
"""What is not written into literals that have escapes of another kind than a backslash before a character."""


class Escapes(NamedTuple):
    """The escapes of one family of literals.

    `pattern`: an escape; `letters`: the control characters it knows by letter; `other`: what an unknown letter stands
    for: `both` (with the backslash), `itself`, or `unknown`; `bytes`: a number is a byte, so that not each is a
    character; `escaped`: the characters a writer puts a backslash before, besides the quote.
    """

    pattern: str
    letters: str = ""
    other: str = "unknown"
    bytes: bool = False
    escaped: str = "\\"


PLAIN, JOINING = ESCAPE % "", ESCAPE % r"\s*"
FAMILIES = {
    "none": Escapes("", escaped=""),
    "single": Escapes(r"\\(?P<char>[\\'])"),
    "pair": Escapes(r"\\(?P<both>['\"\\])", escaped=""),  # a raw string of Python: the backslash stays
    "doubled": Escapes(r"''|\"\"", escaped=""),
    "backtick": Escapes(r"`(?P<char>[^\n])|\"\"", "abefnrtv", "itself", escaped=""),
    "python": Escapes(PLAIN, "abfnrtv", "both"),
    "javascript": Escapes(PLAIN, "bfnrtv", "itself"),
    "json": Escapes(PLAIN, "bfnrt"),
    "c": Escapes(PLAIN, "abefnrtv", bytes=True),
    "ruby": Escapes(PLAIN, "abefnrstv", bytes=True),
    "rust": Escapes(JOINING, "nrt"),
    "toml": Escapes(JOINING, "befnrt"),
    "nix": Escapes(r"\\(?P<char>(?s:.))", "nrt", "itself"),
    "nix-indented": Escapes(r"''(?:\$|\\(?P<char>(?s:.))|')|\$\$", "nrt", "itself", escaped=""),
}


def read_escape(match: re.Match[str], family: str) -> tuple[str, bool]:
    """What an escape stands for, and whether the character after it could change that; opaque if it is not known."""
    known = FAMILIES[family]
    found = {name: text for name, text in match.groupdict().items() if text is not None}
    if "join" in found:
        return "", False
    if "char" in found:
        return _character(found["char"], known), False
    if "both" in found:
        return match[0], False
    number = next((name for name in WIDTHS if name in found), None)
    if number is None:
        return {"''$": "$", "'''": "''", "$$": "$$", "''": "'", '""': '"'}.get(match[0], OPAQUE), False
    code = int(found[number], 8 if number == "octal" else 16)
    is_open = bool(WIDTHS[number]) and len(found[number]) < WIDTHS[number]
    is_text = code < (0x80 if known.bytes and number in ("hex", "octal") else 0x110000) and not 0xD800 <= code < 0xE000
    return chr(code) if is_text else OPAQUE, is_open or known.bytes


def _character(char: str, known: Escapes) -> str:
    if char in CONTROL and char in known.letters:
        return CONTROL[char]
    if not char.isalnum() or known.other == "itself":
        return char
    return "\\" + char if known.other == "both" else OPAQUE


@lru_cache(maxsize=256)
def writer(family: str, quote: str, refused: str) -> InnerEncoder:
    """Writes text in a literal with this quote; None for what it cannot hold, or what might not mean itself there."""
    escaped = FAMILIES[family].escaped
    never = set(refused) | (set(quote) if not escaped and family != "doubled" else set())
    if not escaped:
        never |= NOT_IN.get(family, set())

    def encode(text: str) -> str | None:
        if NOT_WRITTEN.search(text) or not never.isdisjoint(text):
            return None
        if family == "doubled":
            return text.replace(quote, quote * 2)
        special = (escaped + quote) if escaped else ""
        return "".join("\\" + char if char in special else char for char in text)

    return encode
