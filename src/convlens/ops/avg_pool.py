"""Average pooling."""

from math import prod

from convlens.arith.axis import IDENTITY
from convlens.ir.op import Along, Inputs, Outputs, Read
from convlens.ir.setting import Bool, OptionalCount, Padding, PerAxis, PerAxisLikeKernel
from convlens.ir.spelling import const, data, ignored, setting, spell
from convlens.ops._backward import keeps_input
from convlens.ops._weightless import Weightless
from convlens.ops._window import Window, channel_axis, half_kernel_limit, pooled, whole_kernel_limit

_SETTINGS = (
    setting("kernel_size", "kernel"), setting("stride", default=None), setting("padding", default=0),
    setting("ceil_mode", default=False), setting("count_include_pad", default=True),
    setting("divisor_override", "divisor", None),
)  # fmt: skip


def _torch_limits(op: "AvgPool", xs: Inputs, axes: int) -> None:
    half_kernel_limit(op, xs, axes)
    whole_kernel_limit(op, xs, axes)


class AvgPool(Weightless, Window, name="avg_pool"):
    """The mean of each window, on every channel by itself. No parameters, no MACs.

    ============  ===============================================================================  ==========
    shape         as a convolution; with ``ceil_mode`` the division rounds up, but a last window   pixels
                  that would start in the right padding is dropped
    element-wise  one addition for each window position                                            operations
    ============  ===============================================================================  ==========

    ``count_include_pad`` says whether zeros of the padding count in the mean; ``divisor`` replaces the window's size.

    Source: torch.nn.AvgPool2d, whose documented formula gives 4 for the second example; it computes 3, because the
    fourth window would start in the right padding.

    >>> str(AvgPool(kernel=(2, 2)).infer((TensorSpec((1, 6, 28, 28)),))[0])
    '1x6x14x14'
    >>> str(AvgPool(kernel=(4,), padding=2, ceil_mode=True).infer((TensorSpec((1, 1, 9)),))[0])
    '1x1x3'
    """

    kernel: PerAxis
    stride: PerAxisLikeKernel = None
    padding: Padding = 0
    dilation: PerAxis = (1,)
    ceil_mode: Bool = False
    count_include_pad: Bool = True
    divisor: OptionalCount = None

    arity = (1, 1)
    saved = keeps_input
    view = False
    spellings = (
        spell("torch.nn", "AvgPool{n}d", *_SETTINGS, limits=_torch_limits, axes=(2, 3)),
        spell("torch.nn", "AvgPool{n}d", *_SETTINGS[:-1], limits=_torch_limits, axes=(1,)),
        spell("torch", "avg_pool{n}d", data("input"), *_SETTINGS, limits=_torch_limits, axes=(2, 3)),
        spell("torch", "avg_pool{n}d", data("input"), *_SETTINGS[:-1], limits=_torch_limits, axes=(1,)),
        spell(
            "keras",
            "AveragePooling{n}D",
            setting("pool_size", "kernel", 2),
            setting("strides", "stride", None),
            setting("padding", default="valid"),
            ignored("data_format"),
            const("count_include_pad", False),
        ),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        return pooled(self, xs[0])

    def elementwise(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel * prod(self.kernel)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((self.window_reads(xs[0], Along(channel_axis(self, xs[0]), IDENTITY)),),)
