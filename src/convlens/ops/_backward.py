"""What backward keeps and costs, in the forms that several operators share.

What is kept follows PyTorch's derivatives as its CPU kernels save them. Source: torch, tools/autograd/derivatives.yaml.
"""

from convlens.ir.backward import NOTHING, Saved, Wanted
from convlens.ir.op import Inputs, Op
from convlens.ir.spec import TensorSpec

INDEX_BYTES = 8
"""PyTorch's indices are int64."""


def keeps_nothing(op: Op, xs: Inputs, wanted: Wanted) -> Saved:
    """The gradient needs no value of the forward pass."""
    return NOTHING


def keeps_input(op: Op, xs: Inputs, wanted: Wanted) -> Saved:
    """The first input."""
    return Saved(inputs=(0,))


def keeps_output(op: Op, xs: Inputs, wanted: Wanted) -> Saved:
    """The first output."""
    return Saved(outputs=(0,))


def keeps_input_or_result(op: Op, xs: Inputs, wanted: Wanted) -> Saved:
    """The input, or the output where that takes its place: the slope can be told from either."""
    return Saved(outputs=(0,)) if wanted.in_place else Saved(inputs=(0,))


def keeps_every_input(op: Op, xs: Inputs, wanted: Wanted) -> Saved:
    """All inputs."""
    return Saved(inputs=tuple(range(len(xs))))


def keeps_integers(op: Op, xs: Inputs, wanted: Wanted) -> Saved:
    """The indices or the mask among the inputs."""
    return Saved(tuple(at for at, x in enumerate(xs) if not x.floating))


def keeps_indices(op: Op, xs: Inputs, wanted: Wanted) -> Saved:
    """The input, and for each output value the index of the input that it was, which may be the second output."""
    outs = op.outputs(xs)
    return Saved((0,), (1,)) if len(outs) > 1 else Saved((0,), made=INDEX_BYTES * outs[0].numel)


def keeps_factors(op: Op, xs: Inputs, wanted: Wanted) -> Saved:
    """The gradient of each of two factors is a product with the other one; own weights are the other factor of an input."""
    return Saved(tuple(at for at in range(min(len(xs), 2)) if wanted.weights or wanted.inputs & ({0, 1} - {at})))


def no_products(op: Op, xs: Inputs, wanted: Wanted) -> int:
    """Backward multiplies no matrices."""
    return 0


def a_product_each(op: Op, xs: Inputs, wanted: Wanted) -> int | None:
    """The gradient by each of two factors costs what the forward product does; own weights are the second factor."""
    macs = op.macs(xs)
    return None if macs is None else macs * (wanted.weights + len(wanted.inputs & {0, 1}))


def mask_bytes(x: TensorSpec, of: str, p: float) -> int:
    """The factors of a dropout: one for each of the "values", or for each of the "channels" (axes 0 and 1).

    Where all are dropped it is one factor, and none where none is.
    """
    if p in (0, 1):
        return x.with_dims(()).bytes if p else 0
    return x.bytes if of == "values" else x.with_dims(x.dims[:2]).bytes


def input_and_statistics(sets: int) -> Saved:
    """The input, and a mean and a deviation for each of the ``sets`` of values that are normalised together."""
    return Saved((0,), made=statistics_bytes(sets))


def statistics_bytes(sets: int) -> int:
    """A mean and an inverse deviation of each set, both float32."""
    return 8 * sets
