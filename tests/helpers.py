"""What several test modules use."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from vmlint import formats
from vmlint.catalog import rules
from vmlint.choice import target
from vmlint.engine import Engine
from vmlint.fixer import Fixed, fix
from vmlint.model import Diagnostic, Document
from vmlint.settings import ALL_FIXES, SAFE_FIXES

ROOT = Path(__file__).parent.parent


def read(path: str, data: bytes) -> Document:
    """The Document of a file that some format must know."""
    format_ = formats.claim(path, data)
    assert format_ is not None, f"no format reads {path}"
    return format_.parse(path, data)


def lint(path: str, data: bytes, qemu: str | None = None) -> list[Diagnostic]:
    """What all rules find in a file."""
    return Engine(rules(), target(qemu)).lint(read(path, data))


def lint_and_fix(
    path: str, data: bytes, qemu: str | None = None, unsafe: bool = False, topic: str | None = None
) -> Fixed:
    """A file after --fix, by all rules or those of one topic."""
    chosen = {name: rule for name, rule in rules().items() if topic in (None, rule.topic)}
    engine = Engine(chosen, target(qemu))

    def look(content: bytes) -> tuple[Document, list[Diagnostic]]:
        document = read(path, content)
        return document, engine.lint(document)

    return fix(data, look, ALL_FIXES if unsafe else SAFE_FIXES)


def marked(found: list[Diagnostic]) -> list[tuple[str, str]]:
    """Rule and the text each diagnostic points at."""
    return [(d.rule, d.source.decode(*d.span)) for d in found]


def vmlint(*arguments: str, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the command line as a user does, without colour."""
    command = [sys.executable, "-m", "vmlint", *arguments]
    env = {"PYTHONPATH": str(ROOT / "linter"), "PATH": "/usr/bin:/bin", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    env |= {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}  # what it reaches counts
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, check=False, env=env, timeout=120)


def oracle_root(release: str) -> Path:
    """Where a whole system with that QEMU, and with its libvirt's files, is beside the project; a path that is not there
    if there is none."""
    script = ROOT.parent / "shared" / "oracle" / "run.py"
    spec = spec_from_file_location("oracle_run", script) if script.exists() else None
    if spec is None or spec.loader is None:
        return ROOT / "no-oracle"
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return Path(module.ROOTS.get(release, ROOT / "no-oracle"))
