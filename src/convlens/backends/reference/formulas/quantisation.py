"""Between real values and small whole numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convlens.backends.reference.formulas import Array, formula, places


@formula("quantize")
def quantize(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """``round(x / scale) + zero_point``, halves to the even neighbour, and what lies outside the dtype at its end."""
    limits = np.iinfo(op.dtype)
    y = np.zeros(xs[0].shape, op.dtype)
    for at in places(y.shape):
        scale, zero = _numbers(op, at)
        y[at] = int(min(max(np.round(xs[0][at] / scale) + zero, limits.min), limits.max))
    return y


@formula("dequantize")
def dequantize(op: Any, xs: Sequence[Array], _: Mapping[str, Array]) -> Array:
    """``(x - zero_point) * scale``."""
    y = np.zeros(xs[0].shape)
    for at in places(y.shape):
        scale, zero = _numbers(op, at)
        y[at] = (float(xs[0][at]) - zero) * scale
    return y


def _numbers(op: Any, at: tuple[int, ...]) -> tuple[float, int]:
    """Scale and zero point of one element."""
    scale, zero = (each[at[op.axis] if len(each) > 1 else 0] for each in (op.scale, op.zero_point))
    return scale, zero
