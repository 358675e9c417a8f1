"""What xmlschema reads in a schema, as plain values that JSON can keep; `schema_model` makes a model of them.

To load xmlschema and let it read ours takes longer than all else that vmlint does for a hundred files.
"""

from __future__ import annotations

from typing import Any

from .schema import schema_path
from .words import one_slip

OWN = "{urn:vmlint:schema}"
XS = "{http://www.w3.org/2001/XMLSchema}"
WHOLE_NUMBER = r"[+-]?[0-9]+"
MOMENT = r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"
WRITTEN = {f"{XS}integer": WHOLE_NUMBER, f"{XS}dateTime": MOMENT}
"""How values of XSD's own types are written, where xmlschema has no pattern for that."""
BOUNDS = {"minInclusive": "low", "maxInclusive": "high", "length": "length", "maxLength": "longest"}
"""Our names of facets that are a number."""


def read(name: str) -> dict[str, Any]:
    """The schema called `domain` or `network`: its elements, and the types they lead to."""
    from xmlschema import XMLSchema10

    # That the schema is right is tested, so it need not be checked again here: that takes a second.
    schema = XMLSchema10(schema_path(name), validation="skip", allow="local")
    reader = _Reader()
    elements = {tag: reader.type(declared.type) for tag, declared in schema.elements.items()}
    return {"elements": elements, "types": reader.types, "simple": reader.simple}


class _Reader:
    """Numbers the types in the order in which they are met."""

    def __init__(self) -> None:
        self.types: list[dict[str, Any]] = []
        self.simple: list[dict[str, Any]] = []
        self._numbers: dict[Any, int] = {}
        self._simple_numbers: dict[Any, int] = {}

    def type(self, declared: Any) -> int:
        """The number of what may stand in an element."""
        if declared not in self._numbers:
            self._numbers[declared] = len(self.types)
            values: dict[str, Any] = {}
            self.types.append(values)  # before what it leads to, which may lead back
            values.update(self._type(declared))
        return self._numbers[declared]

    def _type(self, declared: Any) -> dict[str, Any]:
        is_text = declared.is_simple() or declared.has_simple_content()
        particles = [] if is_text else list(declared.content.iter_elements())
        text = declared if declared.is_simple() else declared.content if is_text else None
        attributes = {} if declared.is_simple() else declared.attributes
        return {
            "name": declared.name,
            "open": any(particle.name is None and "##any" in particle.namespace for particle in particles),
            "mixed": bool(is_text or declared.mixed),
            "text": None if text is None else self.simple_type(text),
            "attributes": {name: self._attribute(found) for name, found in attributes.items() if name is not None},
            "children": {particle.name: self._child(particle) for particle in particles if particle.name is not None},
            "slips": _slips([particle.name for particle in particles if particle.name is not None]),
        }

    def _attribute(self, declared: Any) -> dict[str, Any]:
        return {
            "type": self.simple_type(declared.type),
            "required": declared.use == "required",
            "single": True,
            "own": _own(declared),
        }

    def _child(self, declared: Any) -> dict[str, Any]:
        in_all = declared.parent.model == "all"
        return {
            "type": self.type(declared.type),
            "required": in_all and declared.min_occurs > 0,
            "single": in_all and declared.max_occurs == 1,
            "own": _own(declared),
        }

    def simple_type(self, declared: Any) -> int:
        """The number of what values may be."""
        if declared not in self._simple_numbers:
            self._simple_numbers[declared] = len(self.simple)
            values: dict[str, Any] = {}
            self.simple.append(values)
            values.update(self._simple(declared))
        return self._simple_numbers[declared]

    def _simple(self, declared: Any) -> dict[str, Any]:
        words = {"form": "" if declared.annotation is None else str(declared.annotation).strip().removesuffix(".")}
        if members := getattr(declared, "member_types", None):
            return {**words, "members": list(map(self.simple_type, members))}
        return {**words, "collapse": declared.white_space == "collapse", **_facets(declared)}


def _facets(declared: Any) -> dict[str, Any]:
    """What a type and those that it restricts ask of a value."""
    found: dict[str, Any] = {"patterns": [], "names": None}
    while declared is not None:
        if declared.name in WRITTEN:
            found["patterns"].append([WRITTEN[declared.name]])
        for key, facet in declared.facets.items():
            name = str(key).removeprefix(XS)
            if name == "pattern":
                found["patterns"].append([pattern.pattern for pattern in facet.patterns])
            elif name == "enumeration" and found["names"] is None:  # the innermost has the fewest
                found["names"] = [str(value) for value in facet.enumeration]
            elif name in BOUNDS:
                found.setdefault(BOUNDS[name], int(facet.value))
            elif name not in ("None", "whiteSpace", "enumeration"):
                raise NotImplementedError(f"the facet {name} of {declared.name}")
        declared = declared.base_type
    return found


def _slips(names: list[str]) -> dict[str, list[str]]:
    """Names that are one slip away from others (`vcpu`, `vcpus`), and those others."""
    found = {name: [other for other in names if other != name and one_slip(name, other)] for name in names}
    return {name: others for name, others in found.items() if others}


def _own(declared: Any) -> dict[str, str]:
    """The attributes that XSD does not have."""
    return {name: text for name, text in declared.elem.items() if name.startswith(OWN)}
