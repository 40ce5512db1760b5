"""Values written to places that the indices of several axes name together."""

from math import prod
from typing import Annotated

from convlens.arith.axis import IDENTITY, constant
from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, Along, AxisRead, Inputs, Outputs, Read
from convlens.ir.setting import Indices, Word
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import keeps_integers
from convlens.ops._indexing import Picked, picked
from convlens.ops._pointwise import same_place
from convlens.ops._weightless import Weightless


class IndexPut(Weightless, name="index_put"):
    """``y = x``, then ``y[i, j] = value``, for one index for each axis of ``on``; a ``function`` combines old and new values.

    The output has the shape of x. After the indices comes the value, which is broadcast to what `index` of the same
    settings picks; without it one number is written everywhere. Element-wise: one operation for each place where a
    ``function`` other than "replace" is given. Backward keeps the indices.

    Source: torch.Tensor.__setitem__, index_put, index_add, index_copy, index_fill, index_reduce.

    >>> nodes, edges, to = TensorSpec((10, 64)), TensorSpec((30, 64)), TensorSpec((30,), "int64")
    >>> IndexPut(on=[0], function="add").elementwise((nodes, to, edges))
    1920
    """

    on: Indices
    function: Annotated[str, Word(("replace", "add", "prod", "mean", "amax", "amin"))] = "replace"

    arity = (2, None)
    saved = keeps_integers
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        found = self._picked(xs)
        for value in xs[1 + len(self.on) :]:
            pairs = zip(reversed(value.dims), reversed(found.dims), strict=False)
            if value.rank > len(found.dims) or any(size not in (1, wanted) for size, wanted in pairs):
                places = TensorSpec(found.dims)
                raise ShapeError(f"the value {value} does not fit the places {places}", f"a value of {places}")
            if value.dtype != xs[0].dtype:
                raise ShapeError(f"the value is {value.dtype} and the input {xs[0].dtype}", "one dtype for both")
        return (xs[0],)

    def _picked(self, xs: Inputs) -> Picked:
        if len(xs) > len(self.on) + 2:
            raise ShapeError(f"{len(xs) - 1} inputs beside x for {len(self.on)} indexed axes", "one index for each, and a value")
        return picked(xs[0], self.on, xs[1 : 1 + len(self.on)])

    def elementwise(self, xs: Inputs) -> int:
        return 0 if self.function == "replace" else prod(self._picked(xs).dims)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        found = self._picked(xs)
        places = {found.axis(axis): axis for axis in found.kept}
        indices = tuple((UNKNOWN,) * index.rank for index in xs[1 : 1 + len(self.on)])
        values = tuple(_of_value(value, len(found.dims), places) for value in xs[1 + len(self.on) :])
        return ((same_place(xs[0].rank), *indices, *values),)


def _of_value(value: TensorSpec, rank: int, places: dict[int, int]) -> Read:
    """Its own place on the axes that are not indexed; which of the others, the indices tell."""
    read: list[AxisRead] = []
    for at, size in enumerate(value.dims, rank - value.rank):
        axis = places.get(at)
        read.append(UNKNOWN if axis is None else Along(None, constant(0, 0)) if size == 1 else Along(axis, IDENTITY))
    return tuple(read)
