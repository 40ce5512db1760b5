"""Kernels of which every pixel gets as many taps as its neighbours, and settings that keep the shapes with them.

A window covers all pixels alike where dilation and stride have no common factor and the kernel is a multiple of the
stride: then each of the ``stride`` phases gets ``kernel / stride`` taps.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product
from math import gcd
from typing import Any, NamedTuple

from convlens.arith.padding import span
from convlens.ir.edit import with_settings
from convlens.ir.errors import ConvlensError
from convlens.ir.op import Op, Outputs
from convlens.ir.spec import TensorSpec
from convlens.linting.windows import Slide, slides

Sides = tuple[int, int]

MOST = 64
"""Mixtures of settings that are tried."""


class Along(NamedTuple):
    """Settings along one axis."""

    kernel: int
    dilation: int
    padding: Sides
    extra: int = 0


def kernels(kernel: int, stride: int) -> Iterator[int]:
    """The multiples of the stride, the nearest to the kernel that overlap first, then the smaller one.

    >>> list(kernels(3, 2)), list(kernels(5, 3)), list(kernels(1, 2)), list(kernels(4, 2))
    ([4, 2], [6, 3], [2], [4])
    """
    above = -(-kernel // stride) * stride
    yield above
    if stride < above != kernel:
        yield above - stride


def coprime(dilation: int, stride: int) -> int:
    """The largest dilation up to this one that has no factor in common with the stride.

    >>> coprime(2, 2), coprime(3, 2), coprime(4, 6)
    (1, 3, 1)
    """
    return next(d for d in range(dilation, 0, -1) if gcd(d, stride) == 1)


@lru_cache(maxsize=256)
def even_transposed(op: Op, x: TensorSpec) -> tuple[Op, ...]:
    """Transposed convolutions of even overlap with the same output shape, the best first: a larger kernel before a smaller."""
    given = op.settings()
    each = zip(given["kernel"], given["stride"], given["dilation"], given["padding"], given["output_padding"], strict=True)
    return _fitting(op, x, [list(_transposed_along(*axis)) for axis in each])[:2]


def _transposed_along(kernel: int, stride: int, dilation: int, padding: Sides, extra: int) -> Iterator[Along]:
    """Along one axis. The output stays as long if ``padding - output_padding`` grows by as much as the patch."""
    step = coprime(dilation, stride)
    if kernel % stride == 0 and step == dilation:
        yield Along(kernel, dilation, padding, extra)
        return
    reach = span(kernel, dilation)
    for size in dict.fromkeys([*kernels(kernel, stride), *kernels(reach if step < dilation else kernel, stride)]):
        less = sum(padding) - extra + span(size, step) - reach
        fitting = (e for e in range(max(stride, step)) if less + e >= 0 and (less + e) % 2 == 0)
        extra_padding = next(fitting, None)
        if extra_padding is not None:
            half = (less + extra_padding) // 2
            yield Along(size, step, (half, half), extra_padding)


@lru_cache(maxsize=256)
def even_windows(op: Op, x: TensorSpec, out: TensorSpec) -> tuple[Op, ...]:
    """Convolutions or poolings that read all pixels alike, with the same output shape, the best first."""
    return _fitting(op, x, [list(_window_along(op, slide)) for slide in slides(op, x, out)])


def _window_along(op: Op, slide: Slide) -> Iterator[Along]:
    kernel, stride, dilation = slide.kernel, slide.stride, slide.dilation
    if kernel % stride == 0 or slide.out == 1:
        beyond = (slide.out - 1) * stride + span(kernel, dilation) - slide.size - slide.left  # where ceil_mode goes
        yield Along(kernel, dilation, (slide.left, max(slide.right, beyond)))
        return
    for size in kernels(kernel, stride):
        least = (slide.out - 1) * stride + span(size, dilation) - slide.size
        whole = [pads for pads in range(max(least, 0), least + stride) if op.name == "conv" or -(-pads // 2) <= size // 2]
        for pads in sorted(whole, key=lambda pads: pads % 2)[:1]:  # an even number: the same on both sides
            yield Along(size, dilation, (pads // 2, pads - pads // 2))


def _fitting(op: Op, x: TensorSpec, axes: list[list[Along]]) -> tuple[Op, ...]:
    """Those that keep the output's shape: the first choice of every axis, the second, ...; any mixture where none does."""
    most = max(map(len, axes), default=0) if all(axes) else 0
    alike = [tuple(each[min(at, len(each) - 1)] for each in axes) for at in range(most)]
    return _checked(op, x, alike) or _checked(op, x, list(islice(product(*axes), MOST)))


def _checked(op: Op, x: TensorSpec, ways: list[tuple[Along, ...]]) -> tuple[Op, ...]:
    wanted = _shape(op, x)
    others = [with_settings(op, **_settings(op, way)) for way in ways]
    return tuple(other for other in others if wanted and _shape(other, x) == wanted)


def _settings(op: Op, way: tuple[Along, ...]) -> dict[str, Any]:
    settings = {
        "kernel": tuple(along.kernel for along in way),
        "dilation": tuple(along.dilation for along in way),
        "padding": tuple(along.padding for along in way),
        "output_padding": tuple(along.extra for along in way),
        "ceil_mode": False,
    }
    return {name: value for name, value in settings.items() if name in op.fields}


def _shape(op: Op, x: TensorSpec) -> Outputs:
    try:
        return op.infer((x,))
    except ConvlensError:
        return ()
