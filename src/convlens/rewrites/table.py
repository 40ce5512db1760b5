"""The rewrites: one file each, found by walking the folder `rules`."""

import importlib
import pkgutil
from functools import lru_cache
from typing import Any

from convlens.ir.errors import UsageError, nearest, quoted
from convlens.lang.sentence import Sentence
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
        named = {"name": quoted(name), "meant": nearest(name, list(names())), "known": ", ".join(names())}
        raise UsageError(Sentence("there is no rewrite {name}{meant}\n  fix: one of {known}", **named))
    return importlib.import_module(f"{rules.__name__}.{name.replace('-', '_')}")
