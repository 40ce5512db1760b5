"""Other windows in the place of a window that leaves pixels unread: as many outputs, and every pixel read."""

from collections.abc import Sequence
from functools import lru_cache
from math import gcd

from convlens.arith.padding import Sides, span
from convlens.ir.edit import with_settings
from convlens.ir.op import Op
from convlens.linting.windows import KEPT, Slide

POOLING = ("max_pool", "avg_pool", "lp_pool")


def show_sides(padding: Sequence[Sides]) -> str:
    """The padding of each axis as the text form writes it.

    >>> show_sides([(1, 1), (0, 0)]), show_sides([(1, 1), (0, 1)])
    ('1x0', '1:1x0:1')
    """
    alike = all(left == right for left, right in padding)
    return "x".join(str(left) if alike else f"{left}:{right}" for left, right in padding)


@lru_cache(maxsize=KEPT)
def refitted(op: Op, slides: tuple[Slide, ...]) -> Op | None:
    """The operator with the smallest kernels that read every pixel and give as many outputs; None where there are none.

    >>> from convlens.ir.op import lookup
    >>> refitted(lookup("conv")(out=96, kernel=(11,), stride=4), (Slide(2, 224, 11, 4, 1, 0, 0, 54),)).kernel
    (12,)
    """
    if op.name not in ("conv", *POOLING):
        return None
    found = [slide if slide.seen is None else larger(slide) for slide in slides]
    new = [slide for slide in found if slide is not None]
    return None if len(new) < len(found) or not _is_allowed(op, new) else with_windows(op, new)


def larger(slide: Slide) -> Slide | None:
    """The smallest window at these places that reads every pixel; with dilation 1 where the taps would leave holes.

    >>> larger(Slide(2, 26, 3, 2, 1, 0, 0, 12))
    Slide(axis=2, size=26, kernel=4, stride=2, dilation=1, left=0, right=0, out=12)
    """
    reach = max(slide.size - (slide.out - 1) * slide.stride, slide.stride if slide.out > 1 else 1)
    rates = (slide.dilation, 1) if gcd(slide.dilation, slide.stride) == 1 else (1,)
    for rate in rates:
        kernel = max(slide.kernel, -(-(reach - 1) // rate) + 1)
        total = (slide.out - 1) * slide.stride + span(kernel, rate) - slide.size
        total += total % 2 * (slide.stride > 1)  # as much on both sides, where a step leaves room for it
        new = slide._replace(kernel=kernel, dilation=rate, left=total // 2, right=total - total // 2)
        if new.seen is None:
            return new
    return None


def _is_allowed(op: Op, slides: list[Slide]) -> bool:
    """Frameworks pad a pooling window by at most half of it."""
    return op.name == "conv" or all(max(slide.left, slide.right) <= slide.kernel // 2 for slide in slides)


def with_windows(op: Op, slides: list[Slide]) -> Op:
    """The operator with these windows."""
    return with_settings(
        op,
        kernel=tuple(slide.kernel for slide in slides),
        stride=tuple(slide.stride for slide in slides),
        dilation=tuple(slide.dilation for slide in slides),
        padding=tuple((slide.left, slide.right) for slide in slides),
    )
