"""Padding rules against PyTorch, against TensorFlow's documented examples, and against windows walked one by one."""

import pytest
import torch
from hypothesis import given

from convlens.arith.padding import outputs, same, sides, span, unread
from tests.strategies import cases, ints


@cases(150)
@given(ints(1, 12), ints(1, 5), ints(1, 3))
def test_same_with_stride_1_is_that_of_pytorch(size: int, kernel: int, dilation: int) -> None:
    """One nonzero pixel shows where PyTorch put the window: the padding on the left decides which outputs see it."""
    left, right = same(size, kernel, 1, dilation)
    x, weight = torch.zeros(1, 1, size), torch.ones(1, 1, kernel)
    x[0, 0, 0] = 1
    theirs = torch.nn.functional.conv1d(x, weight, padding="same", dilation=dilation)
    ours = torch.nn.functional.conv1d(torch.nn.functional.pad(x, (left, right)), weight, dilation=dilation)
    assert torch.equal(theirs, ours)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "expected"),
    [
        (13, 6, 5, (1, 2)),  # tf.nn, "Notes on padding": SAME with 13, filter 6, stride 5 pads one on the left, two on the right
        (9, 2, 5, (0, 0)),
        (224, 3, 2, (0, 1)),
        (225, 3, 2, (1, 1)),
        (5, 3, 1, (1, 1)),
        (5, 1, 2, (0, 0)),
    ],
)
def test_same_by_tensorflow(size: int, kernel: int, stride: int, expected: tuple[int, int]) -> None:
    assert same(size, kernel, stride) == expected
    assert same(size, kernel, stride, lower=True) == expected[::-1]


def test_valid_by_tensorflow() -> None:
    """The same notes: VALID drops the columns that do not fill a window."""
    assert (outputs(13, 6, 5, sides("valid", 13, 6, 5)), unread(13, 6, 5, (0, 0))) == (2, 2)
    assert outputs(13, 6, 5, same(13, 6, 5)) == 3


@cases(200)
@given(ints(1, 30), ints(1, 7), ints(1, 5), ints(1, 3))
def test_same_gives_as_many_outputs_as_strides_fit(size: int, kernel: int, stride: int, dilation: int) -> None:
    """And with one pixel of padding less, where there is any, it would not."""
    left, right = same(size, kernel, stride, dilation)
    wanted = -(-size // stride)
    assert outputs(size, span(kernel, dilation), stride, (left, right)) == wanted
    if left + right:
        assert outputs(size, span(kernel, dilation), stride, (left, right - 1)) == wanted - 1
    assert 0 <= right - left <= 1


@cases(300)
@given(ints(1, 20), ints(1, 6), ints(1, 5), ints(0, 3), ints(0, 3))
def test_windows_counted_one_by_one(size: int, reach: int, stride: int, left: int, right: int) -> None:
    starts = [start for start in range(0, size + left + right, stride) if start + reach <= size + left + right]
    if not starts:
        return
    assert outputs(size, reach, stride, (left, right)) == len(starts)
    read = {p - left for start in starts for p in range(start, start + reach)}
    assert unread(size, reach, stride, (left, right)) == sum(1 for i in range(size) if i > max(read))


@pytest.mark.parametrize(
    ("layer", "size", "expected"),
    [
        (torch.nn.AvgPool2d(4, 4, 2, ceil_mode=True), 9, 3),
        (torch.nn.AvgPool2d(8, 4, ceil_mode=True), 32, 7),
        (torch.nn.AvgPool2d(3, 3, ceil_mode=True), 4, 2),
        (torch.nn.MaxPool2d(3, 3, 1, ceil_mode=True), 5, 2),
    ],
)
def test_ceil_mode_regressions(layer: torch.nn.AvgPool2d, size: int, expected: int) -> None:
    """Values that frameworks once disagreed about (pytorch #36977, onnx #4958)."""
    pad = (layer.padding, layer.padding)
    assert layer(torch.zeros(1, 1, size, size)).shape[-1] == expected
    assert outputs(size, layer.kernel_size, layer.stride, pad, ceil_mode=True) == expected


def test_a_billion_pixels_are_counted_exactly() -> None:
    assert outputs(10**18 + 1, 7, 2, (3, 3)) == 5 * 10**17 + 1
