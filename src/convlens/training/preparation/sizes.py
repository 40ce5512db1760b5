"""Which size pictures and volumes are brought to, and how."""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from convlens.ir.errors import UsageError
from convlens.ir.spec import Shape, show_shape
from convlens.lang.sentence import Sentence
from convlens.training.preparation.meant import wrong_kind

PADDED = 4
"""Up to so many pixels a side, zeros are laid around instead of enlarging: 28x28 goes into LeNet-5's 32x32 as in its paper."""

MAX_VALUES = 1 << 27
"""Of one example: half a gigabyte as float32."""


class Fit(NamedTuple):
    """``inner`` is the size to which pixels are scaled, ``size`` that with zeros around it."""

    size: Shape
    inner: Shape


def wanted(sizes: Sequence[int], network: Sequence[int], own: Shape) -> Shape:
    """The size from the setting (one number for all axes, or one for each), else the network's, else the data's own.

    A 0 of the network stands for the data's own. Raises `UsageError` where there are neither one nor as many as axes.

    >>> wanted((), (32, 0), (28, 28)), wanted((64,), (), (28, 28))
    ((32, 28), (64, 64))
    """
    if sizes and len(sizes) not in (1, len(own)):
        raise UsageError(
            Sentence(
                "size has {have} numbers, but the data have {want} axes ({own})\n  fix: one number, or {want}",
                have=len(sizes), want=len(own), own=show_shape(own),
            )
        )  # fmt: skip
    chosen = tuple(sizes) * (len(own) if len(sizes) == 1 else 1) or tuple(network)
    return tuple(mine or there for mine, there in zip(chosen, own, strict=True)) if chosen else own


def fit(size: Shape, own: Shape) -> Fit:
    """Zeros around where the data are at most `PADDED` pixels a side too small and nowhere too large; else scaled.

    >>> fit((32, 32), (28, 28)).inner, fit((64, 64), (28, 28)).inner, fit((32, 32), (28, 40)).inner
    ((28, 28), (64, 64), (32, 32))
    """
    near = all(0 <= whole - part <= 2 * PADDED for whole, part in zip(size, own, strict=True))
    return Fit(size, own if near else size)


def margins(fitted: Fit) -> list[int]:
    """Zeros before and behind, the last axis first, as `torch.nn.functional.pad` takes them; the odd one stands behind.

    >>> margins(Fit((32, 31), (28, 28)))
    [1, 2, 2, 2]
    """
    gaps = [whole - part for whole, part in zip(fitted.size, fitted.inner, strict=True)]
    return [side for gap in reversed(gaps) for side in (gap // 2, gap - gap // 2)]


def network_axes(shape: Shape | None, kind: str, own: Shape) -> tuple[int, Shape]:
    """Channels and sizes that a network wants: 0 and nothing where it takes any.

    ``own`` is one example of the data, of ``kind``, without channels. Raises `UsageError` for another number of axes.
    """
    if shape is None:
        return 0, ()
    if len(shape) != len(own) + 1:
        raise wrong_kind(shape, kind, own)
    return shape[0], tuple(shape[1:])


def check_values(channels: int, size: Shape) -> None:
    """Raises `UsageError` where one example would have more than `MAX_VALUES`."""
    count = channels * prod(size)
    if count > MAX_VALUES:
        raise UsageError(
            Sentence(
                "examples of {shape} have {count} values each; at most {most} are made\n  fix: size {side} or less",
                shape=show_shape((channels, *size)), count=count, most=MAX_VALUES, side=_largest(channels, len(size)),
            )
        )  # fmt: skip


def _largest(channels: int, axes: int) -> int:
    """The side of the largest square or cube.

    >>> _largest(1, 3), _largest(3, 2)
    (512, 6688)
    """
    side: int = round((MAX_VALUES / channels) ** (1 / axes))
    return side if channels * side**axes <= MAX_VALUES else side - 1
