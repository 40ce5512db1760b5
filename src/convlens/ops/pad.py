"""Values added at the ends of axes, or taken away."""

from typing import Annotated, Any

from convlens.arith.axis import shift
from convlens.ir.backward import NOTHING, Saved, Wanted
from convlens.ir.errors import SettingError, ShapeError
from convlens.ir.op import Along, Inputs, Outputs, Read
from convlens.ir.setting import Indices, Number, Word
from convlens.ir.spec import TensorSpec
from convlens.ir.spelling import Arg, Codec, Spelling, const, ignored, setting, several, spell
from convlens.ops._structure import Structural


def _from_last(value: Any, axes: int) -> tuple[Any, Any]:
    """``(left, right, top, bottom)``: pairs from the last axis on; one number for all sides."""
    flat = tuple(value) if isinstance(value, tuple | list) else (value,) * (2 * axes)
    if len(flat) % 2:
        raise SettingError(f"pad: padding has {len(flat)} entries; it must be pairs, as in (left, right, top, bottom)")
    return flat[-2::-2], flat[-1::-2]


def _to_last(value: Any, _axes: int) -> Any:
    flat = tuple(n for pair in reversed(list(zip(*value, strict=False))) for n in pair)
    return flat[0] if len(set(flat)) == 1 else flat


def _pairs(value: Any, axes: int) -> tuple[Any, Any]:
    """Keras: one number, one for each axis, or ``(before, after)`` for each axis; for one axis also ``(before, after)``."""
    each = tuple(value) if isinstance(value, tuple | list) else (value,) * axes
    if axes == 1 and len(each) == 2:
        each = (each,)
    pairs = [tuple(n) if isinstance(n, tuple | list) else (n, n) for n in each]
    if len(pairs) != axes or any(len(pair) != 2 for pair in pairs):
        raise SettingError(f"pad: {value!r} is not one number, or one number or pair for each of {axes} axes")
    return tuple(low for low, _ in pairs), tuple(high for _, high in pairs)


def _negative(value: Any, axes: int) -> tuple[Any, Any]:
    before, after = _pairs(value, axes)
    return tuple(-n for n in before), tuple(-n for n in after)


_SIDES = ("before", "after")
_TORCH = Codec(_from_last, _to_last)
_PADDED = Codec(_pairs, lambda value, axes: tuple(zip(*value, strict=False)))
_CROPPED = Codec(_negative, lambda value, axes: tuple((-low, -high) for low, high in zip(*value, strict=False)))


def _layer(title: str, mode: str, *rest: Arg) -> Spelling:
    return spell("torch.nn", title, several("padding", _SIDES, _TORCH), *rest, const("mode", mode), limits=_torch_limits)


def _torch_limits(op: "Pad", xs: Inputs, axes: int) -> None:
    """PyTorch's layers pad all spatial axes; only zeros and constants may be fewer or more. Source: torch.nn.functional.pad."""
    if op.mode != "constant" and (len(op.before) != axes or xs[0].rank not in (axes + 1, axes + 2)):
        raise ShapeError(
            f"mode={op.mode!r} pads the {axes} spatial axes of an input of {axes + 2} axes (N, C, space), or {axes + 1} without "
            f"a batch, not {len(op.before)} pairs for {xs[0]}",
            f"{axes} pairs, and an input of {axes + 2} axes",
        )


class Pad(Structural, name="pad"):
    """``before`` and ``after`` values at the ends of each of the last axes; a negative number crops.

    Source: torch.nn.functional.pad; ONNX operator Pad.

    >>> str(Pad(before=[1, 1], after=[1, 2]).infer((TensorSpec((1, 3, 32, 32)),))[0])
    '1x3x34x35'
    """

    before: Indices
    after: Indices
    mode: Annotated[str, Word(("constant", "reflect", "replicate", "circular"))] = "constant"
    value: Number = 0.0

    arity = (1, 1)
    view = False
    spellings = (
        _layer("ZeroPad{n}d", "constant", const("value", 0.0)),
        _layer("ConstantPad{n}d", "constant", setting("value")),
        _layer("ReflectionPad{n}d", "reflect"),
        _layer("ReplicationPad{n}d", "replicate"),
        _layer("CircularPad{n}d", "circular"),
        spell("keras", "ZeroPadding{n}D", several("padding", _SIDES, _PADDED, 1), ignored("data_format")),
        spell("keras", "Cropping{n}D", several("cropping", _SIDES, _CROPPED), ignored("data_format")),
    )

    @property
    def space(self) -> int:
        """The number of axes that are padded."""
        return len(self.before)

    def outputs(self, xs: Inputs) -> Outputs:
        x, first = xs[0], self._first(xs[0])
        self._check_mode(x, first)
        sizes = [n + low + high for n, low, high in zip(x.dims[first:], self.before, self.after, strict=True)]
        for axis, (size, low, high) in enumerate(zip(sizes, self.before, self.after, strict=True), first):
            if size < 1:
                raise ShapeError(f"axis {axis} of {x} would be {size} long", "crop less")
            if x.dims[axis] + min(low, 0) + min(high, 0) < 0:
                raise ShapeError(f"{-min(low, 0) - min(high, 0)} values are cropped from axis {axis} of {x}", "crop less")
        return (x.with_dims((*x.dims[:first], *sizes)),)

    def saved(self, xs: Inputs, wanted: Wanted) -> Saved:
        """The input, where a mode other than "constant" and "circular" looks up what to add."""
        return Saved(inputs=(0,)) if self.mode in ("reflect", "replicate") else NOTHING

    def reads(self, xs: Inputs) -> tuple[tuple[Read, ...], ...]:
        first = self._first(xs[0])
        offsets = (*(0,) * first, *self.before)
        return ((tuple(Along(axis, shift(-offset)) for axis, offset in enumerate(offsets)),),)

    def _first(self, x: TensorSpec) -> int:
        if len(self.before) != len(self.after) or len(self.before) > x.rank:
            raise ShapeError(
                f"{len(self.before)} and {len(self.after)} pads for the {x.rank} axes of {x}", "one pair for each axis"
            )
        return x.rank - len(self.before)

    def _check_mode(self, x: TensorSpec, first: int) -> None:
        limit = {"reflect": -1, "circular": 0}.get(self.mode)
        if limit is None:
            return
        for axis, (low, high) in enumerate(zip(self.before, self.after, strict=True), first):
            if max(low, high) > x.dims[axis] + limit:
                raise ShapeError(
                    f"{max(low, high)} values with mode={self.mode!r} need more than the {x.dims[axis]} on axis {axis} of {x}",
                    f"at most {x.dims[axis] + limit}, or mode='constant'",
                )
