"""sarif_om objects as plain values for JSON.

Of our own because the library's serialiser is slow and drops each value that equals the default, an explicit level too.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import attr

SCALARS = (str, int, float, bool)
ABSENT = -1  # what SARIF calls the value of an index, an offset or a rank that is not given
MISNAMED = {("Suppression", "state"): "status"}  # SARIF 2.1.0 took its final form after the library was made


def plain(value: Any) -> Any:
    """The value with each sarif_om object in it as a dict by SARIF's names; None and absent numbers are left out."""
    if isinstance(value, SCALARS):
        return value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    names, absent = _table(value.__class__)
    return {
        names[key]: plain(item)
        for key, item in vars(value).items()
        if item is not None and not (key in absent and item == ABSENT)
    }


@cache
def _table(kind: type) -> tuple[dict[str, str], frozenset[str]]:
    """SARIF's name of each attribute of a class, and the attributes that are -1 when not given."""
    fields = attr.fields(kind)
    names = {field.name: MISNAMED.get((kind.__name__, field.name)) or _sarif_name(field) for field in fields}
    return names, frozenset(field.name for field in fields if field.default == ABSENT)


def _sarif_name(field: attr.Attribute[Any]) -> str:
    return str(field.metadata["schema_property_name"])
