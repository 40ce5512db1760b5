"""Inputs for drawn calls that read or write by indices: they point into what they index, in an order that is defined."""

import torch
from torch import Tensor

from tests.backends.values import values
from tests.ops.call import Call

INDEXED = {"index", "index_put", "gather_nd", "scatter_nd", "masked_scatter", "embedding_bag", "searchsorted"}


def indexed_inputs(call: Call, seed: int = 0) -> list[Tensor]:
    """Real values in float64, and the indices at random. Raises `IndexError` where the drawn shapes do not allow any."""
    dtypes = ["float64" if dtype == "float32" else dtype for dtype in call.dtypes] or ["float64"] * len(call.shapes)
    xs = [values(shape, dtype, seed + at) for at, (shape, dtype) in enumerate(zip(call.shapes, dtypes, strict=True))]
    if call.op in ("index", "index_put"):
        for at, axis in enumerate(call.settings["on"], 1):
            xs[at] = values(call.shapes[at], dtypes[at], seed + at, call.shapes[0][axis])
    elif call.op in ("gather_nd", "scatter_nd"):
        sizes = call.shapes[0][call.settings.get("batch", 0) :]
        vectors = [values(call.shapes[1][:-1], dtypes[1], seed + at, sizes[at]) for at in range(call.shapes[1][-1])]
        xs[1] = torch.stack(vectors, -1)
    elif call.op == "searchsorted":
        xs[0] = xs[0].sort(-1).values
    elif call.op == "embedding_bag":
        xs[0] = values(call.shapes[0], dtypes[0], seed, call.settings["count"])
        if len(call.shapes[0]) == 1 and len(xs) > 1:
            xs[1] = _offsets(xs[1], xs[0].numel(), call.settings.get("ended", False))
    return xs


def _offsets(drawn: Tensor, count: int, ended: bool) -> Tensor:
    """From 0 upwards; the end of the last bag is the end of the list."""
    found = (drawn % (count + 1)).sort().values
    found[0] = 0
    if ended:
        found[-1] = count
    return found


def collides(call: Call, xs: list[Tensor]) -> bool:
    """Are several values put to one place, so that which of them stays is PyTorch's secret?"""
    if call.op not in ("index_put", "scatter_nd") or call.settings["function"] != "replace":
        return False
    numbers = torch.arange(xs[0].numel()).reshape(xs[0].shape)
    if call.op == "scatter_nd":
        places = numbers[tuple(xs[1].long().unbind(-1))]
    else:
        key: list[Tensor | None] = [None] * xs[0].dim()
        for axis, index in zip(call.settings["on"], xs[1:-1], strict=True):
            key[axis] = index.long()
        places = torch.ops.aten.index(numbers, key)
    return places.unique().numel() < places.numel()
