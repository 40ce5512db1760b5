"""The grid of an affine map."""

from math import prod
from typing import Annotated

from convlens.arith.axis import IDENTITY
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Op, Outputs, Read, Shapes
from convlens.ir.setting import Bool, Wholes
from convlens.ir.spelling import Codec, data, setting, spell
from convlens.ops._backward import a_product_each, keeps_nothing

FALSE_FOR_NONE = Codec(lambda value, _: bool(value), lambda value, _: value)


class AffineGrid(Op, name="affine_grid"):
    """Where each pixel of an output of ``size`` (N, C, space) comes from: ``theta (p, 1)^T``, theta being N x n x (n+1).

    ============  =====================================================================  ======
    shape         N, space, n: one coordinate for each of the n axes                      values
    MACs          a matrix product: ``N * prod(space) * n * (n+1)``                       MAC
    ============  =====================================================================  ======

    Source: Jaderberg et al., arXiv:1506.02025v3, equation 1; torch.nn.functional.affine_grid.

    >>> theta = (TensorSpec((1, 2, 3)),)
    >>> str(AffineGrid(size=[1, 1, 28, 28]).infer(theta)[0]), AffineGrid(size=[1, 1, 28, 28]).macs(theta)
    ('1x28x28x2', 4704)
    """

    size: Annotated[tuple[int, ...], Wholes(1)]
    align_corners: Bool = False

    arity = (1, 1)
    saved = keeps_nothing
    gradient_macs = a_product_each
    view = False
    spellings = (
        spell("torch", "affine_grid", data("theta"), setting("size"),
              setting("align_corners", default=False, codec=FALSE_FOR_NONE)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        axes = len(self.size) - 2
        if axes not in (2, 3):
            raise ShapeError(f"size has {len(self.size)} entries", "4 entries (N, C, height, width), or 5")
        wanted = (self.size[0], axes, axes + 1)
        if xs[0].dims != wanted:
            raise ShapeError(f"theta is {xs[0]}, but size needs {'x'.join(map(str, wanted))}", "one matrix for each image")
        return (xs[0].with_dims((self.size[0], *self.size[2:], axes)),)

    def params(self, xs: Inputs) -> Shapes:
        return {}

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return xs[0].numel * prod(self.size[2:])

    def elementwise(self, xs: Inputs) -> int:
        return 0

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        return (((Along(0, IDENTITY), Along(len(self.size) - 1, IDENTITY), WHOLE),),)
