"""Diagonals and turns of matrices, written as slices, flips and permutations."""

from typing import Any

from convlens.importers.torch.readers import reads
from convlens.importers.torch.readers.made import made
from convlens.importers.torch.readers.parts import sliced
from convlens.importers.torch.readers.reduction import reduced
from convlens.importers.torch.readers.shape import permuted, reshaped, transposed
from convlens.importers.torch.shadow import DTYPES, Shadow
from convlens.importers.torch.trace import Trace
from convlens.ir.errors import ShapeError
from convlens.ops.flip import Flip
from convlens.ops.update import Update


@reads("diagonal", "diagonal_copy")
def diagonal(trace: Trace, x: Shadow, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Shadow:
    """A slice of every ``columns + 1``-th value of the matrix read row by row; a last axis of the result."""
    rank = x.spec.rank
    first, second = dim1 % rank, dim2 % rank
    rest = [axis for axis in range(rank) if axis not in (first, second)]
    matrix = permuted(trace, x, (*rest, first, second))
    *lead, rows, columns = matrix.spec.dims
    length = min(rows + min(offset, 0), columns - max(offset, 0))
    if length < 1:
        raise ShapeError(f"a {rows}x{columns} matrix has no diagonal {offset}", f"an offset from {1 - rows} to {columns - 1}")
    line = reshaped(trace, matrix, (*lead, rows * columns))
    return sliced(trace, line, _stride(line, offset, length, columns))


def _stride(line: Shadow, offset: int, length: int, columns: int) -> dict[str, Any]:
    start = offset if offset >= 0 else -offset * columns
    stop = start + (length - 1) * (columns + 1) + 1
    return {"on": (line.spec.rank - 1,), "starts": (start,), "stops": (stop,), "steps": (columns + 1,)}


@reads("diag_embed")
def _diag_embed(trace: Trace, x: Shadow, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """Written into zeros."""
    *lead, length = x.spec.dims
    size, rank = length + abs(offset), x.spec.rank + 1
    zeros = made(trace, (*lead, size * size), DTYPES[x.spec.dtype])
    (line,) = trace.emit(Update(**_stride(zeros, offset, length, size)), [zeros, x])
    order = [axis for axis in range(rank) if axis not in (dim1 % rank, dim2 % rank)] + [dim1 % rank, dim2 % rank]
    return permuted(trace, reshaped(trace, line, (*lead, size, size)), [order.index(axis) for axis in range(rank)])


@reads("trace")
def _trace(trace: Trace, x: Shadow) -> Any:
    return reduced(trace, "sum", diagonal(trace, x), None, keep=False)[0]


@reads("rot90")
def _rot90(trace: Trace, x: Shadow, k: int = 1, dims: Any = (0, 1)) -> Any:
    """A quarter turn is a flip and a transposition."""
    first, second = dims
    if k % 2 == 0:
        return trace.emit(Flip(over=(first, second) if k % 4 else ()), [x])[0]
    (turned,) = trace.emit(Flip(over=(second if k % 4 == 1 else first,)), [x])
    return transposed(trace, turned, first, second)
