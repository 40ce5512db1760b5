"""Which places of a value do its readers read, and how many does none of them read?"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from convlens.arith.combs import Combs, combs, tally
from convlens.ir.op import Along, AxisRead, Op, Read, Scattered
from convlens.ir.spec import Shape, TensorSpec

Reader = tuple[Combs | None, ...]
"""What one reader reads along each axis of a value; None: every place, or nobody can tell which."""


@lru_cache(maxsize=8192)
def readers(op: Op, xs: tuple[TensorSpec, ...], ys: tuple[TensorSpec, ...]) -> tuple[tuple[Reader, ...], ...]:
    """How each output of an operator reads its inputs ``xs``: for each output, a `Reader` of each input."""
    return tuple(
        tuple(_reader(read, x, y) for read, x in zip(reads, xs, strict=True)) for reads, y in zip(op.reads(xs), ys, strict=True)
    )


def _reader(read: Read, x: TensorSpec, y: TensorSpec) -> Reader:
    return tuple(_axis(each, size, y) for each, size in zip(read, x.dims, strict=True))


def _axis(read: AxisRead, size: int, y: TensorSpec) -> Combs | None:
    if isinstance(read, Along):
        return combs(read.map, 1 if read.axis is None else y.dims[read.axis], size)
    if isinstance(read, Scattered) and read.map is not None:
        return combs(read.map, read.outs, size)
    return None


def unread(by: Sequence[Reader], dims: Shape, axes: Sequence[int]) -> int:
    """How many places of a map, spanned by these axes of a value of shape ``dims``, no reader reads.

    A reader reads a place where it does so on all axes at once.

    >>> from convlens.arith.combs import Comb
    >>> skipping = ((Comb(0, 1, 2, 28),),) * 2
    >>> unread([skipping], (56, 56), axes=(0, 1)), unread([skipping, (None, None)], (56, 56), axes=(0, 1))
    (2352, 0)
    """
    read = {(1 << len(by)) - 1: 1}
    for axis in axes:
        more: Counter[int] = Counter()
        for mask, count in tally([reader[axis] for reader in by], dims[axis]).items():
            for other, times in read.items():
                more[mask & other] += count * times
        read = more
    return read.get(0, 0)
