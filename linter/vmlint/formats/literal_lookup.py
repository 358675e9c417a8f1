"""Which language a program is written in: by its file's name, its first line, or what a fence calls it."""

from __future__ import annotations

import os
import re

from .literal_languages import BY_NAME, LANGUAGES, Language
from .names import is_named

ALIASES = {
    **dict.fromkeys(("py", "python3"), "python"),
    **{"golang": "go", "rs": "rust"},
    **dict.fromkeys(("js", "ts", "typescript", "jsx", "tsx", "node"), "javascript"),
    **dict.fromkeys(("rb", "vagrantfile"), "ruby"),
    **dict.fromkeys(("terraform", "tf", "packer"), "hcl"),
    **dict.fromkeys(("jsonc", "json5", "jsonl"), "json"),
    **dict.fromkeys(("cpp", "c++", "cc"), "c"),
    **dict.fromkeys(("groovy", "kotlin", "scala", "csharp"), "java"),
    **dict.fromkeys(("elisp", "emacs-lisp", "scheme", "clojure"), "lisp"),
    **dict.fromkeys(("ps1", "pwsh", "posh"), "powershell"),
    "pl": "perl",
}
"""What fences and first lines call them."""
SHEBANG = re.compile(r"(?:#![^\n]*\b|<\?)(python|perl|ruby|node|lua|php)[\d.]*\b")


def by_path(path: str) -> Language | None:
    """The language of a file by its name."""
    if os.path.basename(path) == "config" and os.path.basename(os.path.dirname(path)) != ".cargo":
        return None
    return next((language for language in LANGUAGES if is_named(path, language.names)), None)


def by_name(name: str) -> Language | None:
    """The language that a fence or an interpreter line calls so."""
    name = name.lower()
    return BY_NAME.get(ALIASES.get(name, name))


def by_first_line(text: str) -> Language | None:
    """The language of a program by the interpreter that its first line names, as PHP's opening tag does too."""
    match = SHEBANG.match(text)
    return by_name(match[1]) if match else None
