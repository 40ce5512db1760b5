"""The oracle of the overlap rules: what PyTorch makes of an image of ones when all weights are one.

It shares nothing with convlens's patterns: it runs the layers, cuts out the middle, where no border is felt, and looks
at which period the numbers repeat there. Every value has one channel; what branches add or put side by side is first
divided by its own mean.
"""

from collections.abc import Callable
from fractions import Fraction
from math import gcd
from typing import Any

import torch
import torch.nn.functional as F

from convlens.ir.graph import Graph

MIDDLE = 288
"""Pixels of the middle that are compared: a multiple of every period that the tests make."""


def response(graph: Graph) -> dict[str, torch.Tensor]:
    """What each node makes of ones, 1 x 1 x space."""
    values = {item.name: torch.ones((1, 1, *item.spec.dims[2:]), dtype=torch.float64) for item in graph.inputs}
    for node in graph:
        values[node.name] = _RUN[node.op.name](node.op, *(values[ref.node] for ref in node.inputs))
    return values


def middle(line: torch.Tensor, length: int = MIDDLE) -> tuple[int, list[float]]:
    """The numbers of the middle of one line, and where it starts."""
    start = (len(line) - length) // 2
    assert start >= 0, f"only {len(line)} pixels"
    return start, line[start : start + length].tolist()


def shows(line: torch.Tensor, numbers: tuple[int, ...], length: int = MIDDLE) -> bool:
    """Is the middle of the line in these proportions, which repeat from pixel 0 on?"""
    start, real = middle(line, length)
    said = [numbers[(start + at) % len(numbers)] for at in range(length)]
    scale = sum(real) / sum(said)
    return all(abs(r - scale * s) <= 1e-9 * scale * max(said) for r, s in zip(real, said, strict=True))


def whole(line: torch.Tensor, length: int) -> list[int]:
    """The numbers of the middle as the smallest whole numbers: exact, because sums of ones are."""
    _, real = middle(line, length)
    counts = [int(n) for n in real]
    assert counts == real
    return [n // gcd(*counts) for n in counts]


def contrast(image: torch.Tensor) -> Fraction:
    """The largest to the smallest value of the middle half of an image of any number of axes."""
    inner = image[(0, 0, *(slice(n // 4, 3 * n // 4) for n in image.shape[2:]))]
    return Fraction(int(inner.max()), int(inner.min()))


def _ones(kernel: tuple[int, ...]) -> torch.Tensor:
    return torch.ones((1, 1, *kernel), dtype=torch.float64)


def _cropped(x: torch.Tensor, pads: Any, sign: int) -> torch.Tensor:
    return F.pad(x, [sign * n for pair in reversed(pads) for n in pair])


def _conv(op: Any, x: torch.Tensor) -> torch.Tensor:
    slide = (F.conv1d, F.conv2d, F.conv3d)[op.axes - 1]
    return slide(_cropped(x, op.padding, 1), _ones(op.kernel), stride=op.stride, dilation=op.dilation)


def _transposed(op: Any, x: torch.Tensor) -> torch.Tensor:
    paint = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[op.axes - 1]
    y = paint(x, _ones(op.kernel), stride=op.stride, dilation=op.dilation, output_padding=op.output_padding)
    return _cropped(y, op.padding, -1)


def _resize(op: Any, x: torch.Tensor) -> torch.Tensor:
    corners = op.align_corners if op.mode in ("linear", "bilinear", "bicubic") else None
    return F.interpolate(x, op.size, op.scale, op.mode, align_corners=corners)


def _slice(op: Any, x: torch.Tensor) -> torch.Tensor:
    steps = op.steps * len(op.on) if len(op.steps) == 1 else op.steps
    return x[(slice(None), slice(None), *map(slice, op.starts, op.stops, steps))]


def _like_sized(x: torch.Tensor) -> torch.Tensor:
    at = tuple(slice((n - MIDDLE) // 2, (n - MIDDLE) // 2 + MIDDLE) for n in x.shape[2:])
    return x / x[(0, 0, *at)].mean()


_RUN: dict[str, Callable[..., torch.Tensor]] = {
    "conv": _conv,
    "conv_transpose": _transposed,
    "avg_pool": lambda op, x: F.avg_pool1d(x, op.kernel, op.steps()) if op.axes == 1 else F.avg_pool2d(x, op.kernel, op.steps()),
    "interpolate": _resize,
    "slice": _slice,
    "pad": lambda op, x: _cropped(x, list(zip(op.before, op.after, strict=True)), 1),
    "flip": lambda op, x: x.flip(op.over),
    "relu": lambda op, x: x,
    "tanh": lambda op, x: x,
    "add": lambda op, a, b: _like_sized(a) + _like_sized(b),
    "concat": lambda op, *xs: sum(map(_like_sized, xs)),
    "mul": lambda op, a, b: a * b,
    "div": lambda op, a, b: a / b,
}
