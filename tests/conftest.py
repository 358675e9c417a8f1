"""Property tests look at the same examples each time, so that a red run means a change; random ones: HYPOTHESIS_PROFILE=search."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

SLOW_MACHINE = [HealthCheck.too_slow]  # how long a test takes to make its examples says nothing of the code
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=SLOW_MACHINE)
settings.register_profile("search", max_examples=1000, deadline=None, suppress_health_check=SLOW_MACHINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """A folder in memory, where there is one: for what writes to disk hundreds of times."""
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)
