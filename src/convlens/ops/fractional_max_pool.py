"""Maximum pooling over windows at random places."""

from math import prod
from typing import Any

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import SettingError, ShapeError
from convlens.ir.op import UNKNOWN, Along, Inputs, Outputs, Read
from convlens.ir.setting import Bool, OptionalIndices, OptionalNumbers, PerAxis
from convlens.ir.spec import Shape, TensorSpec
from convlens.ir.spelling import const, data, ignored, setting, spell
from convlens.ops._backward import keeps_indices
from convlens.ops._weightless import Weightless
from convlens.ops._window import channel_axis, spatial

_SETTINGS = (
    setting("kernel_size", "kernel"), setting("output_size", "size", None), setting("output_ratio", "ratio", None),
    setting("return_indices", "indices", False), ignored("_random_samples"),
)  # fmt: skip


def _torch_limits(op: "FractionalMaxPool", xs: Inputs, _axes: int) -> None:
    """In 3 dimensions one pixel more is asked for. Source: torch.nn.FractionalMaxPool3d."""
    for axis, (size, n, kernel) in enumerate(zip(op.sizes(xs[0]), spatial(op, xs[0]), op.kernel, strict=True)):
        if op.axes == 3 and size + kernel > n:
            raise ShapeError(
                f"on spatial axis {axis} {size} windows of {kernel} leave no choice among {n} pixels; PyTorch refuses this",
                f"an input of at least {size + kernel}",
            )


class FractionalMaxPool(Weightless, name="fractional_max_pool"):
    """The largest value of each of ``size`` windows, whose starts are drawn at random and cover the input.

    ============  ====================================================================  ==========
    shape         ``size``, or ``floor(n * ratio)``                                     pixels
    limit         ``size + kernel - 1 <= n``, so that the windows fit                   pixels
    element-wise  one comparison for each window position                               operations
    ============  ====================================================================  ==========

    Where a window lies changes from call to call, so what an output reads is unknown. With ``indices`` a second output
    says where each maximum was. Source: Graham, arXiv:1412.6071v4; torch.nn.FractionalMaxPool2d.

    >>> str(FractionalMaxPool(kernel=(3, 3), size=(13, 12)).infer((TensorSpec((20, 16, 50, 32)),))[0])
    '20x16x13x12'
    """

    kernel: PerAxis
    size: OptionalIndices = None
    ratio: OptionalNumbers = None
    indices: Bool = False

    arity = (1, 1)
    saved = keeps_indices
    view = False
    spellings = (
        spell("torch.nn", "FractionalMaxPool{n}d", *_SETTINGS, limits=_torch_limits, axes=(2, 3)),
        spell("torch", "fractional_max_pool{n}d", data("input"), *_SETTINGS, limits=_torch_limits, axes=(2, 3)),
        spell("torch", "fractional_max_pool{n}d_with_indices", data("input"), *_SETTINGS[:3], ignored("return_indices"),
              ignored("_random_samples"), const("indices", True), limits=_torch_limits, axes=(2, 3)),
    )  # fmt: skip

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if (self.size is None) == (self.ratio is None):
            raise SettingError("fractional_max_pool: needs either size or ratio")
        if any(not 0 < ratio < 1 for ratio in self.ratio or ()):
            raise SettingError(f"fractional_max_pool: ratio is {self.ratio}; it must be between 0 and 1")

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        values = x.with_dims((*x.dims[: channel_axis(self, x) + 1], *self.sizes(x)))
        return (values, TensorSpec(values.dims, "int64")) if self.indices else (values,)

    def sizes(self, x: TensorSpec) -> Shape:
        """Sizes of the spatial axes afterwards, or `ShapeError`."""
        space = spatial(self, x)
        asked: tuple[float, ...] = self.size or self.ratio or ()
        asked = asked * self.axes if len(asked) == 1 else asked
        if len(asked) != self.axes:
            raise ShapeError(f"size or ratio has {len(asked)} entries for {self.axes} spatial axes", f"1 or {self.axes} entries")
        sizes = tuple(map(int, asked)) if self.size else tuple(int(n * r) for n, r in zip(space, asked, strict=True))
        for axis, (size, n, kernel) in enumerate(zip(sizes, space, self.kernel, strict=True)):
            if not 1 <= size <= n - kernel + 1:
                raise ShapeError(
                    f"{size} windows of {kernel} do not fit spatial axis {axis} of the input {x}, which is {n} wide",
                    f"a size from 1 to {n - kernel + 1}" if n >= kernel else f"kernel of at most {n}",
                )
        return sizes

    def elementwise(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel * prod(self.kernel)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        lead: Read = tuple(Along(axis, IDENTITY) for axis in range(channel_axis(self, xs[0]) + 1))
        read: Read = (*lead, *(UNKNOWN,) * self.axes)
        return ((read,),) * (2 if self.indices else 1)
