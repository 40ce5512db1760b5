"""How many views of a picture there are, how many still hold the object, and a turn that changes the label."""

from fractions import Fraction
from typing import Any

from convlens.explanations.number import about

FORMULA = "views = flips*(padded - size + 1)*(padded - size + 1)"
CALLS = ()
SOURCE = "Krizhevsky et al., NIPS 2012, section 4.1; He et al., arXiv:1512.03385, section 4.2"
SEE = ("generalisation", "epoch-iteration-batch", "dropout")

SIX = ("111", "100", "111", "101", "111")
NINE = ("111", "101", "111", "001", "111")
PICTURE, OBJECT, START = 32, 16, 4


def kept(crop: int) -> Fraction:
    """The share of all crops of that size that hold the whole object, which lies ``START`` pixels from two sides."""
    places = range(PICTURE - crop + 1)
    inside = [at for at in places if at <= START and at + crop >= START + OBJECT]
    return Fraction(len(inside) ** 2, len(places) ** 2)


def values() -> dict[str, Any]:
    turned = tuple(row[::-1] for row in reversed(SIX))
    size, padded = 32, 40
    places = [(top, left) for top in range(padded - size + 1) for left in range(padded - size + 1)]
    return {
        "flips": 2, "padded": padded, "size": size, "views": 2 * len(places),
        "object": OBJECT, "picture": PICTURE, "start": START,
        "crops": [(crop, about(100 * kept(crop), 1)) for crop in (30, 28, 24, 20)],
        "before": 6, "after": 9 if turned == NINE else 6, "half_turn": 180,
    }  # fmt: skip
