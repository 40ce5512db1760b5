"""An image read at computed places."""

from math import prod
from typing import Annotated

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, WHOLE, Along, Inputs, Outputs, Read
from convlens.ir.setting import Bool, Word
from convlens.ir.spelling import data, ignored, setting, spell
from convlens.ops._backward import keeps_every_input
from convlens.ops._weightless import Weightless
from convlens.ops.affine_grid import FALSE_FOR_NONE


class GridSample(Weightless, name="grid_sample"):
    """The image (N, C, space) at the places that ``grid`` (N, output space, one coordinate for each axis) names.

    ============  ==========================================================================================  ==========
    shape         N, C, then the grid's space                                                                  pixels
    element-wise  a multiplication and an addition for each pixel that is mixed: 2 to the number of axes       operations
                  ("bilinear"), 4 to it ("bicubic"), none ("nearest")
    ============  ==========================================================================================  ==========

    "bilinear" is linear along each axis, also for volumes. Which pixels are read depends on values.
    Source: Jaderberg et al., arXiv:1506.02025v3, equation 5; torch.nn.functional.grid_sample.

    >>> image, grid = TensorSpec((1, 3, 32, 32)), TensorSpec((1, 28, 28, 2))
    >>> str(GridSample().infer((image, grid))[0]), GridSample().elementwise((image, grid))
    ('1x3x28x28', 18816)
    """

    mode: Annotated[str, Word(("bilinear", "nearest", "bicubic"))] = "bilinear"
    align_corners: Bool = False

    arity = (2, 2)
    saved = keeps_every_input
    view = False
    spellings = (
        spell("torch", "grid_sample", data("input"), data("grid"), setting("mode", default="bilinear"), ignored("padding_mode"),
              setting("align_corners", default=False, codec=FALSE_FOR_NONE)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        x, grid = xs
        axes = x.rank - 2
        if axes not in (2, 3) or grid.rank != x.rank:
            raise ShapeError(
                f"needs an image and a grid of 4 axes, or of 5; the input {x} has {x.rank}, the grid {grid} {grid.rank}"
            )
        if grid.dims[-1] != axes:
            raise ShapeError(f"the grid {grid} has {grid.dims[-1]} coordinates for {axes} axes", f"a last axis of {axes}")
        if grid.dims[0] != x.dims[0]:
            raise ShapeError(f"{x.dims[0]} images and {grid.dims[0]} grids", "a grid for each image")
        if grid.dtype != x.dtype:
            raise ShapeError(f"the grid is {grid.dtype} and the input {x.dtype}", "one dtype for both")
        if self.mode == "bicubic" and axes != 2:
            raise ShapeError(f"mode 'bicubic' is for images; the input {x} has {axes} spatial axes", "mode='bilinear'")
        return (x.with_dims((*x.dims[:2], *grid.dims[1:-1])),)

    def elementwise(self, xs: Inputs) -> int:
        along_axis = {"bilinear": 2, "bicubic": 4, "nearest": 0}[self.mode]
        taps = prod([along_axis] * (xs[0].rank - 2))
        return 2 * taps * self.outputs(xs)[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        axes = xs[0].rank - 2
        of_x: Read = (Along(0, IDENTITY), Along(1, IDENTITY), *(UNKNOWN,) * axes)
        return ((of_x, (Along(0, IDENTITY), *(Along(2 + axis, IDENTITY) for axis in range(axes)), WHOLE)),)
