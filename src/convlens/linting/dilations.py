"""Other dilations for a stack of dilated layers: those that leave no holes."""

from collections.abc import Sequence

from convlens.arith.padding import span
from convlens.ir.edit import with_settings
from convlens.ir.op import Op
from convlens.linting.windows import Slide

Rates = tuple[int, ...]
Layers = Sequence[tuple[Slide, ...]]


def rates_of(layers: Layers) -> Rates:
    """The dilation of each layer, the largest of its axes."""
    return tuple(max(slide.dilation for slide in slides) for slides in layers)


def wider(layers: Layers, new: Rates) -> int:
    """By how many places these rates make the window wider, along the widest axis of each kernel.

    >>> wider([(Slide(2, 9, 3, 1, 2, 2, 2, 9),)], (5,))
    6
    """
    return sum(_gaps(slides) * (b - a) for slides, a, b in zip(layers, rates_of(layers), new, strict=True))


def _gaps(slides: tuple[Slide, ...]) -> int:
    return max(slide.kernel for slide in slides) - 1


def without_holes(layers: Layers, window: int) -> list[Rates]:
    """Rates with which the layers read every place of their window, which is ``window`` wide now.

    The first answer gives a window as wide as it was, or as near to that as can be, with at most twice the largest rate;
    the second only makes rates smaller.

    >>> layer = (Slide(2, 64, 3, 1, 2, 2, 2, 64),)
    >>> without_holes([layer] * 3, 13)
    [(1, 2, 3), (1, 2, 2)]
    """
    old = rates_of(layers)
    first = max(1, window - sum(_gaps(slides) * rate for slides, rate in zip(layers, old, strict=True)))
    cut, limit = _cut(layers, old, first)
    last = max(range(len(old)), key=lambda at: (old[at], at))
    missing = -wider(layers, cut) // _gaps(layers[last])
    far = (*cut[:last], min(limit, cut[last] + missing, 2 * old[last]), *cut[last + 1 :])
    return list(dict.fromkeys((far, cut)))


def _cut(layers: Layers, old: Rates, first: int) -> tuple[Rates, int]:
    """The rates, the smallest first, cut to the width of what is seen before them, and that limit of the last one.

    A window of w places without holes stays so behind a kernel of any number of taps at most w apart. The window before
    all of these layers is ``first`` wide.
    """
    widths = [first] * len(layers[0])
    cut, limit = list(old), 1
    for at in sorted(range(len(old)), key=lambda at: old[at]):
        limit = min(width for width, slide in zip(widths, layers[at], strict=True) if slide.kernel > 1)
        cut[at] = min(old[at], limit)
        widths = [width + (slide.kernel - 1) * cut[at] for width, slide in zip(widths, layers[at], strict=True)]
    return tuple(cut), limit


def with_dilation(op: Op, slides: tuple[Slide, ...], rate: int) -> Op:
    """The layer with the dilation ``rate`` on the axes that have its largest one, and as much more or less padding.

    Padding by a rule ("same") stays; a layer without padding gets none, so that the next layers have to make up for it.
    Raises `SettingError` where the padding would be negative.
    """
    old = max(slide.dilation for slide in slides)
    rates = [rate if slide.dilation == old else slide.dilation for slide in slides]
    if isinstance(op.settings()["padding"], str):
        return with_settings(op, dilation=rates)
    return with_settings(op, dilation=rates, padding=tuple(map(_padding, slides, rates)))


def _padding(slide: Slide, rate: int) -> tuple[int, int]:
    """The padding with which the output keeps its size: what is more goes where the padding was."""
    given = max(slide.left, 0), max(slide.right, 0)  # a side may be cropped
    if not any(given):
        return slide.left, slide.right
    more = span(slide.kernel, rate) - slide.reach
    left = more * given[0] // sum(given)
    return slide.left + left, slide.right + more - left
