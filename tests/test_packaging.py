"""What is installed: the wheel's content, that it works alone, and the manifest of the pre-commit hooks."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from docs.generate import hook_files

from vmlint import __version__
from vmlint.formats import FORMATS, load
from vmlint.formats.names import is_named

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
LINK = ROOT / "pre-commit-hooks.yaml"

READ = [
    "guest.xml",
    "a/b/guest.xml",
    "guest.xml.in",
    "guest.xml.j2",
    "guest.xml.tmpl",
    "start.sh",
    "guest.args",
    ".xml",
]
NOT_READ = ["xml", "start", "guest.xml.bak", "guest.xmlx", "guest.sh.bak", "guestxml", "notes.pdf", "guest.args.orig"]


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, check=False, capture_output=True, encoding="utf-8"
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(folder), str(wheel))
    done = run(*pip, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = archive.namelist()
    information = f"vmlint-{__version__}.dist-info"
    assert {name.split("/")[0] for name in held} == {"vmlint", information}
    code = {path.relative_to(ROOT / "linter").as_posix() for path in (ROOT / "linter").rglob("*.py")}
    data = {f"vmlint/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "rules").rglob("*.toml")}
    assert "vmlint/rules/facts/releases.toml" in data
    assert {name for name in held if name.endswith(".py")} == code
    assert {name for name in held if name.endswith(".toml")} == data
    facts = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "rules" / "facts").rglob("*.toml")]
    compiled = {f"vmlint/compiled/{'.'.join(path.parts)}.json" for path in facts}
    schemas = {f"vmlint/schemas/{path.name}" for path in (ROOT / "schemas").iterdir()}
    assert "vmlint/schemas/domain.xsd" in schemas
    assert {name for name in held if name.startswith("vmlint/schemas/")} == schemas
    json = {name for name in held if name.endswith(".json")}
    assert json - schemas == {
        *compiled,
        *(
            f"vmlint/compiled/{name}.json"
            for name in (
                "rules",
                "rule-pages",
                *(f"schemas.{name}{part}" for name in ("domain", "network") for part in ("", ".model")),
            )
        ),
    }
    assert f"{information}/licenses/LICENSE" in held


def test_wheel_works_alone(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    script = shutil.which("vmlint", path=str(installed / "bin"))
    assert script is not None
    found = run(script, "check", "examples", cwd=tmp_path, PYTHONPATH=str(installed))
    assert (found.returncode, found.stderr) == (1, "")
    assert "warning[short-boolean]" in found.stdout
    assert "error[teaming-mac-mismatch]" in found.stdout
    where = run(sys.executable, "-c", "import vmlint; print(vmlint.__file__)", cwd=tmp_path, PYTHONPATH=str(installed))
    assert Path(where.stdout.strip()).is_relative_to(installed)


def test_wheel_reads_no_toml(installed: Path, tmp_path: Path) -> None:
    """What it holds is of the very files it holds; else it would be passed over, and each start would be slow."""
    (tmp_path / "start.sh").write_text("qemu-system-x86_64 -serial tcp::4444,server,nowait\n")
    code = (
        "import sys; from vmlint.cli import main; code = main(['check', '-q', 'start.sh'])\n"
        "print(code, 'tomllib' in sys.modules or 'tomli' in sys.modules)"
    )
    done = run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(installed))
    assert (done.stdout, done.stderr) == ("1 False\n", "")


def test_bare_checkout_works(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    found = run(sys.executable, "-m", "vmlint", "check", "examples", cwd=tmp_path, PYTHONPATH=str(ROOT / "linter"))
    assert (found.returncode, found.stderr) == (1, "")


@pytest.mark.skipif(find_spec("pre_commit") is None, reason="pre-commit is not installed")
def test_manifest_is_valid() -> None:
    done = run(sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST), cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "")


def test_manifest_is_a_file_and_its_other_name_a_link() -> None:
    assert MANIFEST.is_file()
    assert not MANIFEST.is_symlink()
    listed = run("git", "ls-files", "--stage", LINK.name, cwd=ROOT).stdout if shutil.which("git") else ""
    if listed:
        assert listed.split()[0] == "120000"
    if LINK.is_symlink():
        assert os.readlink(LINK) == MANIFEST.name
    else:  # git on Windows may write a link as a file that holds the name
        assert os.name == "nt"
        assert LINK.read_text("utf-8") == MANIFEST.name


def hooks() -> dict[str, dict[str, Any]]:
    pytest.importorskip("yaml", reason="PyYAML, which pre-commit brings, is not installed")
    entries = importlib.import_module("yaml").safe_load(MANIFEST.read_text("utf-8"))
    return {entry["id"]: entry for entry in entries}


def test_hooks_pass_the_files_that_are_read() -> None:
    assert set(hooks()) == {"vmlint", "vmlint-fix"}
    for hook in hooks().values():
        assert hook["types"] == ["text"]
        assert [name for name in READ if not re.search(hook["files"], name)] == []
        assert [name for name in NOT_READ if re.search(hook["files"], name)] == []


@pytest.mark.parametrize("format_name", FORMATS)
def test_hooks_and_formats_agree_on_names(format_name: str) -> None:
    for pattern in load(format_name).NAMES:
        name = re.sub(r"\[([^]])[^]]*\]", r"\1", pattern).replace("*", "name").replace("?", "n")
        for path in (name, f"{name}.in", f"{name}.j2"):
            assert is_named(f"a/{path}", load(format_name).NAMES)
            assert re.search(hook_files(), f"a/{path}")
    assert all(hook["files"] == hook_files() for hook in hooks().values())


def test_hooks_leave_arguments_to_the_user() -> None:
    for name, hook in hooks().items():
        assert "args" not in hook
        assert hook["require_serial"] is True
        assert ("--fix" in hook["entry"].split()) == (name == "vmlint-fix")
