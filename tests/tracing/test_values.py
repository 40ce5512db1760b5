"""Every traced value is the framework's own output at that index, for random settings of every operator that is traced."""

from collections import Counter
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

import convlens
from convlens.ir.errors import ConvlensError
from convlens.report.layer import LayerReport
from convlens.tracing.operators import TRACERS
from convlens.tracing.trace import Trace
from tests.ops.test_conformance import REFUSALS
from tests.ops.torch_layers import Layer, layers
from tests.strategies import cases

KINDS = ("Conv{n}d", "ConvTranspose{n}d", "MaxPool{n}d", "AvgPool{n}d", "AdaptiveAvgPool{n}d", "AdaptiveMaxPool{n}d")
CALLS = [*(kind.format(n=n) for kind in KINDS for n in (1, 2, 3)), "Linear"]


def written(layer: Layer) -> str:
    return f"{layer.call}({', '.join(f'{name}={value!r}' for name, value in layer.kwargs.items())})"


def theirs(layer: Layer, *, flip: bool) -> tuple[torch.nn.Module, torch.Tensor, torch.Tensor] | None:
    """The layer itself with random numbers, its input and its output; None where PyTorch refuses them."""
    torch.manual_seed(0)
    try:
        module = getattr(torch.nn, layer.call)(**layer.kwargs).double()
        x = torch.randn(layer.shape, dtype=torch.float64)
        turned = flipped(module) if flip else module
        with torch.no_grad():
            y = turned(x)
    except REFUSALS:
        return None
    return module, x, y[0] if isinstance(y, tuple) else y


def reported(layer: Layer) -> LayerReport | None:
    """None for the little that PyTorch takes and convlens refuses, such as negative padding."""
    try:
        return convlens.layer(written(layer), layer.shape)
    except ConvlensError:
        return None


def flipped(module: Any) -> Any:
    """The same layer, its kernel turned by 180 degrees by PyTorch."""
    from copy import deepcopy

    turned = deepcopy(module)
    space = list(range(2, module.weight.dim()))
    turned.weight.data = torch.flip(module.weight.data, space)
    return turned


def adds_up(trace: Trace) -> None:
    """The record's own terms give its value, and both views of a transposed convolution the same sum."""
    (value,) = trace.to_dict()["stages"][-1]["values"]
    sums = []
    for view in value["views"]:
        terms = [term for channel in view["channels"] for term in channel["terms"]]
        products = [term["x"] * (1 if term["weight"] is None else term["weight"]) for term in terms]
        sums.append(sum(products))
        if value["kind"] == "max":
            assert value["value"] == max(products, default=None)
        else:
            assert value["value"] == pytest.approx((sum(products) + (value["bias"] or 0)) / (value["divisor"] or 1), abs=1e-9)
    assert sums == pytest.approx([sums[0]] * len(sums), abs=1e-9)


def reads_what_it_says(trace: Trace, x: np.ndarray, weights: list[np.ndarray], *, flip: bool) -> None:
    """Every number of a term stands at its index in the arrays that were given."""
    (value,) = trace.to_dict()["stages"][-1]["values"]
    op: Any = trace.graph.nodes[0].op
    for view in value["views"]:
        for number, channel in enumerate(view["channels"]):
            for term in channel["terms"]:
                assert term["x"] == (0 if term["at"] is None else x[tuple(term["at"])])
                if term["weight"] is not None and not flip:
                    assert term["weight"] == weights[0][(*_filter(op, trace.index, number, channel["channel"]), *term["tap"])]


