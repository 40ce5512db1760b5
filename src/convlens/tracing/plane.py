"""The plane that windows slide over: the image with its padding, or stretched with zeros between its pixels."""

from itertools import product
from typing import NamedTuple

from convlens.arith.padding import Sides
from convlens.ir.spec import Shape


class Plane(NamedTuple):
    """Places are counted from the image's first pixel, so padding on the left is negative.

    ``mode`` says what stands in the padding: "zeros", "nothing" (pooling: it is no value), or pixels ("reflect",
    "replicate", "circular"). ``stretch`` is the distance between neighbouring pixels, above 1 where zeros lie between.
    """

    sizes: Shape
    pads: tuple[Sides, ...]
    mode: str = "zeros"
    stretch: Shape = ()

    def length(self, axis: int) -> int:
        """Of the image along one axis, inserted zeros included."""
        return (self.sizes[axis] - 1) * self.step(axis) + 1

    def step(self, axis: int) -> int:
        return self.stretch[axis] if self.stretch else 1

    def bounds(self, axis: int) -> tuple[int, int]:
        """The first and the last place, padding included; negative padding crops.

        >>> Plane((5,), ((1, 2),)).bounds(0)
        (-1, 6)
        """
        left, right = self.pads[axis]
        return -left, self.length(axis) - 1 + right

    def within(self, place: Shape) -> bool:
        """In the image or in its padding."""
        return all(low <= p <= high for p, (low, high) in zip(place, map(self.bounds, range(len(place))), strict=True))

    def inside(self, place: Shape) -> bool:
        """In the image, be it on an inserted zero."""
        return all(0 <= p < self.length(axis) for axis, p in enumerate(place))

    def pixel(self, place: Shape) -> Shape | None:
        """The pixel whose value stands there; None for a zero, or for nothing.

        >>> Plane((5,), ((2, 2),), "reflect").pixel((-2,)), Plane((3,), ((0, 0),), stretch=(2,)).pixel((1,))
        ((2,), None)
        """
        if self.inside(place):
            found = [divmod(p, self.step(axis)) for axis, p in enumerate(place)]
            return None if any(rest for _, rest in found) else tuple(whole for whole, _ in found)
        if self.mode in ("zeros", "nothing"):
            return None
        return tuple(_FOLDED[self.mode](p, n) for p, n in zip(place, self.sizes, strict=True))

    def has_value(self, place: Shape) -> bool:
        """True where a number stands, be it a zero."""
        return self.inside(place) or (self.mode != "nothing" and self.within(place))


def _reflected(place: int, size: int) -> int:
    return size - 1 - abs(size - 1 - abs(place))


def _nearest(place: int, size: int) -> int:
    return min(max(place, 0), size - 1)


_FOLDED = {"reflect": _reflected, "replicate": _nearest, "circular": int.__mod__}


def taps(kernel: Shape) -> list[Shape]:
    """Every entry of a kernel, the last axis fastest."""
    return list(product(*map(range, kernel)))
