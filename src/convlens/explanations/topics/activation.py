"""Two convolutions with nothing between them are one."""

from typing import Any

from convlens.explanations.sliding import Number, painted_row, slid_row

FORMULA = "y = max(x, 0)"
CALLS = (("ReLU()", "1x64x28x28"), ("PReLU(64)", "1x64x28x28"))
SOURCE = "Nair & Hinton, ICML 2010; Goodfellow, Bengio, Courville, Deep Learning, section 6.3"
SEE = ("convolution", "receptive-field", "batch-norm")

ROW = (1, -2, 3, 0, -1, 2, 4)
FIRST, SECOND = (1, -1, 1), (2, 0, -1)


def _relu(row: list[Number]) -> list[Number]:
    return [max(value, 0) for value in row]


def values() -> dict[str, Any]:
    joined = painted_row(FIRST, SECOND)
    return {
        "x": -2, "y": 0, "first": FIRST, "second": SECOND, "joined": joined, "row": ROW, "taps": len(joined),
        "one_by_one": slid_row(slid_row(ROW, FIRST), SECOND), "at_once": slid_row(ROW, joined),
        "bent": slid_row(_relu(slid_row(ROW, FIRST)), SECOND),
    }  # fmt: skip
