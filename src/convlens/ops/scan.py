"""Running sums and their like."""

from typing import Annotated

from convlens.arith.axis import IDENTITY, MAX_PHASES, table
from convlens.ir.backward import NOTHING, Saved, Wanted
from convlens.ir.op import WHOLE, Along, AxisRead, Inputs, Outputs, Read
from convlens.ir.setting import Index, Word
from convlens.ir.spec import TensorSpec
from convlens.ops._pointwise import floating
from convlens.ops._structure import axis_of
from convlens.ops._weightless import Weightless

_PAIR = ("cummax", "cummin")


class Scan(Weightless, name="scan"):
    """Output ``y`` is the ``function`` of inputs 0 to ``y`` along ``axis``: sum, product, log of the sum of exponentials,
    largest or smallest value; the last two have a second output with indices.

    Element-wise: one operation for each element, three for ``logcumsumexp``. Sums and products of whole numbers are int64.
    Source: torch.cumsum, torch.cumprod, torch.logcumsumexp, torch.cummax; ONNX operator CumSum-14.

    >>> str(Scan(function="cumsum", axis=-1).infer((TensorSpec((1, 8), "int32"),))[0].dtype)
    'int64'
    """

    function: Annotated[str, Word(("cumsum", "cumprod", "logcumsumexp", *_PAIR))]
    axis: Index

    arity = (1, 1)
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        axis_of(self.axis, xs[0])
        values = TensorSpec(xs[0].dims, self._dtype(xs[0].dtype))
        return (values, TensorSpec(values.dims, "int64")) if self.function in _PAIR else (values,)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """Which values they were; the input and the output; or nothing for a plain sum."""
        if self.function in _PAIR:
            return Saved((0,), (1,))
        return NOTHING if self.function == "cumsum" else Saved((0,), (0,))

    def elementwise(self, xs: Inputs) -> int:
        return (3 if self.function == "logcumsumexp" else 1) * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        over = axis_of(self.axis, xs[0])
        read = tuple(_up_to(axis, n) if axis == over else Along(axis, IDENTITY) for axis, n in enumerate(xs[0].dims))
        return ((read,),) * (2 if self.function in _PAIR else 1)

    def _dtype(self, dtype: str) -> str:
        if self.function in _PAIR:
            return dtype
        if self.function == "logcumsumexp":
            return floating(dtype)
        return "int64" if dtype.startswith(("int", "uint", "bool")) else dtype


def _up_to(axis: int, size: int) -> AxisRead:
    """Everything up to the output's own place; of a long axis no table is written, since its end reads all of it."""
    return Along(axis, table(size, lambda y: ((0, y),))) if size <= MAX_PHASES else WHOLE
