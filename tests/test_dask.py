"""The example for a cluster, on one of this machine; Dask is not needed for anything else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT, vmlint

EXAMPLE = ROOT / "examples" / "fleet_dask.py"
GUEST = "<domain type='kvm'>\n  <name>guest</name>\n  <os><type>hvm</type></os>\n  <{memory}>1</{memory}>\n</domain>\n"


def test_a_cluster_finds_what_one_process_finds(tmp_path: Path) -> None:
    pytest.importorskip("dask.bag", reason="dask is not installed: pip install 'vmlint[fleet]'")
    pytest.importorskip("distributed", reason="distributed is not installed: pip install 'vmlint[fleet]'")
    for number in range(1200):
        (tmp_path / f"{number:04}.xml").write_text(GUEST.format(memory="memory" if number % 100 else "memroy"))
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), "."], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    one = vmlint("check", ".", "--output-format", "concise", cwd=tmp_path).stdout.decode().splitlines()[:-1]
    assert done.returncode == 1, done.stderr
    places = [line.partition(": ")[0] for line in done.stdout.splitlines()]
    assert places == [":".join(line.split(":")[:2]) for line in one]
    assert {line.partition("[")[2].partition("]")[0] for line in done.stdout.splitlines()} == {
        line.partition("[")[2].partition("]")[0] for line in one
    }
