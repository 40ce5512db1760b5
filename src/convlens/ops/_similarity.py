"""What the operators on pairs of vectors have in common: two inputs, broadcast, of which one axis is summed up."""

from convlens.arith.axis import IDENTITY
from convlens.ir.op import WHOLE, Along, AxisRead, Inputs, Outputs, Read
from convlens.ir.spec import TensorSpec
from convlens.ops._pointwise import broadcast, broadcast_read, floating, promoted
from convlens.ops._structure import axis_of
from convlens.ops._weightless import Weightless


class OfPairs(Weightless):
    """One value for each pair of vectors along ``axis``. No parameters, no MACs."""

    axis: int
    keep: bool = False

    arity = (2, 2)
    view = False

    def both(self, xs: Inputs) -> TensorSpec:
        """The two inputs after broadcasting."""
        return TensorSpec(broadcast([x.dims for x in xs]), floating(promoted(xs)))

    def outputs(self, xs: Inputs) -> Outputs:
        full = self.both(xs)
        over = axis_of(self.axis, full)
        return (full.with_dims((*full.dims[:over], *((1,) if self.keep else ()), *full.dims[over + 1 :])),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        full = self.both(xs)
        over = axis_of(self.axis, full)
        return (tuple(tuple(self._reduced(read, over) for read in broadcast_read(x.dims, full.dims)) for x in xs),)

    def _reduced(self, read: AxisRead, over: int) -> AxisRead:
        if not isinstance(read, Along) or read.axis is None:
            return read
        return WHOLE if read.axis == over else Along(read.axis - (read.axis > over and not self.keep), IDENTITY)
