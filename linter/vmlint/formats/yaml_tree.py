"""The scalars of a YAML file with the sequences they stand in, as the tree that programs give too.

PyYAML (libyaml) says where scalars begin and end and what they are; template parts are covered before.
"""

from __future__ import annotations

import re

from ..light_typing import TYPE_CHECKING
from ..source import OPAQUE, Value
from .literal_tree import Group
from .templates import cover, for_yaml, has_parts
from .yaml_scalars import decode_scalar

if TYPE_CHECKING:
    import yaml

MARK = "\ufeff"
NO_TEXT = re.compile("[\ud800-\udfff]")
MAX_SLOW = 1 << 18
"""Characters that PyYAML is given where it has to read without libyaml, which takes seconds for each megabyte."""
MAX_SLOW_NESTING = 500


def read_yaml(script: Value) -> tuple[Group, int | None]:
    """The scalars of all documents in a text, and the character at which it cannot be read any further, if any."""
    import yaml

    script = _readable(script)
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
    return root, None


def _readable(script: Value) -> Value:
    """The same text as PyYAML can read it: without its mark, bytes that are no text, and what only a template engine
    reads."""
    text = script.text
    if text.startswith(MARK):
        script = script.pick((1, len(text)))
        text = script.text
    text = NO_TEXT.sub(OPAQUE, cover(text, for_yaml) if has_parts(text) else text)
    return script if text == script.text else Value(text, lambda: script.pieces)


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
