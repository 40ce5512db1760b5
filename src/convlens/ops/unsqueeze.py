"""New axes of size 1."""

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read
from convlens.ir.setting import Indices
from convlens.ir.spelling import data, setting, spell
from convlens.ops._structure import Structural
from convlens.ops.reshape import regrouped


class Unsqueeze(Structural, name="unsqueeze"):
    """Axes of size 1 appear at the places ``at``, counted in the output. Source: torch.unsqueeze; ONNX operator Unsqueeze-21.

    >>> str(Unsqueeze(at=[0, -1]).infer((TensorSpec((3, 224)),))[0])
    '1x3x224x1'
    """

    at: Indices

    arity = (1, 1)
    view = True
    spellings = (spell("torch", "unsqueeze", data("input"), setting("dim", "at")),)

    def outputs(self, xs: Inputs) -> Outputs:
        x, rank = xs[0], xs[0].rank + len(self.at)
        places = {place % rank for place in self.at if -rank <= place < rank}
        if len(places) != len(self.at):
            raise ShapeError(
                f"the new axes [{', '.join(map(str, self.at))}] of {x} are not different places among {rank}",
                f"places from {-rank} to {rank - 1}, each once",
            )
        sizes = iter(x.dims)
        return (x.with_dims(tuple(1 if place in places else next(sizes) for place in range(rank))),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((regrouped(xs[0].dims, self.outputs(xs)[0].dims),),)
