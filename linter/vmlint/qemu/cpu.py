"""The argument of `-cpu`: a model, then features, which have a syntax of their own."""

from __future__ import annotations

import re

from ..source import Edit, Value

FEATURE = re.compile(r"[^,]+")


def cpu_parts(argument: Value) -> list[Value]:
    """The model and its features (`+avx`, `avx=on`), each where it stands."""
    return [argument.pick(match.span()) for match in FEATURE.finditer(argument.text)]


def without_feature(argument: Value, feature: str) -> tuple[Edit, ...]:
    """Edits that take the first feature of that text out, with the comma before it."""
    found = next((match for match in FEATURE.finditer(argument.text) if match[0] == feature and match.start()), None)
    return argument.replace(found.start() - 1, found.end(), "") if found else ()
