"""One row of pixels at several strides: how many windows fit, and what is never read."""

from typing import Any

from convlens.explanations.example import run

FORMULA = """
out = floor((n + 2*p - k) / s) + 1
out = floor((n - k + 2*p + s) / s)
"""
CALLS = (("Conv2d(1, 1, 3)", "1x1x7x7"), ("Conv2d(1, 1, 3, stride=2)", "1x1x7x7"), ("Conv2d(1, 1, 3, stride=3)", "1x1x7x7"))
SOURCE = "Dumoulin & Visin, arXiv:1603.07285v2, relationship 6; torch.nn.Conv2d"
SEE = ("padding", "same-padding", "receptive-field", "pooling")

SIZE, KERNEL = 7, 3


def unread(size: int, stride: int, padding: int = 0) -> tuple[int, int]:
    """How many outputs a row has, and how many of its pixels none of them reads."""
    made = run(f"Conv1d(1, 1, {KERNEL}, stride={stride}, padding={padding})", f"1x1x{size}").output[2]
    read = {y * stride - padding + tap for y in range(made) for tap in range(KERNEL)}
    return made, len({*range(size)} - read)


def values() -> dict[str, Any]:
    stride = 3
    made, lost = unread(SIZE, stride)
    padded, padded_lost = unread(SIZE, stride, padding=1)
    return {
        "n": SIZE, "k": KERNEL, "s": stride, "p": 0, "out": made, "lost": lost, "padding": 1, "larger": 9,
        "by_stride": [(s, *unread(SIZE, s)) for s in (1, 2, 3, 4, 5)],
        "padded": padded, "padded_lost": padded_lost, "larger_lost": unread(9, stride)[1],
    }  # fmt: skip
