"""The padding that each framework would use for the windows of a layer, and the output size of each.

A transposed convolution pads nothing: the same settings say how much of its output is cut off.
"""

from collections.abc import Callable
from typing import NamedTuple

from convlens.arith.padding import Sides, same
from convlens.lang.messages import marked
from convlens.ops.conv_transpose import same_padding
from convlens.report.window import AxisWindow, output_count


class Choice(NamedTuple):
    """One framework's rule: pixels added on each side (cut off, for a transposed convolution) and output, by axis.

    A count of 0 says that no window fits. Where the layer cannot do it alone, ``extra`` is the message for what has to be
    done beside it, ``how`` the sentence about it, with a place for ``code``, the expression to write.
    """

    framework: str
    rule: str
    sides: tuple[Sides, ...]
    counts: tuple[int, ...]
    extra: str = ""
    how: str = ""
    code: str = ""


Rule = Callable[[AxisWindow], tuple[Sides, int]]


def choices(windows: list[AxisWindow]) -> list[Choice]:
    """What PyTorch, Keras / TensorFlow and ONNX do; nothing for a layer without padding.

    >>> stem = [AxisWindow("window", axis, 224, 112, 7, 2, 1, (3, 3)) for axis in "HW"]
    >>> [(c.framework, c.rule, c.sides[0], c.counts[0]) for c in choices(stem)][:2]
    [('PyTorch', 'padding=3', (3, 3), 112), ('Keras, TensorFlow', "'same'", (2, 3), 112)]
    """
    kind = windows[0].kind if windows else ""
    if kind not in _RULES:
        return []
    own = _torch_transposed(windows) if kind == "transposed" else _torch_window(windows)
    return [own, *(_choice(framework, rule, windows, read) for framework, rule, read in _RULES[kind])]


def _choice(framework: str, name: str, windows: list[AxisWindow], rule: Rule) -> Choice:
    found = [rule(w) for w in windows]
    return Choice(framework, name, tuple(sides for sides, _ in found), tuple(max(count, 0) for _, count in found))


def _torch_window(windows: list[AxisWindow]) -> Choice:
    """PyTorch pads both sides alike, and pooling by half a kernel at most; anything else needs `F.pad` before the layer."""
    sides = tuple(w.padding for w in windows)
    plain = Choice("PyTorch", "", sides, tuple(w.out for w in windows))
    if all(w.rule == "same" and w.stride == 1 and not w.pooling for w in windows):
        return plain._replace(rule="padding='same'")
    if any(left != right or (w.pooling and left > w.kernel // 2) for w, (left, right) in zip(windows, sides, strict=True)):
        how, code = _padded_first(windows[0], sides)
        return plain._replace(rule="padding=0", extra=marked("F.pad first"), how=how, code=code)
    ceil = ", ceil_mode=True" if windows[0].ceil_mode else ""
    mean = ", count_include_pad=False" if _leaves_out_padding(windows[0]) and any(map(any, sides)) else ""
    return plain._replace(rule=_setting("padding", [left for left, _ in sides]) + ceil + mean)


def _padded_first(window: AxisWindow, sides: tuple[Sides, ...]) -> tuple[str, str]:
    amounts = tuple(side for pair in reversed(sides) for side in pair)
    if window.pooling == "max_pool":
        return marked("F.pad first: {code}; zeros would win over negative values."), f'F.pad(x, {amounts}, value=float("-inf"))'
    if _leaves_out_padding(window):
        how = marked("F.pad first: {code}, so that the padding does not count in the mean.")
        return how, f"pool(F.pad(x, {amounts})) / pool(F.pad(torch.ones_like(x), {amounts}))"
    return marked("F.pad first: {code} adds zeros."), f"F.pad(x, {amounts})"


def _leaves_out_padding(window: AxisWindow) -> bool:
    return window.pooling == "avg_pool" and not window.counts_padding


def _torch_transposed(windows: list[AxisWindow]) -> Choice:
    """``padding`` cuts off both ends, ``output_padding`` gives back part of the far one; anything else is cropped by hand."""
    left = [w.padding[0] for w in windows]
    right = [w.padding[1] - w.output_padding for w in windows]
    plain = Choice(
        "PyTorch", "", tuple((lo, max(hi, 0)) for lo, hi in zip(left, right, strict=True)), tuple(w.out for w in windows)
    )
    given_back = [lo - hi for lo, hi in zip(left, right, strict=True)]
    if all(0 <= extra < max(w.stride, w.dilation) for extra, w in zip(given_back, windows, strict=True)):
        return plain._replace(rule=_transposed_rule(left, given_back))
    rule = _transposed_rule([0] * len(windows), [max(-hi, 0) for hi in right])
    extra, how = marked("crop the output"), marked("crop the output y: {code}")
    return plain._replace(rule=rule, extra=extra, how=how, code=f"y[..., {', '.join(map(_slice, plain.sides))}]")


def _transposed_rule(padding: list[int], output_padding: list[int]) -> str:
    return _setting("padding", padding) + (f", {_setting('output_padding', output_padding)}" if any(output_padding) else "")


def _setting(name: str, numbers: list[int]) -> str:
    return f"{name}={numbers[0] if len(set(numbers)) == 1 else tuple(numbers)}"


def _slice(sides: Sides) -> str:
    """
    >>> _slice((0, 1)), _slice((2, 0))
    (':-1', '2:')
    """
    left, right = sides
    return f"{left or ''}:{-right or ''}"


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
