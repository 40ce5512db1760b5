"""Channels become space."""

from convlens.arith.axis import IDENTITY, repeat
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read, Scattered, along
from convlens.ir.setting import Count
from convlens.ir.spelling import data, setting, spell
from convlens.ops._structure import Structural


class PixelShuffle(Structural, name="pixel_shuffle"):
    """``factor**2`` channels become a ``factor x factor`` block of pixels. Source: Shi et al., arXiv:1609.05158v2.

    >>> str(PixelShuffle(factor=3).infer((TensorSpec((1, 9, 4, 4)),))[0])
    '1x1x12x12'
    """

    factor: Count

    arity = (1, 1)
    view = False
    spellings = (
        spell("torch.nn", "PixelShuffle", setting("upscale_factor", "factor")),
        spell("torch", "pixel_shuffle", data("input"), setting("upscale_factor", "factor")),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        x, block = xs[0], self.factor**2
        if x.rank < 3:
            raise ShapeError(f"needs an input of at least 3 axes (C, H, W); the input {x} has {x.rank}")
        *lead, channels, height, width = x.dims
        if channels % block:
            raise ShapeError(
                f"{channels} channels are not a multiple of factor**2 = {block}", f"{-(-channels // block) * block} channels"
            )
        return (x.with_dims((*lead, channels // block, height * self.factor, width * self.factor)),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        rank = xs[0].rank
        lead: Read = tuple(Along(axis, IDENTITY) for axis in range(rank - 3))
        space = (along(axis, lambda: repeat(self.factor)) for axis in (rank - 2, rank - 1))
        return (((*lead, Scattered((rank - 3, rank - 2, rank - 1)), *space),),)
