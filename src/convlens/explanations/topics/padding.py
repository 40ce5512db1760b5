"""Zeros around the input: what they keep, and what they do not change."""

from typing import Any

from convlens.explanations.example import run

FORMULA = "out = n + left + right - k + 1"
CALLS = (
    ("Conv2d(1, 1, 3)", "1x1x7x7"),
    ("Conv2d(1, 1, 3, padding=1)", "1x1x7x7"),
    ("Conv2d(3, 6, 5)", "1x3x32x32"),
    ("Conv2d(3, 6, 5, padding=2)", "1x3x32x32"),
)
SOURCE = "Dumoulin & Visin, arXiv:1603.07285v2, sections 2.2 and 2.3; torch.nn.Conv2d"
SEE = ("same-padding", "stride", "why-odd", "macs")

LAYERS = 6


def _after(call: str, size: int) -> int:
    for _ in range(LAYERS):
        size = run(call, f"1x1x{size}x{size}").output[2]
    return size


def values() -> dict[str, Any]:
    bare, padded = run(*CALLS[2]), run(*CALLS[3])
    return {
        "n": 7, "left": 1, "right": 1, "k": 3, "out": run(*CALLS[1]).output[2], "layers": LAYERS,
        "start": 32, "shrunk": _after("Conv2d(1, 1, 5)", 32), "kept": _after("Conv2d(1, 1, 5, padding=2)", 32),
        "bare": bare.params, "padded": padded.params, "bare_macs": bare.macs, "padded_macs": padded.macs,
    }  # fmt: skip