def _filter(op: Any, index: tuple[int, ...], number: int, channel: int) -> tuple[int, ...]:
    """Where PyTorch keeps the kernel of an output channel and the ``number``th input channel that it reads."""
    out = index[-op.axes - 1]
    if op.name == "linear":
        return (out,)
    return (channel, out % (op.out // op.groups)) if op.name == "conv_transpose" else (out, number)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("call", CALLS)
def test_a_traced_value_is_the_frameworks(call: str) -> None:
    tally: Counter[str] = Counter()

    @cases(6)
    @given(layers([call]), st.data())
    def check(layer: Layer, data: st.DataObject) -> None:
        flip = call.startswith("Conv") and data.draw(st.booleans())
        made = theirs(layer, flip=flip)
        if made is None or 0 in made[2].shape:
            tally["refused"] += 1
            return
        module, x, y = made
        index = tuple(data.draw(st.integers(0, size - 1)) for size in y.shape)
        weights = [p.detach().numpy() for p in module.parameters()]
        report = reported(layer)
        if report is None:
            tally["refused"] += 1
            return
        trace = report.trace(index, values=x.numpy(), weights=weights or None, flip=flip)
        assert float(trace.value) == pytest.approx(float(y[index]), rel=1e-9, abs=1e-9)
        adds_up(trace)
        reads_what_it_says(trace, x.numpy(), weights, flip=flip)
        assert trace.checked.agrees
        assert str(trace)
        tally["compared"] += 1

    check()
    assert tally["compared"] > tally["refused"] // 2, tally


def test_another_value_is_noticed() -> None:
    """The partner: neither a wrong value nor wrong weights would pass the comparisons above."""
    report = convlens.layer("Conv2d(1, 1, 2)", (1, 1, 3, 3))
    x, w = np.arange(9.0).reshape(1, 1, 3, 3), np.arange(4.0).reshape(1, 1, 2, 2)
    right = report.trace((0, 0, 0, 0), values=x, weights=[w])
    assert right.value != report.trace((0, 0, 0, 0), values=x, weights=[w], flip=True).value
    assert right.value != report.trace((0, 0, 0, 1), values=x, weights=[w]).value
    wrong = right.to_dict()
    wrong["stages"][-1]["values"][0]["value"] += 1
    right.to_dict = lambda: wrong  # type: ignore[method-assign]
    with pytest.raises(AssertionError):
        adds_up(right)


def test_every_operator_that_is_traced_is_compared() -> None:
    known = {
        node.op.name
        for call in CALLS
        for node in convlens.layer(f"{call}({ARGUMENTS[call.rstrip('123d')]})", SHAPES[call[-2:]]).graph
    }
    behind = {"flatten", "identity", "relu", "relu6", "sigmoid", "tanh"}
    assert known | behind == set(TRACERS)


ARGUMENTS = {
    "Conv": "2, 2, 1", "ConvTranspose": "2, 2, 1", "MaxPool": "1", "AvgPool": "1", "AdaptiveAvgPool": "1",
    "AdaptiveMaxPool": "1", "Linear": "3, 1",
}  # fmt: skip
SHAPES = {"1d": (1, 2, 3), "2d": (1, 2, 3, 3), "3d": (1, 2, 3, 3, 3), "ar": (1, 3)}


def image(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape)


def channels_first(x: np.ndarray) -> torch.Tensor:
    return torch.tensor(np.moveaxis(x, -1, 1).copy())


def _conv(x: torch.Tensor, w: np.ndarray, **settings: Any) -> torch.Tensor:
    """A filter of [*kernel, in, out]."""
    return F.conv2d(x, torch.tensor(w).permute(3, 2, 0, 1), **settings)


def _depthwise(x: torch.Tensor, w: np.ndarray, **settings: Any) -> torch.Tensor:
    """A filter of [*kernel, channels, multiplier]."""
    h, wide, channels, many = w.shape
    return F.conv2d(x, torch.tensor(w).permute(2, 3, 0, 1).reshape(channels * many, 1, h, wide), groups=channels, **settings)


def _pad(x: torch.Tensor, left: int, right: int) -> torch.Tensor:
    return F.pad(x, (left, right, left, right))


LAST = [
    ("Conv2D(4, 3, strides=2, padding='same')", (1, 6, 6, 2), [(3, 3, 2, 4), (4,)],
     lambda x, w, b: _conv(_pad(x, 0, 1), w, bias=torch.tensor(b), stride=2)),
    ("Conv2D(4, 3, groups=2, activation='relu')", (2, 5, 5, 4), [(3, 3, 2, 4), (4,)],
     lambda x, w, b: F.relu(_conv(x, w, bias=torch.tensor(b), groups=2))),
    ("DepthwiseConv2D(3, depth_multiplier=2, dilation_rate=2)", (1, 7, 7, 3), [(3, 3, 3, 2), (6,)],
     lambda x, w, b: _depthwise(x, w, bias=torch.tensor(b), dilation=2)),
    ("SeparableConv2D(4, 2, padding='same', depth_multiplier=2, activation='tanh')", (1, 5, 5, 3),
     [(2, 2, 3, 2), (1, 1, 6, 4), (4,)],
     lambda x, d, p, b: torch.tanh(_conv(_depthwise(_pad(x, 0, 1), d), p, bias=torch.tensor(b)))),
    ("Conv2DTranspose(3, 3, strides=2)", (1, 4, 4, 2), [(3, 3, 3, 2), (3,)],
     lambda x, w, b: F.conv_transpose2d(x, torch.tensor(w).permute(3, 2, 0, 1), torch.tensor(b), stride=2)),
    ("Dense(4)", (2, 3, 5), [(5, 4), (4,)], None),
    ("tf.nn.conv2d(x, filters=[2,2,3,2], strides=[1,5,5,1], padding='SAME')", (2, 9, 9, 3), [(2, 2, 3, 2)],
     lambda x, w: _conv(x, w, stride=5)),
    ("tf.nn.depthwise_conv2d(x, filter=[2,2,3,5], strides=[1,1,1,1], padding='VALID', dilations=[2,2])", (1, 6, 6, 3), [(2, 2, 3, 5)],
     lambda x, w: _depthwise(x, w, dilation=2)),
    ("tf.nn.separable_conv2d(x, depthwise_filter=[2,2,3,5], pointwise_filter=[1,1,15,20], strides=[1,1,1,1], padding='SAME')",
     (1, 4, 4, 3), [(2, 2, 3, 5), (1, 1, 15, 20)], lambda x, d, p: _conv(_depthwise(_pad(x, 0, 1), d), p)),
    ("GlobalAveragePooling2D()", (2, 3, 3, 4), [], lambda x: x.mean((2, 3))),
    ("GlobalMaxPooling2D(keepdims=True)", (2, 3, 3, 4), [], lambda x: x.amax((2, 3), keepdim=True)),
    ("MaxPooling2D(2, padding='same')", (1, 5, 5, 2), [], lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-99.0), 2)),
]  # fmt: skip


