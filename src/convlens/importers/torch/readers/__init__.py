"""Named readers: calls of PyTorch whose arguments are not one operator's settings in another order.

Every module of this folder registers its readers with `reads`. A reader gets the trace and the call's own arguments
and returns what the call returns.
"""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

READERS: dict[str, Callable[..., Any]] = {}
"""Reader by the name of the function that PyTorch calls; every tensor argument arrives as a shadow."""

KERNELS: dict[str, Callable[..., Any]] = {}
"""Readers that need the module's own weights: their tensor arguments arrive as they are."""


def reads(*names: str, weights: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the function below as the reader of these calls."""

    def register(reader: Callable[..., Any]) -> Callable[..., Any]:
        (KERNELS if weights else READERS).update(dict.fromkeys(names, reader))
        return reader

    return register


for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
