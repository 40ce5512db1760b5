"""Discrete Fourier transforms, as far as shapes go."""

from typing import Annotated

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Indices, OptionalIndices, Word
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import keeps_nothing
from convlens.ops._structure import axis_of
from convlens.ops._weightless import Weightless

COMPLEX = {"float64": "complex128", "complex128": "complex128"}
REAL = {"complex128": "float64", "float64": "float64"}
_OF_REAL = ("rfft", "ihfft")
_TO_REAL = ("irfft", "hfft")


class Fft(Weightless, name="fft"):
    """A transform along ``over``, which are first cut or padded to ``sizes`` where given.

    ============  =========================================================================================  ======
    "fft", "ifft"  the sizes stay; the output is complex                                                      values
    "rfft"         of real values: the last of ``over`` becomes ``n // 2 + 1``; complex                       values
    "irfft"        the last of ``over`` becomes its size, or ``2 * (n - 1)`` where none is given; real        values
    "hfft"         as "irfft", of the conjugate and without the factor; "ihfft", its inverse, as "rfft"        values
    ============  =========================================================================================  ======

    No MACs; how many operations it takes depends on the algorithm, so the element-wise cost is unknown.
    Source: torch.fft.

    >>> str(Fft(function="rfft", over=[-1]).infer((TensorSpec((1, 16000)),))[0])
    '1x8001'
    """

    function: Annotated[str, Word(("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"))]
    over: Indices = (-1,)
    sizes: OptionalIndices = None

    arity = (1, 1)
    saved = keeps_nothing
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        (x,) = xs
        over = self._axes(x)
        dims = list(x.dims)
        for axis, size in zip(over, self.sizes or (), strict=False):
            dims[axis] = dims[axis] if size == -1 else size
        last = over[-1]
        if self.function in _TO_REAL and not self.sizes:
            dims[last] = 2 * (dims[last] - 1)
        if self.function in _OF_REAL:
            dims[last] = dims[last] // 2 + 1
        if min(dims) < 1:
            raise ShapeError(
                f"{self.function} of {x} over {list(self.over)} with sizes {self.sizes} has no value", "larger sizes"
            )
        return (TensorSpec(tuple(dims), self._dtype(x)),)

    def _axes(self, x: TensorSpec) -> list[int]:
        over = [axis_of(axis, x) for axis in self.over]
        if not over or len(set(over)) < len(over) or (self.sizes and len(self.sizes) != len(over)):
            raise ShapeError(f"over {list(self.over)} with sizes {self.sizes} on {x}", "each axis once, with one size each")
        return over

    def _dtype(self, x: TensorSpec) -> str:
        if self.function in _OF_REAL and x.dtype.startswith("complex"):
            raise ShapeError(f"{self.function} takes real values; the input {x} is {x.dtype}", "function=fft")
        return REAL.get(x.dtype, "float32") if self.function in _TO_REAL else COMPLEX.get(x.dtype, "complex64")

    def elementwise(self, xs: Inputs) -> None:
        return None

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        over = self._axes(xs[0])
        return ((tuple(WHOLE if axis in over else Along(axis, IDENTITY) for axis in range(xs[0].rank)),),)
