"""Patches painted apart and added; and what is left of a picture that went down and up again."""

from typing import Any

from convlens.explanations.example import run
from convlens.explanations.sliding import painted_row, slid_row

FORMULA = "out = (n - 1)*s - 2*p + k"
CALLS = (("ConvTranspose2d(1, 1, 4, stride=3)", "1x1x2x2"), ("ConvTranspose2d(1, 1, 4, stride=2, padding=1)", "1x1x7x7"))
SOURCE = "Dumoulin & Visin, arXiv:1603.07285v2, chapter 4; torch.nn.ConvTranspose2d"
SEE = ("checkerboard", "convolution", "stride")

ROW, KERNEL = (1, 2), (1, 1, 1, 1)
SIGNAL, TAPS, OTHER = (1, 2, 3, 4), (1, 2), (5, 6, 7)


def _inner(first: Any, second: Any) -> int:
    return sum(a * b for a, b in zip(first, second, strict=True))


def values() -> dict[str, Any]:
    down = slid_row(SIGNAL, TAPS)
    return {
        "n": 2, "s": 3, "p": 0, "k": 4, "out": run(*CALLS[0]).output[2], "doubled": run(*CALLS[1]).output[2],
        "row": ROW, "kernel": KERNEL, "painted": painted_row(ROW, KERNEL, stride=3), "signal": SIGNAL, "taps": TAPS,
        "down": down, "back": painted_row(down, TAPS), "other": OTHER, "left": _inner(down, OTHER),
        "right": _inner(SIGNAL, painted_row(OTHER, TAPS)),
    }  # fmt: skip
