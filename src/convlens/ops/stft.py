"""Short-time Fourier transform, as far as shapes go."""

from convlens.arith.axis import window
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, AxisRead, Inputs, Outputs, Read, along
from convlens.ir.setting import Bool, Count
from convlens.ir.spec import TensorSpec
from convlens.ops._backward import keeps_nothing
from convlens.ops._pointwise import same_place
from convlens.ops._weightless import Weightless


class Stft(Weightless, name="stft"):
    """The spectrum of windows of ``length`` samples, ``hop`` apart: (N,) samples -> (N,) frequencies, frames.

    ============  ====================================================================================  ======
    frequencies   ``length // 2 + 1``, or ``length`` where not ``onesided``                             values
    frames        ``floor((samples + 2*pad - length) / hop) + 1``, pad ``length // 2`` if ``centred``    values
    ============  ====================================================================================  ======

    The output is complex. A window that is given as the second input has as many samples or fewer. No MACs; the element-wise cost
    depends on the algorithm. Source: torch.stft.

    >>> str(Stft(length=400, hop=160).infer((TensorSpec((1, 16000)),))[0])
    '1x201x101'
    """

    length: Count
    hop: Count
    centred: Bool = True
    onesided: Bool = True

    arity = (1, 2)
    saved = keeps_nothing
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        if x.rank not in (1, 2):
            raise ShapeError(f"needs an input of 2 axes (N, samples), or 1 without a batch; the input {x} has {x.rank}")
        pad = self._pad()
        if self.centred and pad >= x.dims[-1]:
            raise ShapeError(f"{x.dims[-1]} samples cannot be reflected by {pad}", f"at least {pad + 1} samples")
        if x.dims[-1] + 2 * pad < self.length:
            raise ShapeError(f"a window of {self.length} does not fit {x.dims[-1]} samples", f"length {x.dims[-1]}")
        if len(xs) > 1 and (xs[1].rank != 1 or xs[1].dims[0] > self.length):
            raise ShapeError(f"the window is {xs[1]}, but length is {self.length}", f"a window of {self.length}")
        frames = (x.dims[-1] + 2 * pad - self.length) // self.hop + 1
        rows = self.length // 2 + 1 if self.onesided else self.length
        return (TensorSpec((*x.dims[:-1], rows, frames), "complex128" if x.dtype == "float64" else "complex64"),)

    def _pad(self) -> int:
        return self.length // 2 if self.centred else 0

    def elementwise(self, xs: Inputs) -> None:
        return None

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        rank = xs[0].rank
        samples: AxisRead = along(rank, lambda: window(self.length, self.hop, self._pad()))
        return (((*same_place(rank - 1), samples), *((WHOLE,) * w.rank for w in xs[1:])),)
