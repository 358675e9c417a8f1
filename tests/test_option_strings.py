"""Option strings that were run on QEMU 5.2.0, 7.2.22, 10.0.13 and 11.1.3, and what those said: option_strings.jsonl.

`warned` are the tokens that a release calls short-form booleans (one list where 7.2, 10.0 and 11.1 agree; 5.2 says nothing);
`refused` the releases that refuse a token for want of a `=`; `runs` those that start.
"""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

import vmlint
from tests.helpers import ROOT

CASES: list[dict[str, Any]] = [json.loads(line) for line in (ROOT / "tests" / "option_strings.jsonl").open()]
SILENT = "without a warning"


def tokens_warned(case: dict[str, Any], release: str) -> list[str]:
    if release == "5.2":
        return []
    told: list[str] = case["warned"] if isinstance(case["warned"], list) else case["warned"][release]
    return told


@pytest.mark.parametrize("release", ["5.2", "7.2", "10.0", "11.1"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["argv"])
def test_vmlint_says_what_qemu_does(case: dict[str, Any], release: str) -> None:
    argv = ["qemu-system-x86_64", *shlex.split(case["argv"])]
    found = vmlint.check_argv(argv, qemu=f"=={release}").diagnostics
    warned = tokens_warned(case, release)
    texts = [d.source.decode(*d.span) for d in found]
    assert [token for token in warned if not any(token in text for text in texts)] == []
    if release in case.get("refused", ()):
        assert any(d.severity == "error" for d in found)
    elif release in case.get("runs", ()):
        short = [
            text for text, d in zip(texts, found, strict=True) if d.rule == "short-boolean" and SILENT not in d.message
        ]
        assert [text for text in short if text not in warned] == []
