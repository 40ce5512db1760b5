"""Transposed convolution."""

from collections.abc import Sequence
from math import prod

from convlens.arith.axis import transposed, window
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Along, Inputs, Op, Outputs, Read, Settings, Shapes, along
from convlens.ir.setting import Bool, Count, PerAxis, PerAxisOrZero, Pixels
from convlens.ir.spec import Shape, TensorSpec
from convlens.ir.spelling import data, ignored, setting, size, spell, weight
from convlens.lang.sentence import Sentence
from convlens.ops._backward import a_product_each, keeps_factors
from convlens.ops._window import batch_of, channel_axis, check_given, check_groups, group_channels, spatial


class ConvTranspose(Op, name="conv_transpose"):
    """Every input pixel paints a ``kernel`` patch; patches lie ``stride`` apart and are summed where they overlap.

    ============  =============================================================================================  ======
    shape         ``(n - 1)*stride - left - right + dilation*(kernel-1) + 1 + output_padding``                   pixels
    parameters    ``C * out/groups * prod(kernel)``, and ``out`` with bias                                       values
    MACs          ``N * C * prod(input sizes) * out/groups * prod(kernel)``; a bias is free                      MAC
    ============  =============================================================================================  ======

    It is the adjoint of a convolution, not its inverse. Each input value meets every weight of its group once, so the
    MACs follow from the input size. ``output_padding`` must be smaller than the stride or the dilation.

    Source: Dumoulin & Visin, arXiv:1603.07285v2, relationship 14; torch.nn.ConvTranspose2d.

    >>> up = ConvTranspose(out=1, kernel=(4,), stride=3)
    >>> str(up.infer((TensorSpec((1, 1, 2)),))[0])
    '1x1x7'
    """

    out: Count
    kernel: PerAxis
    stride: PerAxis = (1,)
    padding: Pixels = 0
    output_padding: PerAxisOrZero = (0,)
    dilation: PerAxis = (1,)
    groups: Count = 1
    bias: Bool = True

    arity = (1, 3)
    saved = keeps_factors
    gradient_macs = a_product_each
    view = False
    spellings = (
        spell(
            "torch.nn", "ConvTranspose{n}d",
            size("in_channels", 1), setting("out_channels", "out"), setting("kernel_size", "kernel"),
            setting("stride", default=1), setting("padding", default=0), setting("output_padding", default=0),
            setting("groups", default=1), setting("bias", default=True), setting("dilation", default=1),
            ignored("padding_mode", "zeros"), ignored("device"), ignored("dtype"),
        ),
        spell(
            "torch", "conv_transpose{n}d",
            data("input"), weight("weight", "weight"), weight("bias", "bias", None),
            setting("stride", default=1), setting("padding", default=0), setting("output_padding", default=0),
            setting("groups", default=1), setting("dilation", default=1),
        ),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        self._check(x)
        check_given(xs, self._weights(x))
        sizes = tuple(map(self._size, range(self.axes), spatial(self, x)))
        return (x.with_dims((*batch_of(self, x), self.out, *sizes)),)

    def params(self, xs: Inputs) -> Shapes:
        return self._weights(xs[0]) if len(xs) == 1 else {}

    def _weights(self, x: TensorSpec) -> Shapes:
        channels = x.dims[channel_axis(self, x)]
        weights = {"weight": (channels, self.out // self.groups, *self.kernel)}
        return {**weights, "bias": (self.out,)} if self.bias else weights

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        return xs[0].numel * (self.out // self.groups) * prod(self.kernel)

    def elementwise(self, xs: Inputs) -> int:
        return 0

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x, where = xs[0], channel_axis(self, xs[0])
        channels = group_channels(where, x.dims[where], self.out, self.groups)
        maps = zip(self.kernel, self.stride, self.padding, self.dilation, strict=True)
        space = (
            along(where + 1 + i, lambda k=k, s=s, left=left, d=d: transposed(k, s, left, d))  # type: ignore[misc]  # a default binds the loop's value
            for i, (k, s, (left, _), d) in enumerate(maps)
        )
        lead: Read = tuple(Along(axis, window(1)) for axis in range(where))
        return (((*lead, channels, *space), *((WHOLE,) * w.rank for w in xs[1:])),)

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        out = shapes["weight"][1] * settings.get("groups", 1)
        return {"out": out, "kernel": shapes["weight"][2:], "bias": "bias" in shapes}

    def _size(self, axis: int, size_: int) -> int:
        reach = self.dilation[axis] * (self.kernel[axis] - 1) + 1
        free: int = (size_ - 1) * self.stride[axis] + reach + self.output_padding[axis]
        length: int = free - sum(self.padding[axis])
        if length < 1:
            formula = f"({size_}-1)*{self.stride[axis]} - {sum(self.padding[axis])} + {reach} + {self.output_padding[axis]}"
            raise ShapeError(
                Sentence("spatial axis {axis} would be {length} long: {formula}", axis=axis, length=length, formula=formula),
                Sentence("padding of at most {padding} on each side", padding=(free - 1) // 2),
            )
        return length

    def _check(self, x: TensorSpec) -> None:
        channels = x.dims[channel_axis(self, x)]
        check_groups(self.groups, channels, self.out)
        for axis, (extra, stride, dilation) in enumerate(zip(self.output_padding, self.stride, self.dilation, strict=True)):
            if extra >= max(stride, dilation):
                raise ShapeError(
                    Sentence(
                        "output_padding {extra} on spatial axis {axis} must be below stride {stride} or dilation {dilation}",
                        extra=extra,
                        axis=axis,
                        stride=stride,
                        dilation=dilation,
                    ),
                    Sentence("output_padding of at most {most}", most=max(stride, dilation) - 1),
                )


def same_padding(kernel: Shape, stride: Shape, dilation: Shape) -> tuple[tuple[tuple[int, int], ...], Shape]:
    """Padding and output padding with which the output is ``n * stride`` long: Keras's and TensorFlow's 'same'.

    >>> same_padding((4, 3), (2, 2), (1, 1))
    (((1, 1), (0, 1)), (0, 0))
    """
    return shortened([d * (k - 1) + 1 - s for k, s, d in zip(kernel, stride, dilation, strict=True)])


def shortened(by: Sequence[int]) -> tuple[tuple[tuple[int, int], ...], Shape]:
    """Padding and output padding that make the whole output shorter ``by`` so much on each axis: half of it on each side, an
    odd rest on the right, as TensorFlow does it. A negative number makes it longer, on the right.

    >>> shortened([3, -1])
    (((1, 2), (0, 0)), (0, 1))
    """
    pads = tuple((max(less, 0) // 2, max(less, 0) - max(less, 0) // 2) for less in by)
    return pads, tuple(max(-less, 0) for less in by)
