"""Power-average pooling."""

from math import prod
from typing import Any

from convlens.arith.axis import IDENTITY
from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import SettingError
from convlens.ir.op import Along, Inputs, Outputs, Read
from convlens.ir.setting import Bool, Number, Padding, PerAxis, PerAxisLikeKernel
from convlens.ir.spelling import const, data, setting, spell
from convlens.ops._weightless import Weightless
from convlens.ops._window import Window, channel_axis, pooled, whole_kernel_limit

_SETTINGS = (
    setting("norm_type", "p"), setting("kernel_size", "kernel"), setting("stride", default=None),
    setting("ceil_mode", default=False), const("padding", 0),
)  # fmt: skip


class LpPool(Weightless, Window, name="lp_pool"):
    """``(sum of x**p) ** (1/p)`` over each window, on every channel by itself. No parameters, no MACs.

    ============  ===============================================================================  ==========
    shape         as a convolution; with ``ceil_mode`` the division rounds up, but a last window   pixels
                  that would start in the right padding is dropped
    element-wise  a power and an addition for each window position, a root for each output         operations
    ============  ===============================================================================  ==========

    The stride is the kernel unless it is given. Source: torch.nn.LPPool2d, which has no padding; ONNX operator LpPool-18.

    >>> str(LpPool(p=2, kernel=(3, 3), stride=2).infer((TensorSpec((20, 16, 50, 32)),))[0])
    '20x16x24x15'
    """

    p: Number = 2.0
    kernel: PerAxis
    stride: PerAxisLikeKernel = None
    padding: Padding = 0
    dilation: PerAxis = (1,)
    ceil_mode: Bool = False

    arity = (1, 1)
    view = False
    spellings = (
        spell("torch.nn", "LPPool{n}d", *_SETTINGS, limits=whole_kernel_limit),
        spell("torch", "lp_pool{n}d", data("input"), *_SETTINGS, limits=whole_kernel_limit),
    )

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if self.p == 0:
            raise SettingError("lp_pool: p is 0; there is no root of degree 0")

    def outputs(self, xs: Inputs) -> Outputs:
        return pooled(self, xs[0])

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, its powers, and what the root is taken of: their average, its size and its sign."""
        return Saved((0,), made=xs[0].bytes + 4 * self.outputs(xs)[0].bytes)

    def elementwise(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel * (2 * prod(self.kernel) + 1)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return ((self.window_reads(xs[0], Along(channel_axis(self, xs[0]), IDENTITY)),),)
