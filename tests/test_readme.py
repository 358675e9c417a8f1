"""What the README shows is what happens."""

from __future__ import annotations

import doctest
import re
import shutil
from pathlib import Path

import pytest
from docs.generate import COMMAND, CONSOLE, with_output

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = [f"```console\n{block}```\n" for block in CONSOLE.findall(README)]
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]


@pytest.mark.skipif(shutil.which("sh") is None, reason="the commands in the README are for a POSIX shell")
@pytest.mark.parametrize("block", BLOCKS, ids=[COMMAND.findall(block)[0] for block in BLOCKS])
def test_commands_print_what_is_shown(block: str) -> None:
    assert with_output(block) == block


def test_screen_of_output_is_shown() -> None:
    assert len(BLOCKS) > 1
    assert all(COMMAND.findall(block) for block in BLOCKS)


def test_python_session_is_true() -> None:
    test = doctest.DocTestParser().get_doctest(README, {}, "README", None, None)
    assert test.examples
    result = doctest.DocTestRunner().run(test)
    assert result.failed == 0


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    targets = LINK.findall(document.read_text("utf-8"))
    assert [target for target in targets if not (ROOT / target).exists()] == []
