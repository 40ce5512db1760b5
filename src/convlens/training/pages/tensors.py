"""Tensors of safetensors files: shapes are looked at before a value is read, and nothing is ever unpickled."""

import json
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from convlens.training.pages.files import UnreadableError, head_of, inside

Array = np.ndarray[Any, np.dtype[Any]]

MAX_VALUES = 50_000_000
"""Of one tensor that is read."""

MAX_HEADER = 16 * 2**20


def tensors_of(folder: Path, name: str, wanted: tuple[str, ...]) -> dict[str, Array]:
    """These tensors of a file; {} where it is missing. Raises `UnreadableError` where one is not there or too large."""
    path = inside(folder, name)
    if path is None:
        return {}
    shapes = shapes_of(path)
    for key in wanted:
        if key not in shapes:
            raise UnreadableError(f"it has no tensor {key!r}")
        if prod(shapes[key]) > MAX_VALUES:
            raise UnreadableError(f"{key!r} has more than {MAX_VALUES:,} values")
    return {key: tensor_of(path, key) for key in wanted}


def tensor_of(path: Path, key: str) -> Array:
    """One tensor whose shape was looked at. Raises `UnreadableError`, also for numbers that NumPy does not have."""
    try:
        with safe_open(path, framework="numpy") as file:
            found: Array = file.get_tensor(key)
            return found
    except (SafetensorError, OSError, TypeError, ValueError, AttributeError, KeyError) as error:
        raise UnreadableError(str(error)[:200]) from None


def shapes_of(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor, from the header alone. Raises `UnreadableError`."""
    content = head_of(path, 8)
    size = int.from_bytes(content, "little")
    if len(content) < 8 or size > MAX_HEADER:
        raise UnreadableError("not a safetensors file")
    try:
        header = json.loads(head_of(path, 8 + size)[8:])
        rows = {name: entry["shape"] for name, entry in header.items() if name != "__metadata__"}
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        raise UnreadableError("its header is broken") from None
    return {name: tuple(shape) for name, shape in rows.items() if _is_shape(shape)}


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, list) and len(shape) <= 8 and all(type(size) is int and size >= 0 for size in shape)
