"""Instance normalisation."""

from convlens.ir.op import Inputs, Read, Settings, Shapes
from convlens.ir.setting import Bool, Number, OptionalNumber
from convlens.ir.spelling import data, ignored, setting, size, spell, weight
from convlens.ops._norm import Normalisation, channels_of, reads_over, scale_and_shift


class InstanceNorm(Normalisation, name="instance_norm"):
    """Normalise every channel of every image over all of space.

    Parameters: ``2 * C`` with ``affine`` (off by default). Element-wise: 5 for each element (mean, variance, subtract,
    divide) and 2 for scale and shift. Source: Ulyanov et al., arXiv:1607.08022v3; torch.nn.InstanceNorm2d.

    >>> InstanceNorm(affine=True).params((TensorSpec((1, 64, 256, 256)),))
    {'weight': (64,), 'bias': (64,)}
    """

    affine: Bool = False
    tracked: Bool = False
    eps: Number = 1e-05
    momentum: OptionalNumber = 0.1

    arity = (1, 5)
    spellings = (
        spell("torch.nn", "InstanceNorm{n}d", size("num_features", 1), setting("eps", default=1e-05),
              setting("momentum", default=0.1), setting("affine", default=False),
              setting("track_running_stats", "tracked", False), ignored("device"), ignored("dtype")),
        spell("torch", "instance_norm", data("input"), weight("running_mean", "running_mean", None),
              weight("running_var", "running_var", None), weight("weight", "weight", None), weight("bias", "bias", None),
              ignored("use_input_stats", True), setting("momentum", default=0.1), setting("eps", default=1e-05)),
        spell("onnx", "InstanceNormalization", data("input"), weight("scale", "weight"), weight("B", "bias"),
              setting("epsilon", "eps", 1e-05)),
    )  # fmt: skip

    def params(self, xs: Inputs) -> Shapes:
        return scale_and_shift(xs, self.affine, (channels_of(xs[0]),))

    def buffers(self, xs: Inputs) -> Shapes:
        channels = channels_of(xs[0])
        return {"running_mean": (channels,), "running_var": (channels,)} if self.tracked and len(xs) == 1 else {}

    def elementwise(self, xs: Inputs) -> int:
        return (5 + 2 * self.affine) * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return reads_over(xs, range(2, xs[0].rank))

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"affine": "weight" in shapes, "tracked": "running_mean" in shapes}
