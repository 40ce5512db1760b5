"""Every window as a column (im2col)."""

from math import prod

from convlens.arith.axis import repeat
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read, Scattered, along
from convlens.ir.setting import PerAxis, Pixels
from convlens.ir.spelling import Codec, data, setting, spell
from convlens.ops._backward import keeps_nothing
from convlens.ops._pointwise import same_place
from convlens.ops._weightless import Weightless
from convlens.ops._window import Window, batch_of, channel_axis


def _both_axes(value: object, _axes: int) -> object:
    return (value, value) if isinstance(value, int) else value


def _shortest(value: object, _axes: int) -> object:
    return value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value


IMAGE = Codec(_both_axes, _shortest)
"""PyTorch's im2col knows images only: one number stands for both axes."""


def image_limit(op: Window, _xs: Inputs, _axes: int) -> None:
    """PyTorch has this operator for two spatial axes."""
    if op.axes != 2:
        raise ShapeError(f"{op.axes} spatial axes; PyTorch's unfold and fold take 2", "2 spatial axes")


class Unfold(Weightless, Window, name="unfold"):
    """The values under the kernel, for each of L places, as one column: C, space -> ``C * prod(kernel)``, L.

    ============  =========================================================================================  ======
    shape         ``C * prod(kernel)`` rows (channels slowest), L columns: the number of windows             values
    windows       ``floor((n + 2*padding - dilation*(kernel-1) - 1) / stride) + 1`` along each axis          columns
    ============  =========================================================================================  ======

    Values are copied, none is computed. Source: torch.nn.Unfold.

    >>> str(Unfold(kernel=(2, 3)).infer((TensorSpec((2, 5, 3, 4)),))[0])
    '2x30x4'
    """

    kernel: PerAxis
    dilation: PerAxis = (1,)
    padding: Pixels = 0
    stride: PerAxis = (1,)

    arity = (1, 1)
    saved = keeps_nothing
    view = False
    spellings = (
        spell("torch.nn", "Unfold", setting("kernel_size", "kernel", codec=IMAGE), setting("dilation", default=1),
              setting("padding", default=0), setting("stride", default=1), limits=image_limit),
        spell("torch", "im2col", data("input"), setting("kernel_size", "kernel", codec=IMAGE), setting("dilation", default=1),
              setting("padding", default=0), setting("stride", default=1), limits=image_limit),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        (x,) = xs
        rows = x.dims[channel_axis(self, x)] * prod(self.kernel)
        return (x.with_dims((*batch_of(self, x), rows, prod(self.windows(x)))),)

    def elementwise(self, xs: Inputs) -> int:
        return 0

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        """Row and column together choose one pixel, of those that the windows meet."""
        where = channel_axis(self, xs[0])
        channels = along(where, lambda: repeat(prod(self.kernel)))
        met = self.window_reads(xs[0], channels)[where + 1 :]
        space = (
            Scattered((where, where + 1), read.map, count) if isinstance(read, Along) else read
            for read, count in zip(met, self.windows(xs[0]), strict=True)
        )
        return (((*same_place(where), channels, *space),),)
