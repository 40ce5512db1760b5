"""Local response normalisation."""

from convlens.arith.axis import IDENTITY, window
from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read, Shapes
from convlens.ir.setting import Count, Number
from convlens.ir.spelling import data, setting, spell
from convlens.ops._norm import Normalisation

_SETTINGS = (
    setting("size", "channels"), setting("alpha", default=1e-4), setting("beta", default=0.75), setting("k", "bias", 1.0),
)  # fmt: skip


class LocalResponseNorm(Normalisation, name="local_response_norm"):
    """Divide every value by ``(bias + alpha/channels * sum of squares over neighbouring channels) ** beta``.

    No parameters. Element-wise: a square, ``channels`` additions, a scale and a shift, a power and a division for each
    element. Source: Krizhevsky et al. 2012, section 3.3; torch.nn.LocalResponseNorm.

    >>> LocalResponseNorm(channels=5).elementwise((TensorSpec((1, 96, 55, 55)),))
    2904000
    """

    channels: Count
    alpha: Number = 1e-4
    beta: Number = 0.75
    bias: Number = 1.0

    arity = (1, 1)
    spellings = (
        spell("torch.nn", "LocalResponseNorm", *_SETTINGS),
        spell("torch", "local_response_norm", data("input"), *_SETTINGS),
        spell("onnx", "LRN", data("X"), setting("size", "channels"), setting("alpha", default=1e-4),
              setting("beta", default=0.75), setting("bias", default=1.0)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        if xs[0].rank < 3:
            raise ShapeError(f"needs an input of at least 3 axes (N, C, space); the input {xs[0]} has {xs[0].rank}")
        return (xs[0],)

    def params(self, xs: Inputs) -> Shapes:
        return {}

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, its squares padded by ``channels - 1``, the sum that is raised to ``beta``, and the result of that."""
        x = xs[0]
        padded = x.with_dims((x.dims[0], x.dims[1] + self.channels - 1, *x.dims[2:]))
        return Saved((0,), made=padded.bytes + 2 * x.bytes)

    def elementwise(self, xs: Inputs) -> int:
        return (self.channels + 5) * xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        across = window(self.channels, padding=self.channels // 2)
        return ((tuple(Along(axis, across if axis == 1 else IDENTITY) for axis in range(xs[0].rank)),),)
