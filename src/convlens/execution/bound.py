"""Arrays and tensors of the caller's own, given to the inputs of a network."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convlens.execution.wanted import Wanted, shown_inputs
from convlens.ir.errors import UsageError, nearest, quoted
from convlens.media.sample import Array

KINDS = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}
"""Truth values, whole, real and complex numbers: none becomes what stands before it."""


def bound(name: str, wanted: Sequence[Wanted], args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Array]:
    """One array for each input of the network ``name``, in the dtype that it takes; the caller's own are not touched.

    Raises `UsageError` where an input is missing, unknown or given twice, or is no array of such numbers.

    >>> made = bound("net", [Wanted("x", None), Wanted("ids", None, "int64")], [[0.5]], {"ids": [1, 2]})
    >>> made["x"].dtype, made["ids"].dtype
    (dtype('float32'), dtype('int64'))
    """
    names = [item.name for item in wanted]
    unknown = next((given for given in kwargs if given not in names), None)
    if unknown is not None:
        raise UsageError(f"{name} has no input {quoted(unknown)}{nearest(unknown, names)}; it has: {shown_inputs(wanted)}")
    if len(args) > len(names) or sorted([*names[: len(args)], *kwargs]) != sorted(names):
        raise UsageError(_miscounted(name, wanted, len(args), list(kwargs)))
    placed = {**dict(zip(names, args, strict=False)), **kwargs}
    return {item.name: _typed(item, placed[item.name]) for item in wanted}


def _miscounted(name: str, wanted: Sequence[Wanted], in_order: int, by_name: Sequence[str]) -> str:
    given = ", ".join([f"{in_order} in order"] * bool(in_order or not by_name) + [f"{each!r} by name" for each in by_name])
    return f"{name} takes {len(wanted)} input(s), but given are {given}; it has: {shown_inputs(wanted)}\n  fix: each of them once"


def _typed(wanted: Wanted, given: Any) -> Array:
    """A copy in the dtype of the input, in plain order in memory."""
    array = _array(f"input {wanted.name!r}", given)
    dtype = np.dtype(wanted.numpy_dtype)
    if KINDS[array.dtype.kind] > KINDS[dtype.kind]:
        raise UsageError(f"input {wanted.name!r} takes {wanted.dtype}, but an array of {array.dtype} is given")
    return np.array(array, dtype, order="C")


def _array(what: str, given: Any) -> Array:
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(given, torch.Tensor):
        from convlens.execution.arrays import numpy_of  # noqa: PLC0415 - an ONNX file runs without PyTorch

        return np.asarray(numpy_of(given))
    try:
        array = np.asarray(given)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in KINDS:
        shown = f"an array of {array.dtype}" if isinstance(given, np.ndarray) else quoted(given)
        raise UsageError(f"{what} must be an array of numbers, not {shown}")
    return array
