"""Group normalisation."""

from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Bool, Count, Number
from convlens.ir.spelling import data, ignored, setting, size, spell, weight
from convlens.ops._backward import input_and_statistics
from convlens.ops._norm import Normalisation, channels_of, reads_over, scale_and_shift


def _torch_limits(op: "GroupNorm", xs: Inputs, _axes: int) -> None:
    if xs[0].numel == op.groups:
        raise ShapeError(
            f"the input {xs[0]} has one value in each of the {op.groups} groups, which normalises to 0; PyTorch refuses this",
            "fewer groups, or a larger input",
        )


class GroupNorm(Normalisation, name="group_norm"):
    """Normalise over ``groups`` groups of channels and all of space; each channel has a scale and a shift.

    Parameters: ``2 * C`` with ``affine``. Element-wise: 5 for each element (mean, variance, subtract, divide) and 2 for
    scale and shift. Source: Wu & He, arXiv:1803.08494v3; torch.nn.GroupNorm.

    >>> GroupNorm(groups=32).params((TensorSpec((1, 256, 56, 56)),))
    {'weight': (256,), 'bias': (256,)}
    """

    groups: Count
    affine: Bool = True
    eps: Number = 1e-05

    arity = (1, 3)
    spellings = (
        spell("torch.nn", "GroupNorm", setting("num_groups", "groups"), size("num_channels", 1), setting("eps", default=1e-05),
              setting("affine", default=True), ignored("device"), ignored("dtype"), limits=_torch_limits),
        spell("torch", "group_norm", data("input"), setting("num_groups", "groups"), weight("weight", "weight", None),
              weight("bias", "bias", None), setting("eps", default=1e-05), ignored("cudnn_enabled", True), limits=_torch_limits),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        channels = channels_of(xs[0])
        if channels % self.groups:
            raise ShapeError(f"groups={self.groups} does not divide the {channels} channels", "groups=1")
        return (xs[0],)

    def params(self, xs: Inputs) -> Shapes:
        return scale_and_shift(xs, self.affine, (channels_of(xs[0]),))

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, and the mean and deviation of each set of values."""
        return input_and_statistics(xs[0].dims[0] * self.groups)

    def elementwise(self, xs: Inputs) -> int:
        return (5 + 2 * self.affine) * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return reads_over(xs, range(1, xs[0].rank))

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"affine": "weight" in shapes}