@pytest.mark.parametrize(("call", "shape", "weights", "oracle"), LAST, ids=[entry[0] for entry in LAST])
def test_channels_last_with_the_frameworks_own_filters(call: str, shape: tuple[int, ...], weights: list, oracle: Any) -> None:
    """Arrays and indices are in the layout of Keras and TensorFlow; the oracle permutes them by hand for PyTorch."""
    x, ws = image(*shape), [image(*w) + 0.1 for w in weights]
    y = torch.tensor(x @ ws[0] + ws[1]) if oracle is None else oracle(channels_first(x), *ws)
    y = y.movedim(1, -1) if oracle is not None and y.dim() > 2 else y
    report = convlens.layer(call, shape)
    assert report.to_dict()["outputs"] == [list(y.shape)]
    for index in [*product(*(sorted({0, size // 2, size - 1}) for size in y.shape))][:: max(y.numel() // 8, 1)]:
        trace = report.trace(index, values=x, weights=ws or None)
        assert float(trace.value) == pytest.approx(float(y[index]), abs=1e-9)
        assert trace.checked.agrees


def test_the_turn_is_true_convolution() -> None:
    """Against the definition: sum over all (i, j) of x[h - i, w - j] * k[i, j], at the centre of a 3x3 kernel."""
    x, k = image(5, 5), image(3, 3)
    trace = convlens.layer("Conv2d(1, 1, 3, padding=1, bias=False)", (1, 1, 5, 5)).trace(
        (0, 2, 3), values=x[None, None], weights=[k[None, None]], flip=True
    )
    by_definition = sum(x[2 + 1 - i, 3 + 1 - j] * k[i, j] for i in range(3) for j in range(3))
    assert trace.value == pytest.approx(by_definition)
    assert trace.unturned == pytest.approx(sum(x[1 + i, 2 + j] * k[i, j] for i in range(3) for j in range(3)))
    assert trace.value != pytest.approx(trace.unturned)


def test_a_padding_mode_reads_the_pixel_it_says() -> None:
    x = image(1, 1, 4)
    for mode, pixels in {"reflect": [1, 0, 1], "replicate": [0, 0, 1], "circular": [3, 0, 1]}.items():
        trace = convlens.layer(f"Conv1d(1, 1, 3, padding=1, padding_mode='{mode}')", (1, 1, 4)).trace((0, 0), values=x)
        terms = trace.to_dict()["stages"][0]["values"][0]["views"][0]["channels"][0]["terms"]
        assert [term["at"] for term in terms] == [[0, 0, pixel] for pixel in pixels]
        assert [term["place"] for term in terms] == [[-1], [0], [1]]


def test_whole_numbers_stay_whole_and_means_are_fractions() -> None:
    assert isinstance(convlens.layer("Conv2d(3, 2, 3)", (1, 3, 5, 5)).trace("0,1,1").value, int)
    trace = convlens.layer("AvgPool2d(3)", (1, 1, 9, 9)).trace((0, 1, 1))
    assert trace.value.denominator in (1, 3, 9)
