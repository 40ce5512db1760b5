"""The rewrites: one file each, found by walking the folder `rules`."""

import importlib
import pkgutil
from functools import lru_cache
from typing import Any

from convlens.ir.errors import UsageError, nearest, quoted
from convlens.rewrites import rules


@lru_cache
def names() -> tuple[str, ...]:
    """
    >>> "fold-batch-norm" in names()
    True
    """
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(rules.__path__)))


def rule(name: str) -> Any:
    """The module of a rewrite; `UsageError` for an unknown name, naming the nearest."""
    if name not in names():
        raise UsageError(f"there is no rewrite {quoted(name)}{nearest(name, list(names()))}\n  fix: one of {', '.join(names())}")
    return importlib.import_module(f"{rules.__name__}.{name.replace('-', '_')}")
