"""The words for what QEMU deprecated or removed, the same wherever it is written, and how safe a fix of it is."""

from __future__ import annotations

from ..light_typing import NamedTuple
from ..source import Edit
from ..versions import Target, Version, parse
from .deprecations import OLDEST_ASKED, Row


class NewForm(NamedTuple):
    """What to write instead ('' for nothing); no edits where only a person can."""

    text: str
    edits: tuple[Edit, ...]
    is_sure: bool = True
    """Whether it means the same for what can be seen of the machine."""


def safety_of(row: Row, form: NewForm | None, target: Target) -> str | None:
    """How safe a fix is for a target, where it is less than its rule says."""
    if form is None:
        return None
    if target.admits_before("qemu", row.works):
        return "shown"
    return "unsafe" if not form.is_sure or _may_be_early(row, target) else row.change.get("safety")


def _may_be_early(row: Row, target: Target) -> bool:
    """Whether nobody said on which QEMU it is to run, and there are some that do not have the new form yet."""
    return not target.names_qemu and row.works > parse(OLDEST_ASKED)


def fields_of(row: Row, old: str, option: str, form: NewForm | None, target: Target) -> dict[str, str]:
    """What the messages tell: what is old, in which option, its releases, and what to do."""
    return {
        "old": old,
        "option": option,
        "deprecated": _text(row.deprecated),
        "removed": _text(row.removed),
        "new": _new(form),
        "remedy": _remedy(row, form, target),
        "course": _course(row, target),
    }


def _course(row: Row, target: Target) -> str:
    """How a deprecation goes on."""
    if row.kept_by is not None and row.removed is not None and target.admits_from("qemu", row.removed):
        return f", and taken with machine types before {_text(row.kept_by)} only"
    gone = f" and goes in {_text(row.removed)}" if row.removed else f" until {_text(row.until)}" if row.until else ""
    return f"{gone}, without a warning from QEMU" if row.silent else gone


def _new(form: NewForm | None) -> str:
    if form is None:
        return ""
    return f"Write '{form.text}'" if form.text else "Leave it out"


def _remedy(row: Row, form: NewForm | None, target: Target) -> str:
    instead = row.change.get("instead")
    if form is None:
        return f"; {instead}" if instead else ""
    is_early = target.admits_before("qemu", row.works) or _may_be_early(row, target)
    if not form.text:
        return f"; leave it out{f' from QEMU {_text(row.works)} on' if is_early else ''}"
    return f"; write '{form.text}'{f', which QEMU {_text(row.works)} and later take' if is_early else ''}"


def _text(version: Version | None) -> str:
    return "" if version is None else ".".join(map(str, version))
