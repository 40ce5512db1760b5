"""``softmax``."""

from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs
from convlens.ir.spelling import const, data, ignored, setting, spell
from convlens.ops._softmax import Axis, OverOneAxis


def _image_limits(_op: "Softmax", xs: Inputs, _axes: int) -> None:
    if xs[0].rank not in (3, 4):
        raise ShapeError(
            f"Softmax2d needs an input of 4 axes (N, C, H, W), or 3 without a batch; the input {xs[0]} has {xs[0].rank}",
            "Softmax(dim=1)",
        )


class Softmax(OverOneAxis, name="softmax"):
    """``exp(x) / sum(exp(x))`` over one axis: 3 operations for each element. Backward keeps the output.

    Source: torch.nn.Softmax.

    >>> Softmax(axis=1).elementwise((TensorSpec((1, 1000)),))
    3000
    """

    axis: Axis = -1

    spellings = (
        spell("torch.nn", "Softmax", setting("dim", "axis", None)),
        spell("torch.nn", "Softmax2d", const("axis", -3), limits=_image_limits),
        spell("torch", "softmax", data("input"), setting("dim", "axis", None), ignored("_stacklevel"), ignored("dtype")),
        spell("keras", "Softmax", setting("axis", default=-1)),
    )

    def elementwise(self, xs: Inputs) -> int:
        return 3 * xs[0].numel
