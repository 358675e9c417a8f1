"""sarif_om objects as values that JSON has.

Of our own because the library's serialiser is slow and drops each value that equals the default, an explicit level too.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import attr

ABSENT = -1  # what SARIF calls the value of an index, an offset or a rank that is not given
MISNAMED = {("Suppression", "state"): "status"}  # SARIF 2.1.0 took its final form after the library was made


def plain(value: Any) -> dict[str, object]:
    """The values of a sarif_om object by SARIF's names; None and absent numbers are left out."""
    names, absent = _table(value.__class__)
    values = {names[key]: item for key, item in value.__dict__.items() if item is not None}
    for name in absent:
        if values.get(name) == ABSENT:
            del values[name]
    return values


@cache
def _table(kind: Any) -> tuple[dict[str, str], list[str]]:
    """SARIF's name of each attribute of a class, and which of these are -1 when not given."""
    fields = attr.fields(kind)
    names = {field.name: str(field.metadata["schema_property_name"]) for field in fields}
    names.update({name: final for (owner, name), final in MISNAMED.items() if owner == kind.__name__})
    return names, [names[field.name] for field in fields if field.default == ABSENT]
