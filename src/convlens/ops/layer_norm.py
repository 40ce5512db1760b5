"""Layer normalisation."""

from math import prod
from typing import Annotated

from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Bool, Number, Wholes
from convlens.ir.spec import show_shape
from convlens.ir.spelling import data, ignored, setting, spell, weight
from convlens.ops._backward import input_and_statistics
from convlens.ops._norm import Normalisation, reads_over


class LayerNorm(Normalisation, name="layer_norm"):
    """Normalise over the last axes, whose sizes are ``shape``; every element there has a scale and a shift of its own.

    Parameters: ``2 * prod(shape)`` with ``affine`` and ``bias``. Element-wise: 5 for each element (mean, variance,
    subtract, divide) and 2 for scale and shift. Source: Ba et al., arXiv:1607.06450v1; torch.nn.LayerNorm.

    >>> LayerNorm(shape=768).params((TensorSpec((1, 197, 768)),))
    {'weight': (768,), 'bias': (768,)}
    """

    shape: Annotated[tuple[int, ...], Wholes(1)]
    affine: Bool = True
    bias: Bool = True
    eps: Number = 1e-05

    arity = (1, 3)
    spellings = (
        spell("torch.nn", "LayerNorm", setting("normalized_shape", "shape"), setting("eps", default=1e-05),
              setting("elementwise_affine", "affine", True), setting("bias", default=True),
              ignored("device"), ignored("dtype")),
        spell("torch", "layer_norm", data("input"), setting("normalized_shape", "shape"), weight("weight", "weight", None),
              weight("bias", "bias", None), setting("eps", default=1e-05), ignored("cudnn_enable", True)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        if xs[0].dims[-len(self.shape) :] != self.shape:
            raise ShapeError(
                f"normalises over the last axes {show_shape(self.shape)}, but the input {xs[0]} ends with "
                f"{show_shape(xs[0].dims[-len(self.shape) :])}",
                f"shape=[{', '.join(map(str, xs[0].dims[-len(self.shape) :]))}]",
            )
        return (xs[0],)

    def params(self, xs: Inputs) -> Shapes:
        if not self.affine or len(xs) > 1:
            return {}
        return {"weight": self.shape, "bias": self.shape} if self.bias else {"weight": self.shape}

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, and the mean and deviation of each set of values."""
        return input_and_statistics(prod(xs[0].dims[: xs[0].rank - len(self.shape)]))

    def elementwise(self, xs: Inputs) -> int:
        return (5 + 2 * self.affine) * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        rank = xs[0].rank
        return reads_over(xs, range(rank - len(self.shape), rank))

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"affine": "weight" in shapes, "bias": "bias" in shapes}
