"""A sound as one long row, and as a spectrogram whose axes are not alike."""

from fractions import Fraction
from typing import Any

from convlens.explanations.example import run

FORMULA = "milliseconds = thousand*k / rate"
CALLS = (
    ("Conv1d(1, 128, 80, stride=4)", "1x1x8000"),
    ("Conv2d(1, 32, (5, 1))", "1x1x64x100"),
    ("Conv2d(1, 32, (1, 9), padding=(0, 4))", "1x1x64x100"),
)
SOURCE = "Dai et al., Very Deep CNNs for Raw Waveforms, arXiv:1610.00087; Abdel-Hamid et al., IEEE TASLP 2014"
SEE = ("text-convolution", "kernel", "dilation")

RATE, TONE, SMALL = 8000, 100, 3


def values() -> dict[str, Any]:
    kernel, thousand = 80, 1000
    period = RATE // TONE
    return {
        "thousand": thousand, "k": kernel, "rate": RATE, "milliseconds": Fraction(thousand * kernel, RATE),
        "samples": run(*CALLS[0]).input[2], "steps": run(*CALLS[0]).output[2], "bands": 64, "frames": 100, "tall": 5, "wide": 9,
        "small": SMALL, "small_time": Fraction(thousand * SMALL, RATE), "tone": TONE, "period": period,
        "layers": next(n for n in range(1, 1000) if 1 + n * (SMALL - 1) >= period),
    }  # fmt: skip
