"""Rules on what QEMU deprecated and removed; facts/qemu-deprecations.toml says what that is."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Context, Finding
from ..light_typing import cast
from ..model import Node
from ..qemu.commandline import CommandNode, OptionNode
from ..qemu.deprecations import Match
from ..qemu.old_forms import is_kept, matches
from ..source import Value

REMOVED, DEPRECATED = "removed", "deprecated"


def removed_option(node: Node, context: Context) -> Iterator[Finding]:
    """An option that an admitted release no longer has."""
    yield from _options("option", REMOVED, node, context)


def deprecated_option(node: Node, context: Context) -> Iterator[Finding]:
    """An option that goes."""
    yield from _options("option", DEPRECATED, node, context)


def removed_parameter(node: Node, context: Context) -> Iterator[Finding]:
    """A parameter that an admitted release refuses."""
    yield from _options("parameter", REMOVED, node, context)


def deprecated_parameter(node: Node, context: Context) -> Iterator[Finding]:
    """A parameter that goes."""
    yield from _options("parameter", DEPRECATED, node, context)


def removed_backend(node: Node, context: Context) -> Iterator[Finding]:
    """A backend or driver that an admitted release no longer has."""
    yield from _options("backend", REMOVED, node, context)


def deprecated_backend(node: Node, context: Context) -> Iterator[Finding]:
    """A backend or driver that goes."""
    yield from _options("backend", DEPRECATED, node, context)


def removed_device(node: Node, context: Context) -> Iterator[Finding]:
    """A device that an admitted release no longer has."""
    yield from _options("device", REMOVED, node, context)


def deprecated_device(node: Node, context: Context) -> Iterator[Finding]:
    """A device that goes."""
    yield from _options("device", DEPRECATED, node, context)


def _options(kind: str, state: str, node: Node, context: Context) -> Iterator[Finding]:
    """What an option has of a kind that is in a state on the admitted releases."""
    if not isinstance(node, OptionNode):
        return
    for match in matches(kind, node):
        if match.row.state(context.target, is_kept(match.row, node)) == state:
            from ..qemu.deprecation_words import fields_of, safety_of  # which only what is found needs
            from ..qemu.new_forms import new_form
            from ..qemu.rewrite import words_of

            form = new_form(match, node, words_of(context.source, cast(CommandNode, node.parent)))
            fields = fields_of(match.row, _written(match, node), node.name, form, context.target)
            edits = () if form is None else form.edits
            variant = "ignored" if state == REMOVED and match.row.change.get("ignored") else ""
            safety = safety_of(match.row, form, context.target)
            yield Finding(_place(match, node), fields, edits, variant, safety=safety)


def _written(match: Match, node: OptionNode) -> str:
    """What is objected to, as people write it."""
    if not match.name:
        shown = f"{node.name} {node.text.text}" if match.row.values is not None else node.name
        return shown if match.value is None or not match.value.opaque else node.name
    if match.row.values is None:
        return f"{match.name}="
    return match.value.text if match.value is not None and match.row.change.get("by-value") else _pair(match)


def _pair(match: Match) -> str:
    text = match.value.text if match.value is not None else ""
    return f"{match.name}={text}" if match.name else text


def _place(match: Match, node: OptionNode) -> Value:
    if match.name and match.value is not None:
        return match.value if match.value.text else node.text
    return node.word
