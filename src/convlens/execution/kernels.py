"""Kernels made by hand, as exact whole numbers over one divisor.

They are applied as frameworks apply a kernel, by cross-correlation: nothing is turned round. Sources: binomial smoothing,
Sobel and their larger sizes: OpenCV, "Image Filtering", getGaussianKernel and getDerivKernels, and Jähne, Digital Image
Processing, chapters 11 and 12; Laplacian: the five-point difference; sharpen: the picture minus its Laplacian; emboss: the
GIMP manual, "Convolution Matrix".
"""

from collections.abc import Callable
from fractions import Fraction
from math import comb
from typing import NamedTuple

from convlens.ir.errors import UsageError, nearest
from convlens.lang.sentence import Sentence

Rows = tuple[tuple[int, ...], ...]
MAX_SIZE = 31


class Kernel(NamedTuple):
    """Weights ``rows[y][x] / divisor``."""

    name: str
    rows: Rows
    divisor: int

    @property
    def sum(self) -> Fraction:
        """1 for a kernel that keeps the mean brightness, 0 for one that looks for differences.

        >>> kernel("gaussian").sum, kernel("sobel-x", 5).sum
        (Fraction(1, 1), Fraction(0, 1))
        """
        return Fraction(sum(map(sum, self.rows)), self.divisor)

    def weights(self) -> list[list[float]]:
        return [[weight / self.divisor for weight in row] for row in self.rows]

    def text(self) -> str:
        """
        >>> print(kernel("gaussian").text())
        1/16 *  1 2 1
                2 4 2
                1 2 1
        """
        head = f"1/{self.divisor} * " if self.divisor > 1 else ""
        width = max(len(str(weight)) for row in self.rows for weight in row) + 1
        lines = ["".join(f"{weight:{width}}" for weight in row) for row in self.rows]
        return f"\n{' ' * len(head)}".join([head + lines[0], *lines[1:]])


def kernel(name: str, size: int = 3) -> Kernel:
    """The kernel of that name, of an odd ``size``; `UsageError` for another name, or a size that it does not have.

    >>> kernel("sobel-x").rows, kernel("box", 5).divisor
    (((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)), 25)
    """
    if name in FIXED:
        if size != 3:
            raise UsageError(f"--size {size}: the kernel {name} is 3x3\n  fix: no --size, or one of {', '.join(SIZED)}")
        return Kernel(name, FIXED[name], 1)
    if name not in SIZED:
        known = [*SIZED, *FIXED]
        named = {"name": repr(name), "meant": nearest(name, known), "known": ", ".join(known)}
        raise UsageError(Sentence("there is no kernel {name}{meant}\n  fix: one of {known}", **named))
    least = 3 if name.startswith("sobel") else 1
    if size % 2 == 0 or not least <= size <= MAX_SIZE:
        raise UsageError(f"--size {size}: the kernel {name} has an odd size from {least} to {MAX_SIZE}")
    return Kernel(name, *SIZED[name](size))


def _identity(size: int) -> tuple[Rows, int]:
    return _product(*[tuple(int(at == size // 2) for at in range(size))] * 2), 1


def _box(size: int) -> tuple[Rows, int]:
    return _product((1,) * size, (1,) * size), size * size


def _gaussian(size: int) -> tuple[Rows, int]:
    """Binomial coefficients, whose spread is sqrt(size - 1) / 2 pixels."""
    return _product(_binomial(size), _binomial(size)), 4 ** (size - 1)


def _sobel_x(size: int) -> tuple[Rows, int]:
    """Smoothed along y, differentiated along x: positive where it gets brighter to the right."""
    return _product(_binomial(size), _difference(size)), 1


def _sobel_y(size: int) -> tuple[Rows, int]:
    """Positive where it gets brighter downwards."""
    return _product(_difference(size), _binomial(size)), 1


def _binomial(size: int) -> tuple[int, ...]:
    return tuple(comb(size - 1, at) for at in range(size))


def _difference(size: int) -> tuple[int, ...]:
    """The central difference -1 0 1, smoothed to this size."""
    smooth = (0, 0, *_binomial(size - 2), 0, 0)
    return tuple(smooth[at] - smooth[at + 2] for at in range(size))


def _product(column: tuple[int, ...], row: tuple[int, ...]) -> Rows:
    return tuple(tuple(a * b for b in row) for a in column)


SIZED: dict[str, Callable[[int], tuple[Rows, int]]] = {
    "identity": _identity, "box": _box, "gaussian": _gaussian, "sobel-x": _sobel_x, "sobel-y": _sobel_y,
}  # fmt: skip
FIXED: dict[str, Rows] = {
    "laplacian": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "emboss": ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
}
