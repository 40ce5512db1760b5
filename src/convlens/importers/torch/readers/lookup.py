"""Tables of trained vectors, and the index letters of einsum."""

from typing import Any

import torch

from convlens.importers.torch.opaque import opaque
from convlens.importers.torch.readers import reads
from convlens.importers.torch.shadow import DTYPE_NAMES
from convlens.importers.torch.trace import Trace
from convlens.ops.einsum import Einsum
from convlens.ops.embedding import Embedding
from convlens.ops.embedding_bag import EmbeddingBag


@reads("embedding", weights=True)
def _embedding(trace: Trace, *args: Any, **kwargs: Any) -> Any:
    """``F.embedding(input, weight)`` and the kernel ``embedding(weight, indices)``: the table is the one of real numbers."""
    first, second = (*args[:2], *(kwargs[name] for name in ("input", "weight", "indices") if name in kwargs))[:2]
    table, index = (first, second) if first.is_floating_point() else (second, first)
    count, width = table.shape
    op = Embedding(count=count, width=width, dtype=DTYPE_NAMES[table.dtype])
    if trace.is_parameter(table):
        return trace.emit(op, [index], {"weight": table})[0]
    return trace.emit(op, [index, table])[0]


@reads("embedding_bag", weights=True)
def _embedding_bag(trace: Trace, *args: Any, **kwargs: Any) -> Any:
    """``F.embedding_bag``; the kernel, whose first argument is the table, returns what only backward needs beside it."""
    if args and args[0].is_floating_point():
        return opaque(trace, torch.embedding_bag, args, kwargs)
    given = dict(zip(_BAG, args, strict=False)) | kwargs
    table, weights = given["weight"], given.get("per_sample_weights")
    count, width = table.shape
    op = EmbeddingBag(count=count, width=width, function=given.get("mode", "mean"), weighted=weights is not None,
                      ended=bool(given.get("include_last_offset")), dtype=DTYPE_NAMES[table.dtype])  # fmt: skip
    inputs = [x for x in (given["input"], given.get("offsets"), weights) if x is not None]
    if trace.is_parameter(table):
        return trace.emit(op, inputs, {"weight": table})[0]
    return trace.emit(op, [*inputs, table])[0]


_BAG = ("input", "weight", "offsets", "max_norm", "norm_type", "scale_grad_by_freq", "mode", "sparse", "per_sample_weights",
        "include_last_offset", "padding_idx")  # fmt: skip
"""The arguments of torch.nn.functional.embedding_bag."""


@reads("einsum")
def _einsum(trace: Trace, *args: Any) -> Any:
    """``einsum("ij,jk->ik", x, y)``, ``einsum(equation, [x, y])``, and lists of numbers in place of letters."""
    if isinstance(args[0], str):
        operands = args[1] if len(args) == 2 and isinstance(args[1], tuple | list) else args[1:]
        return trace.emit(Einsum(equation=args[0]), list(operands))[0]
    count = len(args) // 2
    groups = [_letters(args[2 * i + 1]) for i in range(count)]
    output = f"->{_letters(args[-1])}" if len(args) % 2 else ""
    return trace.emit(Einsum(equation=",".join(groups) + output), [args[2 * i] for i in range(count)])[0]


def _letters(numbers: Any) -> str:
    return "".join("..." if n is Ellipsis else chr(ord("A") + n) if n < 26 else chr(ord("a") + n - 26) for n in numbers)
