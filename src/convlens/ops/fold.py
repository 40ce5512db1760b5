"""Columns added back to where their windows lie (col2im)."""

from math import prod

from convlens.arith.axis import AxisMap
from convlens.arith.padding import outputs, sides, span
from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, Along, Inputs, Outputs, Read
from convlens.ir.setting import PerAxis, Pixels
from convlens.ir.spec import show_shape
from convlens.ir.spelling import data, setting, spell
from convlens.ops._backward import keeps_nothing
from convlens.ops._pointwise import same_place
from convlens.ops._weightless import Weightless
from convlens.ops._window import Window
from convlens.ops.unfold import IMAGE, image_limit


class Fold(Weightless, Window, name="fold"):
    """The inverse of ``unfold``: ``C * prod(kernel)`` rows, L columns -> C, ``size``; windows that overlap are added up.

    ============  ==============================================================================================  ==========
    shape         rows divided by ``prod(kernel)``, then ``size``                                                 pixels
    columns       as many as windows fit: ``floor((n + 2*padding - dilation*(kernel-1) - 1) / stride) + 1``       columns
    element-wise  one addition for each value of the input                                                        operations
    ============  ==============================================================================================  ==========

    Source: torch.nn.Fold.

    >>> str(Fold(size=(4, 5), kernel=(2, 2)).infer((TensorSpec((1, 12, 12)),))[0])
    '1x3x4x5'
    """

    size: PerAxis
    kernel: PerAxis
    dilation: PerAxis = (1,)
    padding: Pixels = 0
    stride: PerAxis = (1,)

    arity = (1, 1)
    saved = keeps_nothing
    view = False
    spellings = (
        spell("torch.nn", "Fold", setting("output_size", "size", codec=IMAGE), setting("kernel_size", "kernel", codec=IMAGE),
              setting("dilation", default=1), setting("padding", default=0), setting("stride", default=1), limits=image_limit),
        spell("torch", "col2im", data("input"), setting("output_size", "size", codec=IMAGE),
              setting("kernel_size", "kernel", codec=IMAGE), setting("dilation", default=1), setting("padding", default=0),
              setting("stride", default=1), limits=image_limit),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        (x,) = xs
        if x.rank not in (2, 3):
            raise ShapeError(f"needs an input of 3 axes (N, rows, columns), or 2 without a batch; the input {x} has {x.rank}")
        *batch, rows, columns = x.dims
        taps, places = prod(self.kernel), self._places()
        if rows % taps:
            raise ShapeError(f"{rows} rows are not a multiple of the {taps} taps of the kernel", f"a multiple of {taps} rows")
        if columns != prod(places):
            raise ShapeError(
                f"{columns} columns, but {show_shape(places)} windows fit {show_shape(self.size)}", f"{prod(places)} columns"
            )
        return (x.with_dims((*batch, rows // taps, *self.size)),)

    def _places(self) -> tuple[int, ...]:
        """How many windows fit along each axis."""
        counts = []
        for size, kernel, dilation, stride, pad in zip(
            self.size, self.kernel, self.dilation, self.steps(), self.padding, strict=True
        ):
            reach = span(kernel, dilation)
            count = outputs(size, reach, stride, sides(pad, size, kernel, stride, dilation))
            if count < 1:
                raise ShapeError(f"a window that covers {reach} does not fit {size} padded by {pad[0]}+{pad[1]}", f"size {reach}")
            counts.append(count)
        return tuple(counts)

    def elementwise(self, xs: Inputs) -> int:
        return xs[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        """A channel reads its own rows; the columns of a pixel follow from both of its coordinates."""
        taps, where = prod(self.kernel), xs[0].rank - 2
        return (((*same_place(where), Along(where, AxisMap(1, taps, (((0, taps - 1),),))), UNKNOWN),),)
