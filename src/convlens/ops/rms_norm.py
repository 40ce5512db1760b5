"""Root mean square normalisation."""

from math import prod
from typing import Annotated

from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Bool, OptionalNumber, Wholes
from convlens.ir.spec import show_shape
from convlens.ir.spelling import data, ignored, setting, spell, weight
from convlens.ops._norm import Normalisation, reads_over


class RmsNorm(Normalisation, name="rms_norm"):
    """Divide by the root of the mean square over the last axes, whose sizes are ``shape``; every element there has a scale.

    Parameters: ``prod(shape)`` with ``affine``. Element-wise: 3 for each element (square, add, divide) and 1 for the scale.
    Source: Zhang & Sennrich, arXiv:1910.07467v1, equation 4; torch.nn.RMSNorm; ONNX operator RMSNormalization-23.

    >>> RmsNorm(shape=768).params((TensorSpec((1, 197, 768)),))
    {'weight': (768,)}
    """

    shape: Annotated[tuple[int, ...], Wholes(1)]
    affine: Bool = True
    eps: OptionalNumber = None

    arity = (1, 2)
    spellings = (
        spell("torch.nn", "RMSNorm", setting("normalized_shape", "shape"), setting("eps", default=None),
              setting("elementwise_affine", "affine", True), ignored("device"), ignored("dtype")),
        spell("torch", "rms_norm", data("input"), setting("normalized_shape", "shape"), weight("weight", "weight", None),
              setting("eps", default=None)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        last = xs[0].dims[-len(self.shape) :]
        if last != self.shape:
            raise ShapeError(
                f"normalises over the last axes {show_shape(self.shape)}, but the input {xs[0]} ends with {show_shape(last)}",
                f"shape=[{', '.join(map(str, last))}]",
            )
        return (xs[0],)

    def params(self, xs: Inputs) -> Shapes:
        return {"weight": self.shape} if self.affine and len(xs) == 1 else {}

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, the inverse root of each mean square, and what the scale multiplies."""
        return Saved((0,), made=4 * prod(xs[0].dims[: xs[0].rank - len(self.shape)]) + xs[0].bytes * self.affine)

    def elementwise(self, xs: Inputs) -> int:
        return (3 + self.affine) * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        rank = xs[0].rank
        return reads_over(xs, range(rank - len(self.shape), rank))

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"affine": "weight" in shapes}
