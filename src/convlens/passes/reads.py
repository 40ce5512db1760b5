"""What operators read, worked out once for equal operators on equal inputs: networks repeat their layers."""

from functools import lru_cache

from convlens.ir.op import Inputs, Op, Read


@lru_cache(maxsize=8192)
def reads_of(op: Op, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
    """For each output, for each input: what an output index reads along each input axis."""
    return op.reads(xs)
