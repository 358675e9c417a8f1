"""The argument of `-cpu`: a model, then features, which have a syntax of their own."""

from __future__ import annotations

import re

from ..source import Value

FEATURE = re.compile(r"[^,]+")


def cpu_parts(argument: Value) -> list[Value]:
    """The model and its features (`+avx`, `avx=on`), each where it stands."""
    return [argument.pick(match.span()) for match in FEATURE.finditer(argument.text)]
