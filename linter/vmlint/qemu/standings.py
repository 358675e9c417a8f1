"""What a distribution may do with a machine type; `vendors` tells what it does."""

from __future__ import annotations

HAS, FADES, LACKS, UNKNOWN, AS_UPSTREAM = "has", "fades", "lacks", "unknown", "as upstream"
"""What a distribution does with a machine type; the last: what the release of QEMU does that it ships."""
