"""Named lowerings: operators that PyTorch writes in another way than one function with the same settings.

Every module of this folder registers its lowerings with `lowers`, and with `refuses` what cannot be run, and why.
"""

import importlib
import pkgutil
from collections.abc import Callable

from convlens.backends.torch.call import Lowering
from convlens.ir.graph import Node

LOWERINGS: dict[str, Lowering] = {}
REFUSALS: dict[str, Callable[[Node], str]] = {}
"""By operator: why a node cannot be run, or nothing where it can."""


def lowers(*names: str) -> Callable[[Lowering], Lowering]:
    """Register the function below as what runs these operators."""

    def register(lowering: Lowering) -> Lowering:
        LOWERINGS.update(dict.fromkeys(names, lowering))
        return lowering

    return register


def refuses(name: str) -> Callable[[Callable[[Node], str]], Callable[[Node], str]]:
    """Register the function below as what tells why a node of this operator cannot be run."""

    def register(reason: Callable[[Node], str]) -> Callable[[Node], str]:
        REFUSALS[name] = reason
        return reason

    return register


for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
