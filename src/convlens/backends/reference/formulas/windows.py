"""Where windows lie, written out once more: padding rules, counts, and which pixel a tap reads."""

from itertools import product
from typing import Any

Sides = tuple[int, int]


def pads(op: Any, sizes: tuple[int, ...]) -> list[Sides]:
    """Pixels added on each side of each axis; 'same' as TensorFlow defines it, the odd pixel on the right."""
    if not isinstance(op.padding, str):
        return [tuple(pair) for pair in op.padding]
    return [_by_rule(op.padding, *row) for row in zip(sizes, op.kernel, op.stride or op.kernel, op.dilation, strict=True)]


def _by_rule(rule: str, size: int, kernel: int, stride: int, dilation: int) -> Sides:
    if rule == "valid":
        return (0, 0)
    wanted = (size + stride - 1) // stride
    total = max((wanted - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return (total - total // 2, total // 2) if rule == "same_lower" else (total // 2, total - total // 2)


def starts(op: Any, sizes: tuple[int, ...]) -> list[list[int]]:
    """The first pixel of every window along each axis. With ceil_mode one more may reach over the end, not start behind it."""
    found = []
    rows = zip(sizes, op.kernel, op.stride or op.kernel, op.dilation, pads(op, sizes), strict=True)
    for size, kernel, stride, dilation, (left, right) in rows:
        last = size + right - ((kernel - 1) * dilation + 1)
        here = list(range(-left, last + 1, stride))
        ahead = here[-1] + stride if here else -left
        if getattr(op, "ceil_mode", False) and ahead < size and (not here or here[-1] < last):
            here.append(ahead)
        found.append(here)
    return found


def taps(op: Any, start: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The pixels under the kernel of the window that starts here, in the order of the kernel's values."""
    return list(product(*[[s + j * d for j in range(k)] for s, k, d in zip(start, op.kernel, op.dilation, strict=True)]))


def inside(place: tuple[int, ...], sizes: tuple[int, ...]) -> bool:
    return all(0 <= p < n for p, n in zip(place, sizes, strict=True))


def folded(place: tuple[int, ...], sizes: tuple[int, ...], mode: str) -> tuple[int, ...] | None:
    """The pixel that stands for one outside of the image: mirrored, the nearest, round the other end; None for a zero."""
    if inside(place, sizes):
        return place
    if mode == "reflect":
        return tuple(n - 1 - abs(n - 1 - abs(p)) for p, n in zip(place, sizes, strict=True))
    if mode == "replicate":
        return tuple(min(max(p, 0), n - 1) for p, n in zip(place, sizes, strict=True))
    return tuple(p % n for p, n in zip(place, sizes, strict=True)) if mode == "circular" else None
