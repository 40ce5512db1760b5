"""Batch normalisation."""

from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import Inputs, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Bool, BoolLikeAffine, Number, OptionalNumber
from convlens.ir.spelling import data, ignored, setting, size, spell, weight
from convlens.ops._backward import statistics_bytes
from convlens.ops._norm import Normalisation, channels_of
from convlens.ops._pointwise import same_place


def _torch_limits(op: "BatchNorm", xs: Inputs, axes: int) -> None:
    """The rank that the layer's name says; without running statistics, more than one value a channel."""
    x = xs[0]
    if x.rank != axes + 2 and not (axes == 1 and x.rank == 2):
        raise ShapeError(
            f"{axes} spatial {'axis' if axes == 1 else 'axes'} need an input of {axes + 2} axes (N, C, space); "
            f"the input {x} has {x.rank}",
            f"BatchNorm{max(x.rank - 2, 1)}d" if x.rank > 1 else "an input with N and C",
        )
    if not op.tracked and x.numel == x.dims[1]:
        raise ShapeError(
            f"the input {x} has one value a channel, so its own statistics say nothing; PyTorch refuses this",
            "track_running_stats=True, or a larger input",
        )


class BatchNorm(Normalisation, name="batch_norm"):
    """Shift and scale every channel by the statistics of the batch (training) or the running ones (evaluation).

    ============  ==================================================================  ==========
    parameters    ``2 * C`` (scale and shift) with ``affine``; ``bias`` is the shift  values
    buffers       ``2 * C`` (running mean and variance) with ``tracked``              values
    element-wise  2 for each element: one scale, one shift, both folded               operations
    ============  ==================================================================  ==========

    In evaluation it is point-wise. PyTorch also stores one counter, which belongs to the module, not to the operator.
    Source: Ioffe & Szegedy, arXiv:1502.03167v3; torch.nn.BatchNorm2d.

    >>> x = (TensorSpec((1, 64, 112, 112)),)
    >>> BatchNorm().params(x), BatchNorm().elementwise(x)
    ({'weight': (64,), 'bias': (64,)}, 1605632)
    """

    affine: Bool = True
    bias: BoolLikeAffine = None
    tracked: Bool = True
    eps: Number = 1e-05
    momentum: OptionalNumber = 0.1

    arity = (1, 5)
    spellings = (
        spell(
            "torch.nn", "BatchNorm{n}d",
            size("num_features", 1), setting("eps", default=1e-05), setting("momentum", default=0.1),
            setting("affine", default=True), setting("track_running_stats", "tracked", True),
            ignored("device"), ignored("dtype"),
            limits=_torch_limits,
        ),
        spell(
            "torch", "batch_norm",
            data("input"), weight("running_mean", "running_mean"), weight("running_var", "running_var"),
            weight("weight", "weight", None), weight("bias", "bias", None),
            ignored("training", False), setting("momentum", default=0.1), setting("eps", default=1e-05),
        ),
        spell(
            "onnx", "BatchNormalization",
            data("X"), weight("scale", "weight"), weight("B", "bias"),
            weight("input_mean", "running_mean"), weight("input_var", "running_var"),
            setting("epsilon", "eps", 1e-05), setting("momentum", default=0.9),
            ignored("spatial", 1), ignored("training_mode", 0), ignored("is_test", 1), ignored("consumed_inputs"),
        ),
        spell(
            "keras", "BatchNormalization",
            ignored("axis", -1), setting("momentum", default=0.99), setting("epsilon", "eps", 1e-03),
            setting("center", "bias", True), setting("scale", "affine", True),
        ),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        channels_of(xs[0])
        return (xs[0],)

    def params(self, xs: Inputs) -> Shapes:
        shape = (channels_of(xs[0]),)
        held = {"weight": self.affine, "bias": self.bias}
        return {name: shape for name, there in held.items() if there and len(xs) == 1}

    def buffers(self, xs: Inputs) -> Shapes:
        channels = channels_of(xs[0])
        return {"running_mean": (channels,), "running_var": (channels,)} if self.tracked and len(xs) == 1 else {}

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, and the batch's mean and deviation of each channel, which evaluation does not take."""
        return Saved((0,), drawn=statistics_bytes(channels_of(xs[0])))

    def elementwise(self, xs: Inputs) -> int:
        return 2 * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((same_place(xs[0].rank), *(() for _ in xs[1:])),)

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"affine": "weight" in shapes, "bias": "bias" in shapes, "tracked": "running_mean" in shapes}
