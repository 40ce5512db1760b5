"""Resizing of the spatial axes."""

from fractions import Fraction
from math import floor, isfinite
from typing import Annotated

from convlens.arith.axis import IDENTITY, AxisMap, adaptive, cubic, linear, nearest, nearest_centre
from convlens.ir.backward import NOTHING, Saved, Wanted
from convlens.ir.errors import ShapeError
from convlens.ir.op import UNKNOWN, Along, AxisRead, Inputs, Outputs, Read, along
from convlens.ir.setting import Bool, OptionalIndices, OptionalNumbers, Word
from convlens.ir.spec import Shape, TensorSpec
from convlens.ir.spelling import Codec, const, ignored, setting, spell
from convlens.ops._weightless import Weightless

_TRUTH = Codec(lambda value, axes: bool(value), lambda value, axes: value)
_HOW_LARGE = (setting("size", default=None), setting("scale_factor", "scale", None))
_TAPS = {"nearest": 0, "nearest-exact": 0, "linear": 2, "bilinear": 2, "trilinear": 2, "bicubic": 4, "area": 1}
_AXES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}


def _torch_limits(op: "Interpolate", _xs: Inputs, _axes: int) -> None:
    if op.align_corners and op.mode not in ("linear", "bilinear", "bicubic", "trilinear"):
        raise ShapeError(
            f"align_corners with mode {op.mode!r}: PyTorch allows it only with linear, bilinear, bicubic and trilinear",
            "align_corners=None, or another mode",
        )


class Interpolate(Weightless, name="interpolate"):
    """Resize all spatial axes to ``size``, or by ``scale`` (then ``floor(n * scale)``).

    ============  ================================================================================  ==========
    shape         ``size``, or ``floor(n * scale)``                                                 pixels
    element-wise  2 for each pixel read: none for nearest, 2 taps an axis for linear, 4 for cubic   operations
    ============  ================================================================================  ==========

    Source: torch.nn.functional.interpolate.

    >>> str(Interpolate(scale=[2, 2], mode="bilinear").infer((TensorSpec((1, 512, 28, 28)),))[0])
    '1x512x56x56'
    """

    size: OptionalIndices = None
    scale: OptionalNumbers = None
    mode: Annotated[str, Word(tuple(_TAPS))] = "nearest"
    align_corners: Bool = False
    antialias: Bool = False

    arity = (1, 1)
    view = False
    spellings = (
        spell("torch.nn", "UpsamplingNearest2d", *_HOW_LARGE, const("mode", "nearest")),
        spell("torch.nn", "UpsamplingBilinear2d", *_HOW_LARGE, const("mode", "bilinear"), const("align_corners", True)),
        spell("torch.nn", "Upsample", *_HOW_LARGE, setting("mode", default="nearest"),
              setting("align_corners", default=False, codec=_TRUTH), ignored("recompute_scale_factor"), limits=_torch_limits),
        spell("keras", "UpSampling{n}D", setting("size", "scale", 2), ignored("data_format"), const("mode", "nearest"),
              axes=(1, 3)),
        spell("keras", "UpSampling{n}D", setting("size", "scale", 2), ignored("data_format"),
              setting("interpolation", "mode", "nearest"), axes=(2,)),
    )  # fmt: skip

    def outputs(self, xs: Inputs) -> Outputs:
        return (xs[0].with_dims((*xs[0].dims[:2], *self.sizes(xs[0]))),)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """Nothing, but for "area", an adaptive average, the input; the mean of all pixels needs nothing either."""
        average = self.mode == "area" and set(self.outputs(xs)[0].dims[2:]) != {1}
        return Saved(inputs=(0,)) if average else NOTHING

    def elementwise(self, xs: Inputs) -> int:
        taps: int = _TAPS[self.mode] ** (xs[0].rank - 2)
        return 2 * taps * self.outputs(xs)[0].numel

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        x = xs[0]
        space = (self._read(axis, x.dims[axis], size) for axis, size in enumerate(self.sizes(x), 2))
        return (((Along(0, IDENTITY), Along(1, IDENTITY), *space),),)

    def sizes(self, x: TensorSpec) -> Shape:
        """Sizes of the spatial axes afterwards."""
        spatial = x.dims[2:]
        if (self.size is None) == (self.scale is None):
            raise ShapeError("needs either size or scale", "one of the two")
        asked: tuple[float, ...] = self.size or self.scale or ()
        if not all(map(isfinite, asked)):
            raise ShapeError(f"scale {', '.join(map(str, asked))} is not a finite number", "a scale such as 2")
        asked = asked * len(spatial) if len(asked) == 1 else asked
        wanted = _AXES.get(self.mode, len(spatial))
        if not spatial or len(asked) != len(spatial) or wanted != len(spatial):
            raise ShapeError(
                f"mode {self.mode!r} with {len(asked)} sizes does not fit the {len(spatial)} spatial axes of {x}",
                "one size for each spatial axis, and linear, bilinear or trilinear for 1, 2 or 3 of them",
            )
        sizes = tuple(map(int, asked)) if self.size else tuple(floor(n * s) for n, s in zip(spatial, asked, strict=True))
        if min(sizes) < 1:
            raise ShapeError(f"the output would be {'x'.join(map(str, sizes))}", "a larger size or scale")
        return sizes

    def _read(self, axis: int, size: int, out: int) -> AxisRead:
        if self.antialias and (out < size or (self.align_corners and out > size)):
            return UNKNOWN  # a kernel made wider, or outputs that begin elsewhere
        return along(axis, lambda: self._map(axis, size, out))

    def _map(self, axis: int, size: int, out: int) -> AxisMap:
        if self.mode == "area":
            return adaptive(size, out)
        top, bottom = (size, out) if self.align_corners else self._ratio(axis, size, out)
        if self.mode == "nearest-exact":
            return nearest_centre(top, bottom)
        if self.mode != "nearest":
            resize = cubic if self.mode == "bicubic" else linear
            return resize(top, bottom, align_corners=self.align_corners)
        return nearest(top, bottom)

    def _ratio(self, axis: int, size: int, out: int) -> tuple[int, int]:
        """The step between outputs: ``1 / scale`` where a scale was given, else ``size / out``."""
        if self.scale is None:
            return size, out
        scale = _rational(self.scale[axis - 2 if len(self.scale) > 1 else 0])
        return scale.denominator, scale.numerator


def _rational(scale: float) -> Fraction:
    """The simple fraction that a scale such as 0.3333333333333333 stands for; else exactly its decimals.

    >>> _rational(1 / 3), _rational(6e-7)
    (Fraction(1, 3), Fraction(3, 5000000))
    """
    exact = Fraction(repr(scale))
    simple = exact.limit_denominator(1 << 20)
    return simple if simple and abs(simple / exact - 1) < Fraction(1, 10**12) else exact
