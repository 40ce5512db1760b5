"""Every mask of a small dropout layer, enumerated."""

from fractions import Fraction
from itertools import product
from typing import Any

from convlens.explanations.example import run

FORMULA = "y = x*kept / (1 - p)"
CALLS = (("Dropout(0.5)", "1x4096"), ("Dropout2d(0.2)", "1x64x8x8"))
SOURCE = "Srivastava et al., Dropout, JMLR 2014; Li et al., arXiv:1801.05134 (dropout before batch normalisation)"
SEE = ("generalisation", "batch-norm", "weight-decay")

VALUES = (Fraction(1), Fraction(2), Fraction(4), Fraction(5))
DROPPED = Fraction(1, 2)


def outputs() -> list[Fraction]:
    """The sum of the layer's output under every mask, all of them equally likely."""
    masks = product((0, 1), repeat=len(VALUES))
    return [sum((v * kept / (1 - DROPPED) for v, kept in zip(VALUES, mask, strict=True)), Fraction(0)) for mask in masks]


def values() -> dict[str, Any]:
    found, layer = outputs(), run(*CALLS[0])
    mean = sum(found) / len(found)
    squares = sum((value - mean) ** 2 for value in found) / len(found)
    return {
        "x": 3, "kept": 1, "p": DROPPED, "y": 6, "row": VALUES, "masks": len(found), "sum": sum(VALUES), "mean": mean,
        "least": min(found), "most": max(found), "variance": squares, "params": layer.params, "size": layer.output[1],
    }  # fmt: skip
