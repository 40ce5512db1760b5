"""The drift of what a repeated 'same' convolution carries, measured on one bright pixel."""

from fractions import Fraction
from typing import Any

from convlens.arith.padding import same
from convlens.explanations.example import run
from convlens.explanations.sliding import centre, slid_row

FORMULA = "shift = left - (k - 1) / 2"
CALLS = (("Conv2d(1, 1, 2)", "1x1x8x8"), ("Conv2d(1, 1, 4, stride=2, padding=1)", "1x1x224x224"))
SOURCE = "Wu et al., Convolution with even-sized kernels and symmetric padding, NeurIPS 2019; tf.nn.convolution; ONNX Conv"
SEE = ("same-padding", "kernel", "padding")

SIZE = 161
LAYERS = 10
SHOWN = 12
LEVELS = ".:-=+*#%@"


def drift(kernel: int, layers: int, *, lower: bool = False) -> Fraction:
    """How far the centre of mass of one bright pixel has moved after so many 'same' layers of equal weights."""
    return centre(slid(kernel, layers, lower=lower)) - SIZE // 2


def slid(kernel: int, layers: int, *, lower: bool = False) -> list[int | Fraction]:
    """A row with one bright pixel in its middle after so many 'same' layers of equal weights."""
    row: list[int | Fraction] = [int(at == SIZE // 2) for at in range(SIZE)]
    pads = same(SIZE, kernel, lower=lower)
    for _ in range(layers):
        row = slid_row(row, [Fraction(1, kernel)] * kernel, pads=pads)
    return row


def strip(kernel: int, *, lower: bool = False) -> str:
    """The bright pixel after all layers, ``SHOWN`` pixels to each side of where it began, which stands in brackets.

    From dark to bright: ``LEVELS``.
    """
    row = slid(kernel, LAYERS, lower=lower)
    brightest = max(row)
    heights = [LEVELS[int(value * (len(LEVELS) - 1) / brightest)] for value in row]
    middle = SIZE // 2
    return f"{''.join(heights[middle - SHOWN : middle])}[{heights[middle]}]{''.join(heights[middle + 1 : middle + SHOWN + 1])}"


def _row(kernel: int, *, lower: bool) -> tuple[Any, ...]:
    left, right = same(SIZE, kernel, lower=lower)
    return kernel, f"{left}+{right}", drift(kernel, 1, lower=lower), drift(kernel, LAYERS, lower=lower)


def values() -> dict[str, Any]:
    kernel = 4
    left, _ = same(SIZE, kernel)
    even = run(*CALLS[1])
    return {
        "k": kernel, "left": left, "shift": drift(kernel, 1), "layers": LAYERS,
        "upper": [_row(k, lower=False) for k in (2, 3, 4, 5)], "lower": [_row(k, lower=True) for k in (2, 4)],
        "seen": [(k, strip(k)) for k in (2, 3)] + [(2, strip(2, lower=True))],
        "half": Fraction(1, 2), "made": run(*CALLS[0]).output[2], "stride": 2, "halved": even.output[2],
        "sides": even.pads[0],
    }  # fmt: skip
