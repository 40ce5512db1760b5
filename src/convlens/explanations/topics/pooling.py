"""Pooling: sizes, no parameters, and what a shift by one pixel does to it."""

from typing import Any

from convlens.explanations.example import run

FORMULA = "out = floor((n + 2*p - k) / s) + 1"
CALLS = (
    ("MaxPool2d(3, stride=2)", "1x96x54x54"),
    ("AvgPool2d(2)", "1x6x28x28"),
    ("AdaptiveAvgPool2d(1)", "1x512x7x7"),
)
SOURCE = "torch.nn.MaxPool2d(kernel_size, stride, padding); Zhang, Making Convolutional Networks Shift-Invariant Again, ICML 2019"
SEE = ("stride", "receptive-field", "text-convolution")

ROW = (0, 0, 1, 1, 0, 0, 1, 1)


def pooled(row: tuple[int, ...]) -> list[int]:
    """The larger of two, stride two."""
    return [max(row[at : at + 2]) for at in range(0, len(row) - 1, 2)]


def values() -> dict[str, Any]:
    layer, mean = run(*CALLS[0]), run(*CALLS[1])
    shifted = ROW[1:] + ROW[:1]
    twice = ROW[2:] + ROW[:2]
    window = (1, 5, 2, 4)
    return {
        "n": 54, "k": 3, "s": 2, "p": 0, "out": layer.output[2], "params": layer.params + mean.params, "maps": layer.output[1],
        "window": window, "most": max(window), "mean": sum(window) // len(window),
        "row": ROW, "pooled": pooled(ROW), "step": 1, "shifted": pooled(shifted), "two": 2, "twice": pooled(twice),
    }  # fmt: skip
