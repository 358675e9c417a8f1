"""What pytest gives to every test module: how property tests look for examples, and fixtures that several modules use."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Property tests look at the same examples each time, so that a red run means a change; HYPOTHESIS_PROFILE=search looks at random ones.
SLOW_MACHINE = [HealthCheck.too_slow]  # how long a test takes to make its examples says nothing of the code
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=SLOW_MACHINE)
settings.register_profile("search", max_examples=1000, deadline=None, suppress_health_check=SLOW_MACHINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, with the working directory in a folder of it."""
    top = tmp_path / "top"
    (top / ".git").mkdir(parents=True)
    (top / "my dir").mkdir()
    monkeypatch.chdir(top / "my dir")
    return top


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """A folder in memory, where there is one: for what writes to disk hundreds of times."""
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)
