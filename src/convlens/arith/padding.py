"""How many pixels a layer adds on each side, and how long its output is, by each framework's own rule.

All sizes are pixels along one axis. `Sides` is ``(left, right)``.
"""

from typing import Literal

Sides = tuple[int, int]
Rule = Literal["valid", "same", "same_lower"]


def span(kernel: int, dilation: int = 1) -> int:
    """Pixels from the first to the last tap of a dilated kernel.

    >>> span(3, dilation=4)
    9
    """
    return dilation * (kernel - 1) + 1


def same(size: int, kernel: int, stride: int = 1, dilation: int = 1, *, lower: bool = False) -> Sides:
    """The 'same' rule of TensorFlow, Keras and ONNX: as little padding as gives ``ceil(size / stride)`` outputs.

    An odd total puts the extra pixel on the right (TensorFlow, Keras, ONNX ``SAME_UPPER``), or on the left with
    ``lower`` (ONNX ``SAME_LOWER``). PyTorch's ``padding='same'`` allows stride 1 only, where it is the same rule.

    Source: tf.nn.convolution, "SAME"; ONNX operator Conv, ``auto_pad``.

    >>> same(224, kernel=7, stride=2), same(224, kernel=7, stride=2, lower=True)
    ((2, 3), (3, 2))
    """
    total = max((-(-size // stride) - 1) * stride + span(kernel, dilation) - size, 0)
    small = total // 2
    return (total - small, small) if lower else (small, total - small)


def sides(rule: Rule | Sides, size: int, kernel: int, stride: int = 1, dilation: int = 1) -> Sides:
    """Pixels added on each side of one axis, whichever way the padding is written.

    >>> sides("valid", 7, 3), sides((1, 2), 7, 3), sides("same", 7, 4)
    ((0, 0), (1, 2), (1, 2))
    """
    if rule == "valid":
        return (0, 0)
    if isinstance(rule, str):
        return same(size, kernel, stride, dilation, lower=rule == "same_lower")
    return rule


def outputs(size: int, span: int, stride: int, padding: Sides, *, ceil_mode: bool = False) -> int:
    """How many windows fit: ``floor((size + left + right - span) / stride) + 1``; 0 or less where none fits.

    With ``ceil_mode`` the division rounds up, but a last window that would start in the right padding is dropped.
    Source: Dumoulin & Visin, arXiv:1603.07285v2, relationship 6; torch.nn.MaxPool2d.

    >>> outputs(224, 7, 2, (3, 3)), outputs(9, 4, 4, (2, 2), ceil_mode=True)
    (112, 3)
    """
    free = size + sum(padding) - span
    if not ceil_mode:
        return free // stride + 1
    count = -(-free // stride) + 1
    return count - 1 if (count - 1) * stride >= size + padding[0] else count


def unread(size: int, span: int, stride: int, padding: Sides, *, ceil_mode: bool = False) -> int:
    """Real pixels at the right end that no window reads because the division does not come out even.

    >>> unread(7, 3, 3, (0, 0)), unread(224, 11, 4, (1, 1)), unread(227, 11, 4, (0, 0))
    (1, 2, 0)
    """
    count = outputs(size, span, stride, padding, ceil_mode=ceil_mode)
    last_read = (count - 1) * stride - padding[0] + span
    return min(max(size - last_read, 0), size)
