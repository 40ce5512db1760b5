"""Where data of a known name may lie on this machine."""

import os
from pathlib import Path

SYSTEM = {"fashion-mnist": Path("/usr/share/datasets/fashion-mnist")}
"""Debian's package dataset-fashion-mnist."""


def places_of(name: str) -> list[Path]:
    """Folders that are looked through, in this order: $CONVLENS_DATA/NAME, the cache, a package of the system."""
    own = os.environ.get("CONVLENS_DATA")
    return [*([Path(own) / name] if own else []), cache_of(name), *([SYSTEM[name]] if name in SYSTEM else [])]


def cache_of(name: str) -> Path:
    """Where downloads are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "convlens" / name
