"""Names of files: which patterns one matches, with the suffix that a template of such a file has."""

from __future__ import annotations

import os
import re
from fnmatch import translate
from functools import lru_cache

TEMPLATE_SUFFIXES = ("in", "j2", "jinja", "tmpl", "tpl", "template", "erb", "example", "sample", "dist", "inc")


def is_named(path: str, names: tuple[str, ...]) -> bool:
    """Whether a file's name matches one of some patterns, perhaps with a template's suffix after it."""
    return _matcher(names).match(os.path.basename(path)) is not None


@lru_cache(maxsize=64)
def _matcher(names: tuple[str, ...]) -> re.Pattern[str]:
    anything = "|".join(translate(name)[:-2] for name in names)
    return re.compile(f"(?:{anything})(?:\\.(?:{'|'.join(TEMPLATE_SUFFIXES)}))?\\Z")
