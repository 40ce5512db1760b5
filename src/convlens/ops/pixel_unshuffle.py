"""Space becomes channels."""

from convlens.arith.axis import IDENTITY, repeat, window
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read, along
from convlens.ir.setting import Count
from convlens.ir.spelling import data, setting, spell
from convlens.ops._structure import Structural


class PixelUnshuffle(Structural, name="pixel_unshuffle"):
    """A ``factor x factor`` block of pixels becomes ``factor**2`` channels: the inverse of pixel_shuffle.

    Each output reads one pixel of its block; which one depends on the channel, so its reach is the whole block.
    Source: torch.nn.PixelUnshuffle.

    >>> str(PixelUnshuffle(factor=2).infer((TensorSpec((1, 3, 8, 8)),))[0])
    '1x12x4x4'
    """

    factor: Count

    arity = (1, 1)
    view = False
    spellings = (
        spell("torch.nn", "PixelUnshuffle", setting("downscale_factor", "factor")),
        spell("torch", "pixel_unshuffle", data("input"), setting("downscale_factor", "factor")),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        x, factor = xs[0], self.factor
        if x.rank < 3:
            raise ShapeError(f"needs an input of at least 3 axes (C, H, W); the input {x} has {x.rank}")
        *lead, channels, height, width = x.dims
        if height % factor or width % factor:
            raise ShapeError(
                f"{height}x{width} pixels are not a multiple of factor {factor}",
                f"an input of {-(-height // factor) * factor}x{-(-width // factor) * factor}",
            )
        return (x.with_dims((*lead, channels * factor**2, height // factor, width // factor)),)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        rank, factor = xs[0].rank, self.factor
        lead: Read = tuple(Along(axis, IDENTITY) for axis in range(rank - 3))
        channels = along(rank - 3, lambda: repeat(factor**2))
        space = (Along(axis, window(factor, stride=factor)) for axis in (rank - 2, rank - 1))
        return (((*lead, channels, *space),),)
