"""Maximum pooling."""

from math import prod

from convlens.arith.axis import IDENTITY
from convlens.ir.op import Along, Inputs, Outputs, Read
from convlens.ir.setting import Bool, Padding, PerAxis, PerAxisLikeKernel
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._backward import keeps_indices
from convlens.ops._weightless import Weightless
from convlens.ops._window import Window, channel_axis, half_kernel_limit, pooled

_SETTINGS = (
    setting("kernel_size", "kernel"), setting("stride", default=None), setting("padding", default=0),
    setting("dilation", default=1),
)  # fmt: skip


class MaxPool(Weightless, Window, name="max_pool"):
    """The largest value of each window, on every channel by itself. No parameters, no MACs.

    ============  ===============================================================================  ==========
    shape         as a convolution; with ``ceil_mode`` the division rounds up, but a last window   pixels
                  that would start in the right padding is dropped
    element-wise  one comparison for each window position                                          operations
    ============  ===============================================================================  ==========

    Padding counts as minus infinity. The stride is the kernel unless it is given. With ``indices`` a second output says
    where each maximum was.

    Source: torch.nn.MaxPool2d. The figures are those of AlexNet's first pooling layer (Krizhevsky et al. 2012).

    >>> str(MaxPool(kernel=(3, 3), stride=2).infer((TensorSpec((1, 96, 55, 55)),))[0])
    '1x96x27x27'
    """

    kernel: PerAxis
    stride: PerAxisLikeKernel = None
    padding: Padding = 0
    dilation: PerAxis = (1,)
    ceil_mode: Bool = False
    indices: Bool = False

    arity = (1, 1)
    saved = keeps_indices
    view = False
    spellings = (
        spell("torch.nn", "MaxPool{n}d", *_SETTINGS, setting("return_indices", "indices", False),
              setting("ceil_mode", default=False), limits=half_kernel_limit),
        spell("torch", "max_pool{n}d", data("input"), *_SETTINGS, setting("ceil_mode", default=False),
              setting("return_indices", "indices", False), limits=half_kernel_limit),
        spell("torch", "max_pool{n}d_with_indices", data("input"), *_SETTINGS, setting("ceil_mode", default=False),
              setting("return_indices", "indices", True), limits=half_kernel_limit),
        spell("keras", "MaxPooling{n}D", setting("pool_size", "kernel", 2), setting("strides", "stride", None),
              setting("padding", default="valid"), ignored("data_format")),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        values = pooled(self, xs[0])
        return (*values, TensorSpec(values[0].dims, "int64")) if self.indices else values

    def elementwise(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel * prod(self.kernel)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        read = self.window_reads(xs[0], Along(channel_axis(self, xs[0]), IDENTITY))
        return ((read,),) * (2 if self.indices else 1)
