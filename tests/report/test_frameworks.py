"""Each row of a layer's table of paddings, run in PyTorch: the pixels that it promises are the pixels that come out."""

import re
from typing import Any

import pytest
import torch
import torch.nn.functional as F

import convlens
from convlens.report.frameworks import Choice, choices
from convlens.report.window import AxisWindow

CONV, POOL, UP = torch.conv2d, F.max_pool2d, torch.conv_transpose2d


def _rows(call: str, *shape: int) -> tuple[list[AxisWindow], dict[tuple[str, str], Choice]]:
    windows = convlens.layer(call, shape).windows
    return windows, {(c.framework, c.rule): c for c in choices(windows)}


def _own(rows: dict[tuple[str, str], Choice]) -> Choice:
    return next(choice for (framework, _), choice in rows.items() if framework == "PyTorch")


def _settings(rule: str) -> dict[str, Any]:
    """``padding=0, output_padding=1`` as keyword arguments."""
    return {name: eval(value) for name, value in re.findall(r"(\w+)=(\([^)]*\)|'\w+'|\w+)", rule)}


def _torch_pads(sides: tuple[tuple[int, int], ...]) -> list[int]:
    return [amount for pair in reversed(sides) for amount in pair]


def _random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def _equal(a: torch.Tensor, b: torch.Tensor) -> bool:
    return a.shape == b.shape and torch.allclose(a, b)


def _tensorflow_transposed(
    x: torch.Tensor, weight: torch.Tensor, window: AxisWindow, pads: tuple[int, int], out: int
) -> torch.Tensor:
    """TensorFlow's definition: the gradient of the convolution that would lead from the output back to the input."""
    image = torch.zeros(1, weight.shape[1], out, out, dtype=x.dtype, requires_grad=True)
    back = CONV(F.pad(image, pads * 2), weight, stride=window.stride, dilation=window.dilation)
    assert back.shape == x.shape
    (gradient,) = torch.autograd.grad(back, image, x)
    return gradient


TRANSPOSED = [(kernel, stride, padding) for kernel in (1, 2, 3, 4, 5, 7) for stride in (1, 2, 3) for padding in ("same", "valid")]


@pytest.mark.parametrize(("kernel", "stride", "padding"), TRANSPOSED)
def test_transposed_rows_give_those_pixels(kernel: int, stride: int, padding: str) -> None:
    call = f"Conv2DTranspose(2, {kernel}, strides={stride}, padding='{padding}')"
    windows, rows = _rows(call, 1, 6, 6, 3)
    x, weight = _random(1, 3, 6, 6), _random(3, 2, kernel, kernel)
    whole = UP(x, weight, stride=stride)
    for (framework, _), row in rows.items():
        if framework != "PyTorch":
            (left, right), count = row.sides[0], row.counts[0]
            wide = F.pad(whole, [0, max(count + left - whole.shape[-1], 0)] * 2)
            cropped = wide[..., left : left + count, left : left + count]
            assert cropped.shape[-1] == count
            assert _equal(cropped, _tensorflow_transposed(x, weight, windows[0], (left, right), count)), row
    own = _own(rows)
    y = UP(x, weight, stride=stride, **_settings(own.rule))
    y = eval(own.code, {"y": y}) if own.code else y
    assert y.shape[-2:] == own.counts
    assert _equal(y, _tensorflow_transposed(x, weight, windows[0], windows[0].padding, windows[0].out))


def test_the_pixels_can_differ() -> None:
    """The partner: as long as the right output, but cut on the other side."""
    x, weight = _random(1, 3, 6, 6), _random(3, 2, 3, 3)
    windows, _ = _rows("Conv2DTranspose(2, 3, strides=2, padding='same')", 1, 6, 6, 3)
    shifted = UP(x, weight, stride=2, padding=1, output_padding=1)
    wanted = _tensorflow_transposed(x, weight, windows[0], (0, 1), 12)
    assert shifted.shape == wanted.shape
    assert not _equal(shifted, wanted)


def test_the_words_for_transposed_convolutions() -> None:
    text = str(convlens.layer("Conv2DTranspose(16, 3, strides=2, padding='same')", (1, 28, 28, 8)))
    assert "  framework          rule                        cropped   output\n" in text
    assert "  PyTorch            padding=0, crop the output  0+1, 0+1  56x56\n" in text
    assert text.endswith("crop the output y: y[..., :-1, :-1]\n")
    assert "F.pad" not in text
    assert "裁掉" in convlens.layer("Conv2DTranspose(16, 3, strides=2, padding='same')", (1, 28, 28, 8)).text("zh")
    text = str(convlens.layer("Conv2DTranspose(16, 2, strides=3)", (1, 28, 28, 8)))
    assert "  PyTorch            padding=0, output_padding=1  0+0, 0+0  84x84\n" in text
    call = "tf.nn.conv2d_transpose(x, filters=[3,3,16,8], output_shape=[1,56,56,16], strides=2, padding='SAME')"
    assert "padding=0, crop the output  0+1, 0+1  56x56" in str(convlens.layer(call, (1, 28, 28, 8)))


