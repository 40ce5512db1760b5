"""The padding that each framework would use for the windows of a layer, and the output size of each."""

from collections.abc import Callable
from typing import NamedTuple

from convlens.arith.padding import Sides, same
from convlens.ops.conv_transpose import same_padding
from convlens.report.window import AxisWindow, output_count


class Choice(NamedTuple):
    """One framework's rule: pixels added on each side (cut off, for a transposed convolution) and output, by axis.

    A count of 0 says that no window fits. ``pad_first`` marks uneven padding that the layer itself cannot do.
    """

    framework: str
    rule: str
    added: tuple[Sides, ...]
    counts: tuple[int, ...]
    pad_first: bool = False


Rule = Callable[[AxisWindow], tuple[Sides, int]]


def choices(windows: list[AxisWindow]) -> list[Choice]:
    """What PyTorch, Keras / TensorFlow and ONNX do; nothing for a layer without padding.

    >>> stem = [AxisWindow("window", axis, 224, 112, 7, 2, 1, (3, 3)) for axis in "HW"]
    >>> [(c.framework, c.rule, c.added[0], c.counts[0]) for c in choices(stem)][:2]
    [('PyTorch', 'padding=3', (3, 3), 112), ('Keras, TensorFlow', "'same'", (2, 3), 112)]
    """
    kind = windows[0].kind if windows else ""
    if kind not in _RULES:
        return []
    rule, pad_first = _torch(windows)
    own = Choice("PyTorch", rule, tuple(w.padding for w in windows), tuple(w.out for w in windows), pad_first)
    return [own, *(_choice(framework, rule, windows, read) for framework, rule, read in _RULES[kind])]


def _choice(framework: str, name: str, windows: list[AxisWindow], rule: Rule) -> Choice:
    found = [rule(w) for w in windows]
    return Choice(framework, name, tuple(added for added, _ in found), tuple(max(count, 0) for _, count in found))


def _torch(windows: list[AxisWindow]) -> tuple[str, bool]:
    """How PyTorch writes the padding of this layer, and whether it needs `F.pad` before it."""
    if all(w.rule == "same" and w.stride == 1 and not w.pooling for w in windows):
        return "padding='same'", False
    left = [w.padding[0] for w in windows]
    if any(w.padding[0] != w.padding[1] for w in windows):
        return "padding=0", True
    return f"padding={left[0] if len(set(left)) == 1 else tuple(left)}", False


def _same(w: AxisWindow) -> tuple[Sides, int]:
    added = same(w.size, w.kernel, w.stride, w.dilation)
    return added, output_count(w, added)


def _same_lower(w: AxisWindow) -> tuple[Sides, int]:
    added = same(w.size, w.kernel, w.stride, w.dilation, lower=True)
    return added, output_count(w, added)


def _valid(w: AxisWindow) -> tuple[Sides, int]:
    return (0, 0), output_count(w, (0, 0)) if w.size >= w.reach else 0


def _transposed_same(w: AxisWindow) -> tuple[Sides, int]:
    pads, _ = same_padding((w.kernel,), (w.stride,), (w.dilation,))
    return pads[0], w.size * w.stride


def _transposed_lower(w: AxisWindow) -> tuple[Sides, int]:
    (left, right), count = _transposed_same(w)
    return (right, left), count


def _transposed_valid(w: AxisWindow) -> tuple[Sides, int]:
    """A stride longer than the kernel keeps its empty end. Source: keras.layers.Conv2DTranspose, padding "valid"."""
    return (0, 0), w.size * w.stride + max(w.reach - w.stride, 0)


_RULES: dict[str, list[tuple[str, str, Rule]]] = {
    "window": [
        ("Keras, TensorFlow", "'same'", _same), ("Keras, TensorFlow", "'valid'", _valid),
        ("ONNX", "SAME_UPPER", _same), ("ONNX", "SAME_LOWER", _same_lower),
    ],
    "transposed": [
        ("Keras, TensorFlow", "'same'", _transposed_same), ("Keras, TensorFlow", "'valid'", _transposed_valid),
        ("ONNX", "SAME_UPPER", _transposed_same), ("ONNX", "SAME_LOWER", _transposed_lower),
    ],
}  # fmt: skip
