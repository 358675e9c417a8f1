"""What parts of templates look like in the values of XML: Jinja, Go, ERB, shell, autoconf, Python, printf."""

from __future__ import annotations

import re

TEMPLATE = re.compile(
    r"\{\{.{0,500}?\}\}|\{[%#].{0,500}?[%#]\}|<%.{0,500}?%>|[$%]\{[^}]{0,500}\}|\$\(\w+\)|\$[A-Za-z_]\w*|@\w+@|%\(\w+\)[sd]|%[sd]",
    re.DOTALL,
)
"""Each has a character of xml_node.PART_SIGNS."""
