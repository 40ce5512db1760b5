"""Inverse short-time Fourier transform, as far as shapes go."""

from typing import Annotated

from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, WHOLE, Inputs, Outputs, Read
from convlens.ir.setting import Bool, Count, Whole
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import keeps_nothing
from convlens.ops._pointwise import same_place
from convlens.ops._weightless import Weightless


class Istft(Weightless, name="istft"):
    """The samples whose spectrum in windows of ``length``, ``hop`` apart, is given: (N,) frequencies, frames -> (N,) samples.

    ============  ==========================================================================================  ======
    frequencies   ``length // 2 + 1``, or ``length`` where not ``onesided``                                   values
    samples       ``length + hop * (frames - 1)``, less ``length // 2`` at both ends if ``centred``; or what
                  ``samples`` says                                                                            values
    ============  ==========================================================================================  ======

    The output is real, complex where ``complex`` is said. A window may follow as the second input. No MACs; the element-wise
    cost depends on the algorithm. Source: torch.istft.

    >>> str(Istft(length=400, hop=160).infer((TensorSpec((1, 201, 101), "complex64"),))[0])
    '1x16000'
    """

    length: Count
    hop: Count
    centred: Bool = True
    onesided: Bool = True
    complex: Bool = False
    samples: Annotated[int | None, Whole(1, optional=True)] = None

    arity = (1, 2)
    saved = keeps_nothing
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        if x.rank not in (2, 3) or not x.dtype.startswith("complex"):
            raise ShapeError(f"needs complex values of 3 axes (N, frequencies, frames), or 2 without a batch; {x} is {x.dtype}")
        rows = self.length // 2 + 1 if self.onesided else self.length
        if x.dims[-2] != rows:
            raise ShapeError(f"{x.dims[-2]} frequencies for a window of {self.length}, which has {rows}", f"{rows} frequencies")
        samples = self.samples or self.length + self.hop * (x.dims[-1] - 1) - self.centred * 2 * (self.length // 2)
        if samples < 1:
            raise ShapeError(f"{x.dims[-1]} frame of a window of {self.length} gives no sample", "more frames, or centred=false")
        real = "float64" if x.dtype == "complex128" else "float32"
        return (TensorSpec((*x.dims[:-2], samples), x.dtype if self.complex else real),)

    def elementwise(self, xs: Inputs) -> None:
        return None

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return (((*same_place(xs[0].rank - 2), WHOLE, UNKNOWN), *((WHOLE,) * w.rank for w in xs[1:])),)
