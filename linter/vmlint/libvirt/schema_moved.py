"""What stands in one element and is missing in another near it is one mistake: it was put into the wrong one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ..model import Node
from .schema_guess import Mistake

MISSING = ("missing-element", "missing-attribute", "required-part-missing")
OTHER = "other-kind"
UNKNOWN = {"missing-attribute": "unknown-attribute", "attribute": "unknown-attribute"}
"""What becomes of a name in the wrong element, by the kind or variant of what is missing; else `unknown-element`."""


def without_moved(found: list[Mistake]) -> Iterator[Mistake]:
    """Mistakes without those that only say that something is missing which stands in a wrong place."""
    unknown: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, mistake in enumerate(found):
        if mistake.owner is not None and not mistake.fields["meant"]:
            unknown[mistake.kind, mistake.fields["name"]].append(number)
    belongs: dict[int, str] = {}
    dropped = set()
    for number, mistake in enumerate(found):
        if mistake.kind not in MISSING or not isinstance(mistake.at, Node):
            continue
        kind = UNKNOWN.get(mistake.kind) or UNKNOWN.get(mistake.variant, "unknown-element")
        for other in unknown[kind, mistake.fields["name"]]:
            is_misplaced = found[other].variant.startswith("misplaced")
            if other not in belongs and (is_misplaced or _is_near(mistake.at, found[other].owner)):
                belongs[other] = mistake.fields["element"]
                dropped.add(number)
                break
    rest = [
        _moved(mistake, belongs[number]) if number in belongs else mistake
        for number, mistake in enumerate(found)
        if number not in dropped
    ]
    yield from _without_replaced(rest)


def _without_replaced(found: list[Mistake]) -> Iterator[Mistake]:
    """Mistakes without those that only say that an attribute is missing, where one of another kind stands for it."""
    instead = {mistake.owner for mistake in found if mistake.kind == "unknown-attribute" and mistake.variant == OTHER}
    lacking = {mistake.at: mistake.fields["name"] for mistake in found if _is_missing_attribute(mistake)}
    for mistake in found:
        if _is_missing_attribute(mistake) and mistake.at in instead:
            continue
        if mistake.variant == OTHER and mistake.owner in lacking:
            fields = {**mistake.fields, "needed": lacking[mistake.owner]}
            yield mistake._replace(variant=f"{OTHER}-needed", fields=fields)
        else:
            yield mistake


def _is_missing_attribute(mistake: Mistake) -> bool:
    return isinstance(mistake.at, Node) and (
        mistake.kind == "missing-attribute" or (mistake.kind == MISSING[-1] and mistake.variant == "attribute")
    )


def _is_near(one: Node, other: Node | None) -> bool:
    """Whether of two elements one is in the other, or both are in the same."""
    if other is None:
        return False
    around, others = one.parent, other.parent
    return around in (other, others) or others == one


def _moved(mistake: Mistake, element: str) -> Mistake:
    """The same mistake, with the one element in which the name is missing as the place where it belongs."""
    refused = "-refused" if mistake.variant.endswith("refused") else ""
    return mistake._replace(variant=f"misplaced{refused}", fields={**mistake.fields, "places": f"<{element}>"})
