"""Calls that once ended in a traceback, or were taken although their framework refuses them."""

import pytest
import torch

from convlens.importers.calls import read
from convlens.ir.errors import ConvlensError
from convlens.passes.facts import facts

NINES = "9" * 4000
REFUSED = {
    "F.conv2d(x, None)": "weight, which is None",
    "F.conv2d(None, [8, 3, 3, 3])": "input is None",
    "F.conv2d(x, weight=[])": "weights do not have the axes",
    "F.conv_transpose2d(x, None)": "weight, which is None",
    "F.conv_transpose2d(x, [3, 8, 3, 3], groups=None)": "groups is None",
    "F.conv_transpose2d(x, [3, 8, 3, 3], groups='a')": "groups is 'a'",
    "F.linear(x, None)": "weight, which is None",
    "F.linear(x, [])": "weights do not have the axes",
    "F.prelu(x, None)": "weight, which is None",
    "DepthwiseConv2D(3, depth_multiplier=None)": "depth_multiplier is None",
    "SeparableConv2D(4, 3, depth_multiplier='x')": "depth_multiplier is 'x'",
    "tf.nn.conv2d(x, [2, 2, 3, 4], 1, padding=0)": "padding=0: it must be",
    "tf.nn.conv2d(x, [2, 2, 3, 4], 1, padding=[0, 1])": "it must be 'SAME', 'VALID' or a list of pairs",
    "tf.nn.conv2d(None, [2, 2, 3, 4], 1, 'SAME')": "input is None",
    "tf.nn.conv2d(x, None, 1, 'SAME')": "filters is None",
    "tf.nn.separable_conv2d(x, None, None, 1, 'SAME')": "depthwise_filter is None",
    "tf.nn.conv2d_transpose(x, [2, 2, 4, 3], output_shape=0, strides=1)": "output_shape must be",
    "Conv2d(3, 8, " + "1+" * 2000 + "1)": "expressions are not evaluated",
    "Conv2d(3, 8, " + "a." * 3000 + "b)": "nested too deeply",
    f"AdaptiveAvgPool2d({NINES})": "more than 40 digits",
    f"PixelShuffle({NINES})": "more than 40 digits",
    f"Conv2d(3, 8, 3, padding=-{NINES})": "more than 40 digits",
    f"tf.nn.max_pool2d(x, ksize={NINES}, strides=1, padding='SAME')": "more than 40 digits",
    f"LeakyReLU({NINES[:400]})": "more than 40 digits",
}


@pytest.mark.parametrize(("call", "message"), REFUSED.items(), ids=[call[:40] for call in REFUSED])
def test_it_is_refused_with_one_short_message(call, message):
    with pytest.raises(ConvlensError) as caught:
        read(call, [(1, 8, 8, 3) if "tf." in call or "Conv2D" in call else (1, 3, 8, 8)])
    assert message in str(caught.value)
    assert len(str(caught.value)) < 500


TORCH = [
    "AvgPool2d(2, padding='same')",
    "MaxPool2d(2, padding='same')",
    "MaxPool2d(2, padding=[[1, 1], [1, 1]])",
    "AvgPool2d(2, padding=[[0, 1], [0, 1]])",
    "Conv2d(3, 8, 3, padding=[[1, 2], [3, 4]])",
    "Conv2d(3, 8, 3, padding='same_lower')",
    "Conv2d(3, 8, (3,))",
    "AvgPool1d(2, divisor_override=1)",
    "GELU(approximate='x')",
    "Conv2d(3, 8, 3, stride=(2,), padding=(1,), dilation=(1,))",
    "Conv2d(3, 8, 3, padding='same')",
    "Conv2d(3, 8, (3, 3))",
    "MaxPool2d((2,), padding=(1,))",
    "AvgPool2d(2, divisor_override=1)",
    "AvgPool1d((2,))",
    "GELU(approximate='tanh')",
]


def _by_torch(call: str, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return tuple(eval(f"torch.nn.{call}")(torch.zeros(shape)).shape)
    except (TypeError, RuntimeError, ValueError):
        return None


def _by_us(call: str, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        graph = read(call, [shape])
    except ConvlensError:
        return None
    found = facts(graph)
    return None if found.error is not None else found.nodes[graph.nodes[0].name].outputs[0].dims


@pytest.mark.parametrize("call", TORCH)
def test_it_is_taken_where_pytorch_takes_it(call):
    shape = (1, 3, 8) if "1d" in call else (1, 3, 8, 8)
    assert _by_us(call, shape) == _by_torch(call, shape)


def test_both_outcomes_are_among_them():
    found = [_by_torch(call, (1, 3, 8) if "1d" in call else (1, 3, 8, 8)) is None for call in TORCH]
    assert found.count(True) == 9
    assert found.count(False) == 7
