"""Convolution whose taps are moved by computed offsets."""

from math import prod

from convlens.arith.axis import IDENTITY
from convlens.ir.backward import Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, WHOLE, Along, Inputs, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Bool, Count, PerAxis, Pixels
from convlens.ir.spec import TensorSpec, show_shape
from convlens.ops._backward import keeps_every_input
from convlens.ops._window import Window, channel_axis, check_groups


class DeformConv(Window, name="deform_conv"):
    """A convolution that reads at ``tap + offset``, by linear interpolation, times a ``mask`` where one is given.

    ============  ==============================================================================================  ==========
    shape         as a convolution: ``floor((n + 2*padding - dilation*(kernel-1) - 1) / stride) + 1``             pixels
    parameters    ``out * C/groups * prod(kernel)``, and ``out`` with bias                                        values
    MACs          as a convolution: ``N * out * prod(output sizes) * C/groups * prod(kernel)``                    MAC
    element-wise  2 for each of the pixels mixed into a value that a tap reads (2 to the number of axes), 1 mask  operations
    ============  ==============================================================================================  ==========

    The inputs are the image, the offsets (N, ``offset_groups`` * axes * taps, output sizes) and, with ``mask``, the mask (N,
    ``offset_groups`` * taps, output sizes); then the weight and the bias where they are no parameters. Which pixels are read
    depends on values.

    Source: Dai et al., arXiv:1703.06211v3, equation 2; Zhu et al., arXiv:1811.11168v2, equation 1; torchvision.ops.deform_conv2d.

    >>> image, offsets = TensorSpec((1, 64, 28, 28)), TensorSpec((1, 18, 28, 28))
    >>> conv = DeformConv(out=64, kernel=(3, 3), padding=1, bias=False)
    >>> str(conv.infer((image, offsets))[0]), conv.macs((image, offsets))
    ('1x64x28x28', 28901376)
    """

    out: Count
    kernel: PerAxis
    stride: PerAxis = (1,)
    padding: Pixels = 0
    dilation: PerAxis = (1,)
    groups: Count = 1
    offset_groups: Count = 1
    mask: Bool = False
    bias: Bool = True

    arity = (2, 5)
    saved = keeps_every_input
    view = False
    spellings = ()

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        if x.rank != self.axes + 2:
            raise ShapeError(f"the input {x} has {x.rank} axes; the kernel needs {self.axes + 2} (N, C, space)")
        channels, counts = x.dims[1], self.windows(x)
        check_groups(self.groups, channels, self.out)
        if channels % self.offset_groups:
            raise ShapeError(f"offset_groups={self.offset_groups} does not divide the {channels} channels", "offset_groups=1")
        for (name, rows), given in zip(self._given().items(), xs[1:], strict=False):
            wanted = (x.dims[0], rows, *counts)
            if given.dims != wanted:
                raise ShapeError(
                    f"its {name} {given}, but the input {x} needs {show_shape(wanted)}",
                    f"{name.split()[0]} of {show_shape(wanted)}",
                )
        return (x.with_dims((x.dims[0], self.out, *counts)),)

    def _given(self) -> dict[str, int]:
        """The channels of the offsets and of the mask."""
        taps = self.offset_groups * prod(self.kernel)
        return {"offsets are": taps * self.axes} | ({"mask is": taps} if self.mask else {})

    def params(self, xs: Inputs) -> Shapes:
        return self.weights(xs[0]) if len(xs) <= 2 + self.mask else {}

    def weights(self, x: TensorSpec) -> Shapes:
        shape = {"weight": (self.out, x.dims[channel_axis(self, x)] // self.groups, *self.kernel)}
        return {**shape, "bias": (self.out,)} if self.bias else shape

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return self.outputs(xs)[0].numel * (xs[0].dims[1] // self.groups) * prod(self.kernel)

    def gradient_macs(self, xs: Inputs, wanted: Wanted) -> int:
        """One product for the weight; one for the values that the taps read, from which all other gradients follow."""
        weight = 2 + self.mask
        through = any(at < weight for at in wanted.inputs)
        return self.macs(xs) * (through + (wanted.weights or weight in wanted.inputs))

    def elementwise(self, xs: Inputs) -> int:
        read = xs[0].dims[0] * xs[0].dims[1] * prod(self.kernel) * prod(self.windows(xs[0]))
        return read * ((2 << self.axes) + self.mask)

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        image: Read = (Along(0, IDENTITY), WHOLE, *(UNKNOWN,) * self.axes)
        places: Read = (Along(0, IDENTITY), WHOLE, *(Along(axis, IDENTITY) for axis in range(2, self.axes + 2)))
        given = len(self._given())
        return ((image, *(places,) * given, *((WHOLE,) * w.rank for w in xs[1 + given :])),)

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"out": shapes["weight"][0], "kernel": shapes["weight"][2:], "bias": "bias" in shapes}
