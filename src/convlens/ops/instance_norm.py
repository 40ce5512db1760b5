"""Instance normalisation."""

from math import prod

from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Bool, Number, OptionalCount, OptionalNumber
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, ignored, setting, size, spell, weight
from convlens.ops._backward import statistics_bytes
from convlens.ops._norm import Normalisation, channels_of, reads_over, scale_and_shift


def _torch_limits(op: "InstanceNorm", xs: Inputs, _axes: int) -> None:
    if not op.tracked and prod(xs[0].dims[op.channel_axis(xs[0]) + 1 :]) == 1:
        raise ShapeError(
            f"the input {xs[0]} has one pixel a channel, which normalises to 0; PyTorch refuses this",
            "track_running_stats=True, or a larger input",
        )


class InstanceNorm(Normalisation, name="instance_norm"):
    """Normalise every channel of every image over all of space.

    ``space`` is the number of spatial axes; where it is not given, all axes after N and C. With it, an input without a
    batch is understood.

    Parameters: ``2 * C`` with ``affine`` (off by default). Element-wise: 5 for each element (mean, variance, subtract,
    divide) and 2 for scale and shift. Source: Ulyanov et al., arXiv:1607.08022v3; torch.nn.InstanceNorm2d.

    >>> InstanceNorm(affine=True).params((TensorSpec((1, 64, 256, 256)),))
    {'weight': (64,), 'bias': (64,)}
    """

    affine: Bool = False
    tracked: Bool = False
    eps: Number = 1e-05
    momentum: OptionalNumber = 0.1
    space: OptionalCount = None

    arity = (1, 5)
    spellings = (
        spell("torch.nn", "InstanceNorm{n}d", size("num_features", 1), setting("eps", default=1e-05),
              setting("momentum", default=0.1), setting("affine", default=False),
              setting("track_running_stats", "tracked", False), ignored("device"), ignored("dtype"),
              limits=_torch_limits),
        spell("torch", "instance_norm", data("input"), weight("running_mean", "running_mean", None),
              weight("running_var", "running_var", None), weight("weight", "weight", None), weight("bias", "bias", None),
              ignored("use_input_stats", True), setting("momentum", default=0.1), setting("eps", default=1e-05)),
        spell("onnx", "InstanceNormalization", data("input"), weight("scale", "weight"), weight("B", "bias"),
              setting("epsilon", "eps", 1e-05)),
    )  # fmt: skip

    def channel_axis(self, x: TensorSpec) -> int:
        """Axis 1, or axis 0 of an input without a batch."""
        if self.space is None:
            channels_of(x)
        elif x.rank not in (self.space + 1, self.space + 2):
            raise ShapeError(
                f"space={self.space} needs an input of {self.space + 2} axes (N, C, space), or {self.space + 1} without a batch; "
                f"the input {x} has {x.rank}",
                f"space={x.rank - 2}" if x.rank > 2 else "an input with N, C and space",
            )
        return 1 if self.space is None else x.rank - self.space - 1

    def outputs(self, xs: Inputs) -> Outputs:
        self.channel_axis(xs[0])
        return (xs[0],)

    def params(self, xs: Inputs) -> Shapes:
        return scale_and_shift(xs, self.affine, (xs[0].dims[self.channel_axis(xs[0])],))

    def buffers(self, xs: Inputs) -> Shapes:
        channels = xs[0].dims[self.channel_axis(xs[0])]
        return {"running_mean": (channels,), "running_var": (channels,)} if self.tracked and len(xs) == 1 else {}

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, and for each image and channel mean and deviation, the running ones too, and the scale, repeated."""
        sets = prod(xs[0].dims[: self.channel_axis(xs[0]) + 1])
        return Saved((0,), made=statistics_bytes(sets) * (1 + self.tracked) + 4 * sets * self.affine)

    def elementwise(self, xs: Inputs) -> int:
        return (5 + 2 * self.affine) * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return reads_over(xs, range(self.channel_axis(xs[0]) + 1, xs[0].rank))

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"affine": "weight" in shapes, "tracked": "running_mean" in shapes}
