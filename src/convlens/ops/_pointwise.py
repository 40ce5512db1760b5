"""Operators that treat every element by itself: activations, arithmetic with broadcasting."""

from functools import lru_cache

from convlens.arith.axis import IDENTITY, constant
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read
from convlens.ir.spec import Shape, TensorSpec, show_shape
from convlens.ops._weightless import Weightless

FLOATS = ("float16", "bfloat16", "float32", "float64", "complex64", "complex128")
"""Floating dtypes, each of which wins over those before it when two meet."""

_INTEGERS = ("bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64")


class Pointwise(Weightless):
    """One input, an output of the same shape, every element by itself, no parameters."""

    arity = (1, 1)
    view = False

    def outputs(self, xs: Inputs) -> Outputs:
        return (xs[0],)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((same_place(xs[0].rank),),)


class Broadcast(Weightless):
    """Several inputs, broadcast against each other from the last axis on: an axis of size 1 stands for any size."""

    view = False

    def outputs(self, xs: Inputs) -> Outputs:
        return (TensorSpec(broadcast([x.dims for x in xs]), promoted(xs)),)

    def elementwise(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        out = self.outputs(xs)[0].dims
        return (tuple(broadcast_read(x.dims, out) for x in xs),)


@lru_cache(maxsize=64)
def same_place(rank: int) -> Read:
    """Output index ``y`` reads input index ``y`` on every axis."""
    return tuple(Along(axis, IDENTITY) for axis in range(rank))


def broadcast_read(dims: Shape, out: Shape) -> Read:
    """What an output of shape ``out`` reads of an input of shape ``dims`` that is broadcast to it."""
    if dims == out:
        return same_place(len(dims))
    lead = len(out) - len(dims)
    return tuple(
        Along(None, constant(0, 0)) if size == 1 and out[axis + lead] != 1 else Along(axis + lead, IDENTITY)
        for axis, size in enumerate(dims)
    )


def broadcast(shapes: list[Shape]) -> Shape:
    """The common shape, or `ShapeError`.

    >>> broadcast([(1, 64, 8, 8), (64, 1, 1)])
    (1, 64, 8, 8)
    """
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(_common_size(axis, [shape[axis] for shape in padded], shapes) for axis in range(rank))


def _common_size(axis: int, sizes: list[int], shapes: list[Shape]) -> int:
    wide = {size for size in sizes if size != 1}
    if len(wide) > 1:
        raise ShapeError(
            f"the shapes {' and '.join(map(show_shape, shapes))} do not match at axis {axis}: "
            f"{' against '.join(map(str, sizes))}",
            "give both inputs the same size there, or size 1 to one of them",
        )
    return wide.pop() if wide else 1


def promoted(xs: Inputs) -> str:
    """The dtype of a result of several inputs, by the usual rule: floating over integer, wider over narrower.

    A scalar does not widen a tensor of the same kind. Source: torch.result_type.

    >>> promoted((TensorSpec((8,), "uint8"), TensorSpec((8,), "int8"))), promoted((TensorSpec((8,), "float16"), TensorSpec(())))
    ('int16', 'float16')
    """
    shaped = _joined([x.dtype for x in xs if x.dims])
    scalars = _joined([x.dtype for x in xs if not x.dims])
    if not shaped or not scalars:
        return shaped or scalars
    return _joined([shaped, scalars]) if _kind(scalars) > _kind(shaped) else shaped


def floating(dtype: str) -> str:
    """The dtype of a function whose values are not whole: float32 for an integer."""
    return dtype if dtype in FLOATS else "float32"


def _kind(dtype: str) -> int:
    """0 for truth values, 1 for whole numbers, 2 for real ones, 3 for complex ones."""
    if dtype in FLOATS:
        return 3 if dtype.startswith("complex") else 2
    return 0 if dtype == "bool" else 1


def _joined(dtypes: list[str]) -> str:
    """The narrowest dtype that holds them all."""
    floats = [d for d in dtypes if d in FLOATS]
    if {"float16", "bfloat16"} <= set(floats):
        floats.append("float32")
    if floats:
        return max(floats, key=FLOATS.index)
    widest = max(dtypes, key=lambda d: _INTEGERS.index(d) if d in _INTEGERS else -1, default="")
    return "int16" if widest == "int8" and "uint8" in dtypes else widest
