"""Convolution."""

from math import prod
from typing import Annotated

from convlens.ir.backward import Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import WHOLE, Inputs, Outputs, Read, Settings, Shapes
from convlens.ir.setting import Bool, Count, Padding, PerAxis, Word
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import data, ignored, setting, size, spell, weight
from convlens.lang.sentence import Sentence
from convlens.ops._backward import a_product_each, keeps_factors
from convlens.ops._window import Window, batch_of, channel_axis, check_given, check_groups, group_channels, padded_bytes, spatial


def _torch_limits(op: "Conv", _xs: Inputs, _axes: int) -> None:
    if op.padding == "same" and max(op.stride) > 1:
        raise ShapeError(
            Sentence("padding='same' with stride {stride}: PyTorch allows 'same' only with stride 1", stride=max(op.stride)),
            f"padding={tuple((k - 1) * d // 2 for k, d in zip(op.kernel, op.dilation, strict=True))}",
        )


class Conv(Window, name="conv"):
    """Slide ``out`` kernels over an image of C channels, along any number of spatial axes.

    ============  ==========================================================================  ==========
    shape         ``floor((n + left + right - dilation*(kernel-1) - 1) / stride) + 1``        pixels
    parameters    ``out * C/groups * prod(kernel)``, and ``out`` with bias                    values
    MACs          ``N * out * prod(output sizes) * C/groups * prod(kernel)``; a bias is free  MAC
    ============  ==========================================================================  ==========

    ``groups`` divides C and ``out``: every group of output channels reads its own group of input channels. Depthwise is
    ``groups == C``. ``padding`` is pixels (``(left, right)`` where uneven), "valid", or "same" / "same_lower", which give
    ``ceil(n / stride)`` outputs. The weight may arrive as a second input (and the bias as a third); then it is no
    parameter of this operator.

    Source: Dumoulin & Visin, arXiv:1603.07285v2, relationship 6; torch.nn.Conv2d. The figures below are those of the
    first layer of ResNet (He et al., arXiv:1512.03385v1, table 1).

    >>> stem = Conv(out=64, kernel=(7, 7), stride=2, padding=3, bias=False)
    >>> image = (TensorSpec((1, 3, 224, 224)),)
    >>> str(stem.infer(image)[0]), stem.params(image), stem.macs(image)
    ('1x64x112x112', {'weight': (64, 3, 7, 7)}, 118013952)
    """

    out: Count
    kernel: PerAxis
    stride: PerAxis = (1,)
    padding: Padding = 0
    dilation: PerAxis = (1,)
    groups: Count = 1
    bias: Bool = True
    padding_mode: Annotated[str, Word(("zeros", "reflect", "replicate", "circular"))] = "zeros"

    arity = (1, 3)
    gradient_macs = a_product_each
    view = False
    spellings = (
        spell(
            "torch.nn", "Conv{n}d",
            size("in_channels", 1), setting("out_channels", "out"), setting("kernel_size", "kernel"),
            setting("stride", default=1), setting("padding", default=0), setting("dilation", default=1),
            setting("groups", default=1), setting("bias", default=True), setting("padding_mode", default="zeros"),
            ignored("device"), ignored("dtype"),
            limits=_torch_limits,
        ),
        spell(
            "torch", "conv{n}d",
            data("input"), weight("weight", "weight"), weight("bias", "bias", None),
            setting("stride", default=1), setting("padding", default=0), setting("dilation", default=1),
            setting("groups", default=1),
            limits=_torch_limits,
        ),
        spell(
            "keras", "Conv{n}D",
            setting("filters", "out"), setting("kernel_size", "kernel"), setting("strides", "stride", 1),
            setting("padding", default="valid"), ignored("data_format"), setting("dilation_rate", "dilation", 1),
            setting("groups", default=1), ignored("activation"), setting("use_bias", "bias", True),
        ),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        x = xs[0]
        self._check_channels(x)
        check_given(xs, self._weights(x))
        counts = self.windows(x)
        self._check_padding_mode(x)
        return (x.with_dims((*batch_of(self, x), self.out, *counts)),)

    def params(self, xs: Inputs) -> Shapes:
        return self._weights(xs[0]) if len(xs) == 1 else {}

    def _weights(self, x: TensorSpec) -> Shapes:
        channels = x.dims[channel_axis(self, x)]
        weights = {"weight": (self.out, channels // self.groups, *self.kernel)}
        return {**weights, "bias": (self.out,)} if self.bias else weights

    def buffers(self, xs: Inputs) -> Shapes:
        return {}

    def macs(self, xs: Inputs) -> int:
        channels = xs[0].dims[channel_axis(self, xs[0])]
        return self.outputs(xs)[0].numel * (channels // self.groups) * prod(self.kernel)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """Input and weight, each for the other's gradient; a padded copy where PyTorch has to pad beforehand.

        With zeros it pads only what one side has more than the other.
        """
        kept = keeps_factors(self, xs, wanted)
        mode, pads = self.padding_mode, self.pads(xs[0])
        beforehand = tuple((0, abs(right - left)) for left, right in pads) if mode == "zeros" else pads
        if 0 not in kept.inputs or (mode == "zeros" and not any(map(sum, beforehand))):
            return kept
        looked_up = (0,) * (mode in ("reflect", "replicate"))
        return Saved((*looked_up, *kept.inputs[1:]), made=padded_bytes(self, xs[0], beforehand))

    def elementwise(self, xs: Inputs) -> int:
        return 0

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x, where = xs[0], channel_axis(self, xs[0])
        channels = group_channels(where, x.dims[where], self.out, self.groups)
        return ((self.window_reads(x, channels), *((WHOLE,) * w.rank for w in xs[1:])),)

    @classmethod
    def from_params(cls, shapes: Shapes, settings: Settings) -> Settings:
        return {"out": shapes["weight"][0], "kernel": shapes["weight"][2:], "bias": "bias" in shapes}

    def _check_channels(self, x: TensorSpec) -> None:
        channels = x.dims[channel_axis(self, x)]
        check_groups(self.groups, channels, self.out)

    def _check_padding_mode(self, x: TensorSpec) -> None:
        limit = {"reflect": -1, "circular": 0}.get(self.padding_mode)
        if limit is None:
            return
        for axis, (size_, pad) in enumerate(zip(spatial(self, x), self.pads(x), strict=True)):
            if max(pad) > size_ + limit:
                raise ShapeError(
                    Sentence(
                        "padding {padding} with padding_mode={mode} needs more pixels than the {size} on spatial axis {axis}",
                        padding=max(pad),
                        mode=repr(self.padding_mode),
                        size=size_,
                        axis=axis,
                    ),
                    Sentence("padding of at most {padding}, or padding_mode='zeros'", padding=size_ + limit),
                )