@pytest.mark.parametrize("settings", [{}, {"padding": 1}, {"padding": 1, "output_padding": 1}, {"padding": (0, 2)}])
def test_a_transposed_convolution_of_pytorch_is_itself(settings: dict[str, Any]) -> None:
    shown = "".join(f", {k}={v}" for k, v in settings.items())
    _, rows = _rows(f"ConvTranspose2d(3, 2, 5, stride=2{shown})", 1, 3, 6, 6)
    x, weight = _random(1, 3, 6, 6), _random(3, 2, 5, 5)
    assert _own(rows).code == ""
    assert _equal(UP(x, weight, stride=2, **_settings(_own(rows).rule)), UP(x, weight, stride=2, **settings))


@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2])
def test_convolution_rows_give_that_size_and_those_pixels(kernel: int, stride: int, dilation: int) -> None:
    windows, rows = _rows(f"tf.nn.conv2d(x, [{kernel},{kernel},3,2], {stride}, 'SAME', dilations={dilation})", 1, 13, 14, 3)
    x, weight = _random(1, 3, 13, 14), _random(2, 3, kernel, kernel)
    run = lambda image, **settings: CONV(image, weight, stride=stride, dilation=dilation, **settings)
    for row in rows.values():
        if all(row.counts):
            assert run(F.pad(x, _torch_pads(row.sides))).shape[-2:] == row.counts
    own = _own(rows)
    image = eval(own.code, {"F": F, "x": x}) if own.code else x
    assert _equal(run(image, **_settings(own.rule)), run(F.pad(x, _torch_pads(tuple(w.padding for w in windows)))))


@pytest.mark.parametrize("kernel", [2, 3, 4])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kind", ["Max", "Average"])
def test_pooling_rows_give_those_values(kernel: int, stride: int, kind: str) -> None:
    """On an image of values below zero, where a zero of the padding would win; a mean counts its own pixels only."""
    windows, rows = _rows(f"{kind}Pooling2D({kernel}, strides={stride}, padding='same')", 1, 13, 14, 1)
    x = -1 - _random(1, 1, 13, 14).abs()
    own = _own(rows)
    function = F.max_pool2d if kind == "Max" else F.avg_pool2d
    pool = lambda image: function(image, kernel, stride, **_settings(own.rule))
    if kind == "Max":
        y = pool(eval(own.code, {"F": F, "x": x}) if own.code else x)
    else:
        y = eval(own.code, {"F": F, "x": x, "pool": pool, "torch": torch}) if own.code else pool(x)
    assert _equal(y, _pooled_by_hand(x, windows, kind))


def _pooled_by_hand(x: torch.Tensor, windows: list[AxisWindow], kind: str) -> torch.Tensor:
    rows, columns = windows
    y = torch.empty(1, 1, rows.out, columns.out, dtype=x.dtype)
    for i in range(rows.out):
        for j in range(columns.out):
            top, left = i * rows.stride - rows.padding[0], j * columns.stride - columns.padding[0]
            seen = x[0, 0, max(top, 0) : top + rows.kernel, max(left, 0) : left + columns.kernel]
            y[0, 0, i, j] = seen.max() if kind == "Max" else seen.mean()
    return y


def test_zeros_would_change_the_values() -> None:
    """The partner: plain `F.pad` gives other values, for both kinds."""
    windows, _ = _rows("MaxPooling2D(2, strides=2, padding='same')", 1, 13, 13, 1)
    x = -1 - _random(1, 1, 13, 13).abs()
    padded = F.pad(x, (0, 1, 0, 1))
    assert not _equal(F.max_pool2d(padded, 2), _pooled_by_hand(x, windows, "Max"))
    assert not _equal(F.avg_pool2d(padded, 2), _pooled_by_hand(x, windows, "Average"))


def test_the_words_for_pooling() -> None:
    text = str(convlens.layer("MaxPooling2D(3, strides=2, padding='same')", (1, 28, 28, 8)))
    assert 'F.pad first: F.pad(x, (0, 1, 0, 1), value=float("-inf")); zeros would win over negative values.' in text
    text = str(convlens.layer("AveragePooling2D(3, strides=2, padding='same')", (1, 28, 28, 8)))
    assert "so that the padding does not count in the mean" in text
    text = str(convlens.layer("AveragePooling2D(3, strides=1, padding='same')", (1, 28, 28, 8)))
    assert "padding=1, count_include_pad=False" in text


def test_rounding_up_is_part_of_the_setting() -> None:
    for size in range(6, 14):
        _, rows = _rows("MaxPool2d(3, stride=2, padding=1, ceil_mode=True)", 1, 3, size, size)
        own = _own(rows)
        assert POOL(_random(1, 3, size, size), 3, 2, **_settings(own.rule)).shape[-2:] == own.counts
