"""The formulas, one family of operators in each file; the folder is walked."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Formula = Callable[[Any, Sequence[Array], Mapping[str, Array]], Any]
"""Settings, inputs and weights in; one array out, or a tuple of them."""

FORMULAS: dict[str, Formula] = {}


def formula(*names: str) -> Callable[[Formula], Formula]:
    """Register the function below as what these operators compute."""

    def register(function: Formula) -> Formula:
        FORMULAS.update(dict.fromkeys(names, function))
        return function

    return register


def places(shape: Sequence[int]) -> Any:
    """Every index into an array of this shape."""
    return np.ndindex(*shape)


for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
