"""Property tests look at the same examples each time, so that a red run means a change; random ones: HYPOTHESIS_PROFILE=search."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW_MACHINE = [HealthCheck.too_slow]  # how long a test takes to make its examples says nothing of the code
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=SLOW_MACHINE)
settings.register_profile("search", max_examples=1000, deadline=None, suppress_health_check=SLOW_MACHINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
