"""Who may import whom, and how large files and functions may grow."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "linter" / "vmlint"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_FILE, MAX_FUNCTION = 300, 40

# Rooms of the house, from the ground up: a room imports only what stands before it, and its own parts.
EVERYWHERE = {"light_typing"}
ALLOWED = {
    "light_typing": set[str](),
    "columns": set[str](),
    "source": {"columns"},
    "limits": set[str](),
    "versions": set[str](),
    "data": set[str](),
    "repository": set[str](),
    "temporary": set[str](),
    "discover": {"repository", "temporary"},
    "suggest": set[str](),
    "tree": {"source"},
    "model": {"source", "tree"},
    "toml_file": {"data", "discover"},
    "patterns": {"discover"},
    "config": {"discover", "limits", "model", "repository", "suggest", "toml_file"},
    "config_schema": {"catalog", "config", "model"},
    "rule_schema": {"catalog", "model", "versions"},
    "configs": {"config", "discover", "patterns", "repository"},
    "settings": {"configs"},
    "qemu": {"model", "source", "data", "versions"},
    "libvirt": {"model", "source", "data", "versions", "qemu"},
    "finding": {"model", "source", "versions", "libvirt"},
    "formats": {"columns", "limits", "model", "source", "qemu", "libvirt"},
    "checks": {"model", "source", "finding", "qemu", "libvirt", "versions"},
    "catalog": {"model", "data", "versions"},
    "targets": {"data", "versions", "discover", "suggest"},
    "choice": {"model", "data", "versions", "catalog", "discover", "suggest", "targets"},
    "engine": {"model", "source", "finding", "versions", "libvirt"},
    "anchors": {"model", "source"},
    "newfile": {"discover", "temporary"},
    "outputs": {"discover", "newfile", "repository"},
    "baseline": {"discover", "model", "outputs"},
    "house": {"catalog", "discover", "model", "suggest", "toml_file"},
    "policy": {
        "house",
        "baseline",
        "catalog",
        "choice",
        "config",
        "discover",
        "engine",
        "limits",
        "model",
        "patterns",
        "settings",
        "targets",
        "versions",
    },
    "merged": {"discover", "formats", "model", "source"},
    "suppress": {"model", "source", "finding"},
    "fixer": {"model", "source"},
    "writer": {"discover", "newfile"},
    "rulepage": {"model"},
    "upgrade": {"model", "source", "qemu", "targets"},
    "reporters": {"model", "source", "rulepage", "targets", "upgrade"},
}
ROOF = {"__init__", "__main__", "cli", "commands", "file_run", "look", "parallel", "run", "upgrade_look", "upgrade_run"}
"""What may see everything."""
HEAVY = {
    "lxml",
    "xmlschema",
    "yaml",
    "packaging",
    "pathspec",
    "sarif_om",
    "tree_sitter",
    "tree_sitter_bash",
    "difflib",
    "json",
    "subprocess",
}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Room and name of each import of ours in a module, wherever in it."""
    depth = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(tree):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [getattr(node, "module", "") or ""]
        )
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not getattr(node, "level", 0):
            assert not any(name.partition(".")[0] == "vmlint" for name in names), "imports of ours are relative"
        if isinstance(node, ast.ImportFrom) and node.level:
            inside = list(path.relative_to(PACKAGE).parts[: depth - node.level])
            parts = inside + (node.module or "").split(".") if node.module else inside
            for alias in node.names:
                yield (parts or [alias.name])[0], alias.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    here = room(path)
    assert here in ALLOWED or here in ROOF, "a new room needs its line in ALLOWED"
    for there, name in imports(path, ast.parse(path.read_text())):
        assert there != "cli" or here == "__main__", "nobody imports cli"
        assert there != "commands" or here in ("cli", there), "only cli imports commands"
        if there in ("__version__", here) or there in EVERYWHERE or here in ROOF:
            continue
        assert there in ALLOWED[here], f"{here} imports {name} of {there}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_formats_and_reporters_do_not_import_each_other(path: Path) -> None:
    """A format may use the helpers of the folder, but not another format; reporters likewise."""
    from vmlint.formats import FORMATS
    from vmlint.reporters import REPORTERS

    others = {"formats": {*FORMATS, "argv"}, "reporters": set(REPORTERS.values())}.get(room(path), set())
    tree = ast.parse(path.read_text())
    named = {
        (node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1
    }
    if path.parent != PACKAGE:
        assert not (named & others) - {path.stem}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MAX_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < MAX_FUNCTION, node.name


def loaded_by(*arguments: str, cwd: Path) -> set[str]:
    """Top-level packages that a run of vmlint imports."""
    code = (
        "import sys; sys.argv[0] = 'vmlint'\nfrom vmlint.cli import main\nmain(sys.argv[1:])\n"
        "print(' '.join({name.partition('.')[0] for name in sys.modules} | set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT / "linter")}
    )
    return set(done.stderr.splitlines()[-1].split())


def test_nothing_heavy_is_imported_for_a_file_without_a_vm(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# A project\n\nNothing of the kind here.\n")
    loaded = loaded_by("check", "README.md", cwd=tmp_path)
    assert not loaded & HEAVY
    assert not loaded & {"tomllib", "vmlint.model", "vmlint.catalog", "vmlint.engine"}


CLEAN = "<domain type='kvm'><name>guest</name><memory unit='GiB'>1</memory><os><type>hvm</type></os></domain>\n"


def test_a_clean_domain_needs_nothing_that_only_findings_need(tmp_path: Path) -> None:
    (tmp_path / "guest.xml").write_text(CLEAN)
    loaded_by("check", "guest.xml", cwd=tmp_path)  # leaves what was compiled
    loaded = loaded_by("check", "guest.xml", cwd=tmp_path)
    parts = ("formats.xml_scan", "formats.xml_edits", "formats.xml_template", "formats.spans", "suppress", "parallel")
    more = ("libvirt.schema_explain", "libvirt.teaming", "libvirt.pci", "qemu.new_forms", "anchors", "reporters.diff")
    assert not loaded & {f"vmlint.{name}" for name in (*parts, *more)}
    assert not loaded & {"xmlschema", "difflib", "tomllib", "tomli", "multiprocessing", "hashlib", "subprocess"}


def test_a_document_is_parsed_judged_and_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rules there are; and none of its bytes are looked for."""
    from vmlint import check_text
    from vmlint.formats import xml, xml_scan
    from vmlint.formats.xml_node import XmlNode
    from vmlint.libvirt import schema

    check_text(CLEAN)
    calls: Counter[str] = Counter()
    for owner, name in ((xml, "parse_bytes"), (XmlNode, "walk"), (schema, "fits"), (xml_scan, "scan")):
        real = getattr(owner, name)

        def counting(*given: Any, real: Any = real, name: str = name) -> Any:
            calls[name] += 1
            return real(*given)

        monkeypatch.setattr(owner, name, counting)
    assert check_text(CLEAN).diagnostics == []
    assert calls == {"parse_bytes": 1, "walk": 1, "fits": 1}


def test_a_shell_script_needs_no_lxml_and_xml_no_shell_parser(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text("qemu-system-x86_64 -serial tcp::4444,server=on\n")
    (tmp_path / "guest.xml").write_text("<domain type='kvm'><name>guest</name></domain>\n")
    assert "lxml" not in loaded_by("check", "start.sh", cwd=tmp_path)
    loaded = loaded_by("check", "guest.xml", cwd=tmp_path)
    assert "lxml" in loaded
    assert not loaded & {"tree_sitter", "xmlschema", "sarif_om", "packaging"}
