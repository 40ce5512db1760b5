"""Distance of every vector from every other."""

from convlens.arith.axis import IDENTITY
from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Number
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._pointwise import broadcast, broadcast_read, promoted
from convlens.ops._weightless import Weightless


class Cdist(Weightless, name="cdist"):
    """The p-norm of the difference of each row of the first input and each row of the second: P x M and R x M give P x R.

    Element-wise: 3 for each value of each pair (difference, power, addition) and a root for each output. For p=2
    PyTorch may work it out through a matrix product; it is counted by its formula, which has none, so there are no MACs.
    Source: torch.cdist.

    >>> str(Cdist().infer((TensorSpec((3, 2)), TensorSpec((5, 2))))[0])
    '3x5'
    """

    p: Number = 2.0

    arity = (2, 2)
    view = False
    spellings = (spell("torch", "cdist", data("x1"), data("x2"), setting("p", default=2.0), ignored("compute_mode")),)

    def outputs(self, xs: Inputs) -> Outputs:
        x, y = xs
        if x.rank < 2 or y.rank < 2:
            raise ShapeError(f"needs two inputs of at least 2 axes (rows, values); they are {x} and {y}")
        if x.dims[-1] != y.dims[-1]:
            raise ShapeError(f"the rows of {x} have {x.dims[-1]} values, those of {y} {y.dims[-1]}", "rows of equal length")
        lead = broadcast([x.dims[:-2], y.dims[:-2]])
        return (TensorSpec((*lead, x.dims[-2], y.dims[-2]), promoted(xs)),)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """Both inputs and the output."""
        return Saved((0, 1), (0,))

    def elementwise(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel * (3 * xs[0].dims[-1] + 1)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        out = self.outputs(xs)[0].dims
        places = (len(out) - 2, len(out) - 1)
        lead = [_lead(x, out) for x in xs]
        return (tuple((*lead[i], Along(places[i], IDENTITY), WHOLE) for i in range(2)),)


def _lead(x: TensorSpec, out: tuple[int, ...]) -> Read:
    return broadcast_read(x.dims[:-2], out[:-2])
