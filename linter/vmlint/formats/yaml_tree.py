"""The scalars of a YAML file with the sequences they stand in, as the tree that programs give too.

PyYAML (libyaml) says where scalars begin and end and what they are; template parts are covered before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..source import Value
from .literal_tree import Group
from .templates import cover, for_yaml, has_parts
from .yaml_scalars import decode_scalar

if TYPE_CHECKING:
    import yaml

MAX_SLOW = 1 << 18
"""Characters that PyYAML is given where it has to read without libyaml, which takes seconds for each megabyte."""
MAX_SLOW_NESTING = 500


def read_yaml(script: Value) -> tuple[Group, int | None]:
    """The scalars of all documents in a text, and the character at which it cannot be read any further, if any."""
    import yaml

    if has_parts(script.text):
        script = _covered(script)
    loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root = Group("")
    if loader is yaml.SafeLoader and _is_slow(script.text):
        return root, 0
    stack = [root]
    try:
        for event in yaml.parse(script.text, Loader=loader):
            _take(script, stack, event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return root, min(mark.index, len(script.text)) if mark else 0
    except UnicodeEncodeError as error:  # bytes that are no text
        return root, error.start
    return root, None


def _covered(script: Value) -> Value:
    """The same text without what only a template engine reads."""
    return Value(cover(script.text, for_yaml), lambda: script.pieces)


def _is_slow(text: str) -> bool:
    return len(text) > MAX_SLOW or text.count("[") + text.count("{") > MAX_SLOW_NESTING


def _take(script: Value, stack: list[Group], event: yaml.Event) -> None:
    import yaml

    if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
        group = Group("[" if isinstance(event, yaml.SequenceStartEvent) else "{")
        group.is_list = group.bracket == "["
        stack[-1].items.append(group)
        stack.append(group)
    elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
        stack.pop()
    elif isinstance(event, yaml.ScalarEvent) and event.value and event.start_mark and event.end_mark:
        low, high = event.start_mark.index, event.end_mark.index
        style = event.style if event.style and event.style in "'\"|>" else None
        value = decode_scalar(script, low, high, style, event.value)
        if value is not None:
            stack[-1].items.append(value)
