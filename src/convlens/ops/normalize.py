"""Vectors brought to length 1."""

from math import prod

from convlens.arith.axis import IDENTITY
from convlens.ir.backward import Saved, Wanted
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Indices, Number
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._pointwise import Pointwise
from convlens.ops._structure import axis_of


class Normalize(Pointwise, name="normalize"):
    """``x / max(||x||, eps)``, the p-norm being taken over the axes ``over``: 3 operations for each element.

    They are a power, an addition and a division. Backward keeps the input. Source: torch.nn.functional.normalize; ONNX
    operator LpNormalization-22.

    >>> Normalize(over=[-1]).elementwise((TensorSpec((1, 128)),))
    384
    """

    over: Indices = (1,)
    p: Number = 2.0
    eps: Number = 1e-12

    spellings = (
        spell("torch", "normalize", data("input"), setting("p", default=2.0), setting("dim", "over", 1),
              setting("eps", default=1e-12), ignored("out")),
        spell("onnx", "LpNormalization", data("input"), setting("axis", "over", -1), setting("p", default=2)),
        spell("keras", "UnitNormalization", setting("axis", "over", -1)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        self._over(xs)
        return (xs[0],)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input; the norm, and the norm that is not below ``eps``."""
        over = self._over(xs)
        norms = prod(size for axis, size in enumerate(xs[0].dims) if axis not in over)
        return Saved((0,), made=2 * xs[0]._replace(dims=(norms,)).bytes)

    def elementwise(self, xs: Inputs) -> int:
        return 3 * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        over = self._over(xs)
        return ((tuple(WHOLE if axis in over else Along(axis, IDENTITY) for axis in range(xs[0].rank)),),)

    def _over(self, xs: Inputs) -> frozenset[int]:
        return frozenset(axis_of(axis, xs[0]) for axis in self.over or range(xs[0].rank))
