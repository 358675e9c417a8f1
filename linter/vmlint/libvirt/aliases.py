"""Aliases of devices: which of them libvirt keeps."""

from __future__ import annotations

import re

USER_ALIAS = re.compile(r"ua-[A-Za-z0-9_-]+")
"""Aliases that libvirt keeps when a domain is defined (measured on 7.0, 9.0 and 11.3); the schema allows a dot too."""
AUTOMATIC = re.compile(r"net(?:0|[1-9][0-9]*)")
"""Aliases that libvirt gives to interfaces itself."""
