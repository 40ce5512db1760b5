"""Reductions over axes."""

from typing import Annotated

from convlens.arith.axis import IDENTITY
from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Bool, Number, OptionalIndices, Word
from convlens.ir.spec import TensorSpec
from convlens.ops._weightless import Weightless

_INDEX = ("argmax", "argmin")
_PAIR = ("max_with_indices", "min_with_indices", "median_with_indices", "mode_with_indices")
_BOTH = ("var_mean", "std_mean", "aminmax")
_TRUTH = ("all", "any")
_SPREAD = ("var", "std", "var_mean", "std_mean")
FUNCTIONS = (
    "mean", "sum", "max", "min", "prod", "var", "std", "logsumexp", "norm", "median", "count_nonzero",
    *_INDEX, *_PAIR, *_BOTH, *_TRUTH,
)  # fmt: skip


class Reduce(Weightless, name="reduce"):
    """One value from all values along the axes ``over`` (all axes where none is given); ``keep`` leaves them with size 1.

    Variance and deviation divide by the number of values less ``correction``; "norm" is the ``p``-norm.

    Element-wise: one operation for each input element, two for ``aminmax``, three for variance and deviation (their mean
    comes with them). The functions that end in ``with_indices`` have a second output of indices; ``var_mean``,
    ``std_mean`` and ``aminmax`` (smallest, then largest) have two outputs of values. Source: torch, "Reduction Ops".

    >>> pool = Reduce(function="mean", over=[2, 3])
    >>> str(pool.infer((TensorSpec((1, 2048, 7, 7)),))[0])
    '1x2048'
    """

    function: Annotated[str, Word(FUNCTIONS)]
    over: OptionalIndices = None
    keep: Bool = False
    correction: Number = 1.0
    p: Number = 2.0

    arity = (1, 1)
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        over = self._over(xs[0])
        dims = tuple(1 if a in over else n for a, n in enumerate(xs[0].dims) if self.keep or a not in over)
        values = TensorSpec(dims, self._dtype(xs[0].dtype))
        if self.function in _BOTH:
            return (values, values)
        return (values, TensorSpec(dims, "int64")) if self.function in _PAIR else (values,)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, the output, both or neither: by the derivative of the function."""
        if self.function in _PAIR:
            return Saved(outputs=(1,))
        needs_output = self.function in ("max", "min", "prod", "std", "logsumexp", "norm", "std_mean", "aminmax", "median")
        needs_input = needs_output or self.function in ("var", "var_mean")
        outputs = (0, 1) if self.function == "aminmax" else (0,)
        return Saved((0,) * needs_input, outputs * needs_output)

    def elementwise(self, xs: Inputs) -> int:
        return (3 if self.function in _SPREAD else 2 if self.function == "aminmax" else 1) * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        over = self._over(xs[0])
        kept = [a for a in range(xs[0].rank) if self.keep or a not in over]
        read = tuple(WHOLE if a in over else Along(kept.index(a), IDENTITY) for a in range(xs[0].rank))
        return ((read,),) * len(self.outputs(xs))

    def _over(self, x: TensorSpec) -> frozenset[int]:
        if not self.over:
            return frozenset(range(x.rank))
        for axis in self.over:
            if not -max(x.rank, 1) <= axis < max(x.rank, 1):
                raise ShapeError(f"axis {axis} is not one of the {x.rank} axes of {x}", f"axes from {-x.rank} to {x.rank - 1}")
        over = [axis % max(x.rank, 1) for axis in self.over]
        if len(set(over)) < len(over):
            raise ShapeError(f"the axes [{', '.join(map(str, self.over))}] of {x} name one axis twice", "each axis once")
        if len(over) > 1 and self.function in (*_INDEX, *_PAIR, "aminmax"):
            raise ShapeError(f"{self.function} takes one axis, but is given {len(over)}", "one axis, or flatten them first")
        return frozenset(over)

    def _dtype(self, dtype: str) -> str:
        if self.function in (*_INDEX, "count_nonzero"):
            return "int64"
        if self.function in _TRUTH:
            return "uint8" if dtype == "uint8" else "bool"
        integer = dtype.startswith(("int", "uint", "bool"))
        return "int64" if integer and self.function in ("sum", "prod") else dtype
