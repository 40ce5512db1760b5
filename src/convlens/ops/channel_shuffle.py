"""Channels of several groups mixed."""

from convlens.arith.axis import IDENTITY, AxisMap
from convlens.ir.errors import ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read, along
from convlens.ir.setting import Count
from convlens.ir.spelling import data, setting, spell
from convlens.ops._structure import Structural


class ChannelShuffle(Structural, name="channel_shuffle"):
    """Channel ``i`` of group ``g`` becomes channel ``i * groups + g``: the groups take turns.

    Source: Zhang et al., arXiv:1707.01083v2, section 3.1; torch.nn.ChannelShuffle.

    >>> shuffle, x = ChannelShuffle(groups=3), (TensorSpec((1, 240, 28, 28)),)
    >>> str(shuffle.infer(x)[0]), [shuffle.reads(x)[0][0][1].map.at(y)[0][0] for y in range(4)]
    ('1x240x28x28', [0, 80, 160, 1])
    """

    groups: Count

    arity = (1, 1)
    view = False
    spellings = (
        spell("torch.nn", "ChannelShuffle", setting("groups")),
        spell("torch", "channel_shuffle", data("input"), setting("groups")),
        spell("torch", "native_channel_shuffle", data("input"), setting("groups")),
    )

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        if x.rank < 3:
            raise ShapeError(f"needs an input of at least 3 axes (N, C, space); the input {x} has {x.rank}")
        if x.dims[1] % self.groups:
            raise ShapeError(
                f"groups={self.groups} does not divide the {x.dims[1]} channels of {x}",
                f"{-(-x.dims[1] // self.groups) * self.groups} channels, or groups=1",
            )
        return (x,)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        each = xs[0].dims[1] // self.groups
        turns = along(1, lambda: AxisMap(self.groups, 1, tuple(((g * each, g * each),) for g in range(self.groups))))
        return ((tuple(turns if axis == 1 else Along(axis, IDENTITY) for axis in range(xs[0].rank)),),)
