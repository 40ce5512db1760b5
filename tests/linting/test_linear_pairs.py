"""S02, proved by running: the one layer that the finding names computes what the two compute."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

from convlens.passes.facts import facts
from tests.linting.ask import data, findings, graph_of, mended, module, said
from tests.strategies import cases, ints

CONVOLVE = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def _pair(axes: int, a: dict[str, int], b: dict[str, int], size: int) -> Any:
    def line(settings: dict[str, int]) -> str:
        kernel = "x".join([str(settings["kernel"])] * axes)
        return f"out={settings['out']}, kernel={kernel}, stride={settings['stride']}, dilation={settings['dilation']}"

    shape = "x".join(map(str, (1, 2, *(size,) * axes)))
    return graph_of(f"input x: {shape}", f"a = conv(x, {line(a)}, bias=false)", f"b = conv(a, {line(b)}, bias=false)")


layers = st.fixed_dictionaries({"out": ints(4, 5), "kernel": ints(1, 4), "stride": ints(1, 3), "dilation": ints(1, 3)})


@cases(60)
@given(st.data())
def test_one_layer_of_the_named_kernel_and_stride_does_the_same(draw: Any) -> None:
    axes = draw.draw(ints(1, 2))
    a, b = draw.draw(layers), draw.draw(layers)
    a["out"] = max(a["out"], b["out"])
    graph = _pair(axes, a, b, 30 if axes == 1 else 22)
    assume(facts(graph).broken is None)
    net = module(graph)
    x = data(*graph.inputs[0].spec.dims).requires_grad_()
    y = net(x)
    found = [pair for f in findings("S02", graph) for pair in f.evidence["pairs"]]
    assert [(pair["first"], pair["second"]) for pair in found] == [("a", "b")]
    (pair,) = found
    weight = _merged_weight(net, x, pair["kernel"])
    merged = CONVOLVE[axes](x, weight, stride=tuple(pair["stride"]))
    assert torch.allclose(merged, y)
    assert pair["merged_weights"] == int((weight.abs().sum((0, 1)) > 1e-12).sum()) * weight.shape[0] * weight.shape[1]
    assert pair["weights"] == sum(p.numel() for p in net.parameters())


def _merged_weight(net: Any, x: torch.Tensor, kernel: list[int]) -> torch.Tensor:
    """The gradient of the first output pixel by the first pixels of the input: the weights of the one layer."""
    y = net(x).flatten(2)[0, :, 0]
    corner = tuple(slice(0, k) for k in kernel)
    rows = [torch.autograd.grad(value, x, retain_graph=True)[0] for value in y]
    assert all(float(row.abs().sum()) == pytest.approx(float(row[(0, slice(None), *corner)].abs().sum())) for row in rows)
    return torch.stack([row[(0, slice(None), *corner)] for row in rows])


def test_a_normalisation_between_changes_nothing_of_that() -> None:
    graph = graph_of("input x: 2x3x9x9; a = conv(x, out=8, kernel=3x3); n = batch_norm(a); b = conv(n, out=8, kernel=3x3)")
    (finding,) = findings("S02", graph)
    assert finding.nodes == ("a",)
    net = module(graph).eval()
    x = data(2, 3, 9, 9)
    zero = net(torch.zeros_like(x))
    assert torch.allclose(net(3 * x) - zero, 3 * (net(x) - zero))  # an affine map: no depth is left
    done = mended("S02", graph)
    assert [node.name for node in done.graph] == ["a", "n", "n.relu", "b"]
    mending = module(done.graph).eval()
    zero = mending(torch.zeros_like(x))
    assert not torch.allclose(mending(3 * x) - zero, 3 * (mending(x) - zero))


def test_linear_layers_and_a_flattened_map() -> None:
    rows = graph_of("input x: 1x20; a = linear(x, out=30); d = dropout(a); b = linear(d, out=10)")
    (finding,) = findings("S02", rows)
    assert finding.evidence["pairs"] == [
        {"first": "a", "second": "b", "kernel": [], "stride": [], "merged_weights": 200, "weights": 900}
    ]
    maps = graph_of("input x: 1x3x8x8; a = conv(x, out=4, kernel=3x3); f = flatten(a); b = linear(f, out=10)")
    (finding,) = findings("S02", maps)
    assert finding.evidence["pairs"][0]["merged_weights"] == 3 * 8 * 8 * 10
    assert [node.name for node in mended("S02", maps).graph] == ["a", "a.relu", "f", "b"]


def test_the_networks_own_non_linearity_is_put_in() -> None:
    graph = graph_of(
        "input x: 1x8x8x8; a = conv(x, out=8, kernel=3x3); t = leaky_relu(a, slope=0.2); b = conv(t, out=8, kernel=3x3)",
        "c = conv(b, out=8, kernel=3x3); b.leaky_relu = tanh(c)",
    )
    new = mended("S02", graph).graph["b.leaky_relu2"]
    assert new.op == graph["t"].op


def test_several_pairs_are_one_finding() -> None:
    chain = "; ".join(f"c{i} = conv({'x' if i == 0 else f'c{i - 1}'}, out=8, kernel=3x3)" for i in range(5))
    (finding,) = findings("S02", graph_of("input x: 1x8x32x32", chain))
    assert finding.nodes == ("c0", "c1", "c2", "c3")
    assert finding.message.text().startswith("4 pairs of layers; of the first, ")


CLEAN = {
    "a rank bottleneck": "a = conv(x, out=8, kernel=1x1); n = batch_norm(a); b = conv(n, out=96, kernel=1x1)",
    "depthwise and pointwise": "a = conv(x, out=32, kernel=3x3, groups=32); b = conv(a, out=32, kernel=1x1)",
    "pointwise and depthwise": "a = conv(x, out=32, kernel=1x1); b = conv(a, out=32, kernel=3x3, groups=32)",
    "separable": "a = conv(x, out=32, kernel=1x3); b = conv(a, out=32, kernel=3x1)",
    "before an upsampling": "a = conv(x, out=32, kernel=1x1); b = conv_transpose(a, out=32, kernel=4x4, stride=2, padding=1)",
    "behind an upsampling": "a = conv_transpose(x, out=32, kernel=4x4, stride=2); b = conv(a, out=32, kernel=3x3)",
    "resized between": "a = conv(x, out=32, kernel=1x1); u = interpolate(a, scale=[2, 2]); b = conv(u, out=32, kernel=3x3)",
    "read twice": "a = conv(x, out=32, kernel=3x3, padding=1); b = conv(a, out=32, kernel=3x3, padding=1); s = add(a, b)",
    "an output between": "a = conv(x, out=32, kernel=3x3); b = conv(a, out=32, kernel=3x3); output a; output b",
    "an activation": "a = conv(x, out=32, kernel=3x3); r = gelu(a); b = conv(r, out=32, kernel=3x3)",
    "layer norm": "a = conv(x, out=32, kernel=3x3); r = group_norm(a, groups=4); b = conv(r, out=32, kernel=3x3)",
    "max pooling": "a = conv(x, out=32, kernel=3x3); r = max_pool(a, kernel=2x2); b = conv(r, out=32, kernel=3x3)",
    "weights that are computed": "w = parameter(shape=[32, 32, 3, 3]); a = conv(x, out=32, kernel=3x3); b = conv(a, w, out=32, kernel=3x3, bias=false)",
    "over another axis": "a = conv(x, out=32, kernel=3x3); b = linear(a, out=32)",
    "low rank in a linear layer": "f = flatten(x); a = linear(f, out=16); b = linear(a, out=100)",
}


@pytest.mark.parametrize("lines", CLEAN.values(), ids=CLEAN.keys())
def test_what_is_meant_is_not_reported(lines: str) -> None:
    assert said("S02", graph_of("input x: 1x32x16x16", lines)) == []


def test_a_layer_that_may_have_been_split_is_a_note() -> None:
    assert said("S02", graph_of("input x: 1x64x16x16; a = conv(x, out=16, kernel=1x1); b = conv(a, out=16, kernel=3x3)")) == [
        ("info", ("a",))
    ]
    norm = graph_of("input x: 1x64x16x16; a = conv(x, out=16, kernel=1x1); n = batch_norm(a); b = conv(n, out=16, kernel=3x3)")
    assert said("S02", norm) == [("warn", ("a",))]


def test_groups_are_merged_group_by_group() -> None:
    graph = graph_of("input x: 1x8x9x9; a = conv(x, out=8, kernel=3x3, groups=2); b = conv(a, out=8, kernel=3x3, groups=2)")
    assert findings("S02", graph)[0].evidence["pairs"][0]["merged_weights"] == 8 * 4 * 25
