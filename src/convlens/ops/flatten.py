"""Several neighbouring axes become one."""

from math import prod

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read
from convlens.ir.setting import Index
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._structure import Structural
from convlens.ops.reshape import regrouped


class Flatten(Structural, name="flatten"):
    """The axes ``start`` to ``end`` become one, as long as their product. Source: torch.flatten.

    >>> str(Flatten().infer((TensorSpec((1, 256, 5, 5)),))[0])
    '1x6400'
    """

    start: Index = 1
    end: Index = -1

    arity = (1, 1)
    view = True
    spellings = (
        spell("torch.nn", "Flatten", setting("start_dim", "start", 1), setting("end_dim", "end", -1)),
        spell("torch", "flatten", data("input"), setting("start_dim", "start", 0), setting("end_dim", "end", -1)),
        spell("keras", "Flatten", ignored("data_format")),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        rank = max(x.rank, 1)
        if not (-rank <= self.start < rank and -rank <= self.end < rank and self.start % rank <= self.end % rank):
            raise ShapeError(
                f"axes {self.start} to {self.end} are not a range of the {x.rank} axes of {x}", f"axes from {-rank} to {rank - 1}"
            )
        first, last = self.start % rank, self.end % rank
        return (x.with_dims((*x.dims[:first], prod(x.dims[first : last + 1]), *x.dims[last + 1 :])),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((regrouped(xs[0].dims, self.outputs(xs)[0].dims),),)
