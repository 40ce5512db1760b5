"""Convolution of small pictures, slowly and exactly: lists of rows of whole numbers or fractions."""

from collections.abc import Sequence
from fractions import Fraction

Number = int | Fraction
Picture = Sequence[Sequence[Number]]
Row = Sequence[Number]


def slid(picture: Picture, kernel: Picture) -> list[list[Number]]:
    """What a convolution layer of every framework computes: the kernel as it is, slid over the picture, no padding.

    >>> slid([[0, 1, 2]] * 3, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    [[8]]
    """
    rows, columns = len(picture) - len(kernel) + 1, len(picture[0]) - len(kernel[0]) + 1
    return [[_inner(picture, kernel, top, left) for left in range(columns)] for top in range(rows)]


def _inner(picture: Picture, kernel: Picture, top: int, left: int) -> Number:
    return sum(
        weight * picture[top + i][left + j] for i, row in enumerate(kernel) for j, weight in enumerate(row)
    )  # fmt: skip


def turned(kernel: Picture) -> list[list[Number]]:
    """The kernel turned by half a circle: with it `slid` is the convolution of mathematics.

    >>> turned([[1, 2], [3, 4]])
    [[4, 3], [2, 1]]
    """
    return [list(reversed(row)) for row in reversed(kernel)]


def slid_row(row: Row, kernel: Row, *, pads: tuple[int, int] = (0, 0), stride: int = 1) -> list[Number]:
    """The same for one row, with zeros added on both sides.

    >>> slid_row([1, 2, 3], [1, 1], pads=(0, 1))
    [3, 5, 3]
    """
    padded = [*[0] * pads[0], *row, *[0] * pads[1]]
    places = range(0, len(padded) - len(kernel) + 1, stride)
    return [sum(w * padded[at + j] for j, w in enumerate(kernel)) for at in places]


def painted_row(row: Row, kernel: Row, stride: int = 1) -> list[Number]:
    """Transposed convolution: every value paints the kernel, ``stride`` further on, and what overlaps is added.

    >>> painted_row([1, 2], [1, 1, 1, 1], stride=3)
    [1, 1, 1, 3, 2, 2, 2]
    """
    made: list[Number] = [0] * ((len(row) - 1) * stride + len(kernel))
    for at, value in enumerate(row):
        for j, weight in enumerate(kernel):
            made[at * stride + j] += value * weight
    return made


def centre(row: Row) -> Fraction:
    """Where the content of a row lies: its centre of mass, in pixels from the left.

    >>> centre([0, 1, 1])
    Fraction(3, 2)
    """
    return Fraction(sum(at * value for at, value in enumerate(row)), sum(row))


def summed(first: Picture, second: Picture) -> list[list[Number]]:
    return [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(first, second, strict=True)]
