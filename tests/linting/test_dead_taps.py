"""G12: the weights that it calls dead get a gradient of exactly zero after a real backward, and all others do not."""

from collections import Counter
from fractions import Fraction
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from convlens.backends.torch import as_module, initial_weights
from convlens.ir.graph import Graph, Input, Node, Ref, Tie
from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from convlens.linting.dead import dead_weights
from convlens.linting.lint import lint_graph
from convlens.linting.network import Network
from convlens.networks import load
from tests.linting.look import found, graph_of, mended, one
from tests.strategies import Draw, cases, per_axis

LAYERS: dict[tuple[str, int], Any] = {
    ("conv", 1): nn.Conv1d, ("conv", 2): nn.Conv2d, ("conv", 3): nn.Conv3d,
    ("conv_transpose", 1): nn.ConvTranspose1d, ("conv_transpose", 2): nn.ConvTranspose2d, ("conv_transpose", 3): nn.ConvTranspose3d,
}  # fmt: skip


def taps_without_gradient(weight: torch.Tensor) -> int:
    """Taps of a kernel at which no channel has a gradient, after checking that no channel has one without the others."""
    some, all_ = ((weight.grad != 0).flatten(0, 1).any(dim=0), (weight.grad != 0).flatten(0, 1).all(dim=0))
    assert torch.equal(some, all_)
    return int((~some).sum())


@st.composite
def layers(draw: Draw, axes: int) -> tuple[str, dict[str, Any], tuple[int, ...]]:
    least = {"kernel": 1, "stride": 1, "padding": 0, "dilation": 1}
    most = {"kernel": 4, "stride": 3, "padding": 5, "dilation": 4}
    settings = {name: per_axis(draw, axes, least[name], most[name]) for name in least}
    return draw(st.sampled_from(["conv", "conv_transpose"])), settings, per_axis(draw, axes, 1, 6)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_dead_taps_are_those_without_a_gradient(axes: int) -> None:
    tally: Counter[str] = Counter()

    @cases(300)
    @given(layers(axes))
    def check(drawn: tuple[str, dict[str, Any], tuple[int, ...]]) -> None:
        op, settings, sizes = drawn
        node = Node("c", lookup(op)(out=3, bias=False, **settings), (Ref("x"),))
        net = Network(Graph("n", (Input("x", TensorSpec((1, 2, *sizes))),), (node,), (Ref("c"),)))
        if net.facts.broken is not None:
            return
        names = {"kernel": "kernel_size"}
        layer = LAYERS[op, axes](2, 3, bias=False, dtype=torch.float64, **{names.get(k, k): v for k, v in settings.items()})
        y = layer(torch.rand(1, 2, *sizes, dtype=torch.float64) + 0.5)
        assert tuple(y.shape) == net.known(node).outputs[0].dims
        (y * (torch.rand_like(y) + 0.5)).sum().backward()
        dead = taps_without_gradient(layer.weight)
        assert dead_weights(net) == ({"c": 6 * dead} if dead else {}), drawn
        tally[f"{op}, {'some dead' if dead else 'all live'}"] += 1

    check()
    assert min(tally.values()) > 5, tally
    assert len(tally) == 4


def test_a_live_tap_is_noticed() -> None:
    """The partner: the gradients tell one tap more or less."""
    layer = nn.Conv2d(2, 2, 3, padding=18, dilation=18, bias=False)
    layer(torch.rand(1, 2, 14, 14)).sum().backward()
    assert taps_without_gradient(layer.weight) == 8
    layer(torch.rand(1, 2, 19, 14)).sum().backward()
    assert taps_without_gradient(layer.weight) == 6


def resnet18(size: int) -> Graph:
    return load("resnet18").with_inputs((TensorSpec((1, 3, size, size)),))


@pytest.mark.parametrize("size", [28, 32])
def test_resnet18_on_small_pictures_as_published(size: int) -> None:
    finding = one(resnet18(size), "G12")
    assert finding.nodes == ("layer4.0.conv1", "layer4.0.conv2", "layer4.1.conv1", "layer4.1.conv2")
    assert (finding.evidence["params"], finding.evidence["total_params"]) == (6_946_816, 11_689_512)
    assert "6,946,816 of 11,689,512 parameters (59.4 %)" in finding.message.text()
    assert dict(finding.fixes[-1].words.values) == {"size": "33x33"}


def test_resnet18_from_the_size_that_is_named_has_no_dead_weights() -> None:
    assert found(resnet18(32), "G12")
    assert not any(found(resnet18(size), "G12") for size in (33, 64, 96, 224))


def test_the_gradients_of_a_whole_resnet18_are_zero_where_it_says() -> None:
    torch.manual_seed(0)
    module = as_module(resnet18(32))
    module(torch.rand(4, 3, 32, 32)).square().sum().backward()
    dead = 0
    for weight in module.parameters():
        if weight.dim() == 4:
            taps = (weight.grad != 0).flatten(0, 1).any(dim=0)
            dead += int((~taps).sum()) * prod(weight.shape[:2])
    assert dead == 6_946_816


ASPP = "input x: 1x64x{0}x{0}\nc = conv(x, out=64, kernel=3x3, padding={1}, dilation={1})\noutput c"


def test_a_large_rate_is_a_1x1_kernel_on_a_small_map() -> None:
    """DeepLabv3: of a 3x3 kernel of rate 18 one tap in nine is left on 14x14 pixels."""
    finding = one(ASPP.format(14, 18), "G12")
    assert Fraction(finding.evidence["params"], 64 * 64 * 9) == Fraction(8, 9)
    assert finding.evidence["met"] == {"c": "1/9"}
    assert not found(ASPP.format(33, 18), "G12")


@pytest.mark.parametrize(("rate", "share"), [(18, 0.405), (12, 0.574), (6, 0.772)])
def test_the_share_of_live_taps_on_33_pixels(rate: int, share: float) -> None:
    net = Network(graph_of(ASPP.format(33, rate)))
    ((_, slides),) = net.windows
    met = prod(slide.met for slide in slides)
    ones = torch.nn.functional.conv2d(torch.ones(1, 1, 33, 33), torch.ones(1, 1, 3, 3), padding=rate, dilation=rate)
    assert float(met) == pytest.approx(float(ones.mean()) / 9)
    assert round(float(met), 3) == share


CROPPED = {
    "DeepLab": ASPP.format(14, 18),
    "strided": "input x: 1x4x2x2\nc = conv(x, out=4, kernel=3x3, stride=2, padding=1)\noutput c",
    "uneven": "input x: 1x4x3\nc = conv(x, out=4, kernel=5, padding=4:2, stride=3)\noutput c",
    "behind the first pixel": "input x: 1x4x3\nc = conv(x, out=4, kernel=3, padding=2, dilation=3)\noutput c",
    "transposed": "input x: 1x4x1x1\nc = conv_transpose(x, out=4, kernel=4x4, stride=2, padding=1)\noutput c",
    "same": "input x: 1x4x2x3\nc = conv(x, out=4, kernel=7x7, padding=same)\noutput c",
    "groups": "input x: 1x4x1x1\nc = conv(x, out=8, kernel=3x3, padding=1, groups=4)\noutput c",
    "no batch": "input x: 4x1x1\nc = conv(x, out=8, kernel=3x3, padding=1)\noutput c",
}


@pytest.mark.parametrize("text", CROPPED.values(), ids=CROPPED)
def test_kernels_without_dead_taps_give_exactly_the_same_outputs(text: str) -> None:
    graph = graph_of(text)
    done = mended(graph, "G12")
    assert [len(done.mended), done.after.findings] == [1, ()]
    assert done.mended[0].fix.words.text().startswith("kernels without the dead taps")
    weights = {key: value.double() for key, value in initial_weights(graph).items()}
    layer = nn.Parameter(weights["c", "weight"])
    x = torch.rand(graph.inputs[0].spec.dims, dtype=torch.float64)
    whole = as_module(graph, {**weights, ("c", "weight"): layer.data}).double()
    y = whole(x)
    y.square().sum().backward()
    (kernel,) = [p for name, p in whole.named_parameters() if name.endswith("weight")]
    live = (kernel.grad != 0).flatten(0, 1).any(dim=0)
    ends = [
        torch.nonzero(live.transpose(0, axis).flatten(1).any(1) if live.dim() > 1 else live).flatten()
        for axis in range(live.dim())
    ]
    cut = kernel.data[(slice(None), slice(None), *(slice(int(each[0]), int(each[-1]) + 1) for each in ends))]
    assert torch.allclose(as_module(done.graph, {**weights, ("c", "weight"): cut}).double()(x), y, rtol=0, atol=1e-14)


def test_weights_that_are_live_elsewhere_are_not_dead() -> None:
    """One head on two maps, as in RetinaNet: a tap is dead only where it is so on both."""
    text = "input x: 1x4x1x1\ninput z: 1x4x{}x1\nc = conv(x, out=4, kernel=3x3, padding=1, bias=false)\nd = conv(z, out=4, kernel=3x3, padding=1, bias=false)\noutput c, d"
    for rows, dead in ((1, 8), (2, 6)):
        graph = graph_of(text.format(rows))
        second = Node("d", graph["d"].op, graph["d"].inputs, ties=(Tie("weight", "c", "weight"),))
        shared = Graph("n", graph.inputs, (graph["c"], second), graph.outputs)
        finding = one(shared, "G12")
        assert (finding.nodes, finding.evidence["params"]) == (("c",), 16 * dead)
        assert all(fix.apply is None for fix in finding.fixes)
        layer = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        (layer(torch.rand(1, 4, 1, 1)).sum() + layer(torch.rand(1, 4, rows, 1)).sum()).backward()
        assert taps_without_gradient(layer.weight) == dead


def test_padding_of_pixels_and_weights_from_outside_have_no_dead_taps() -> None:
    repeated = "input x: 1x4x1x1\nc = conv(x, out=4, kernel=3x3, padding=1, padding_mode=replicate)\noutput c"
    given_ = "input x: 1x4x1x1\ninput w: 4x4x3x3\nc = conv(x, w, out=4, kernel=3x3, padding=1, bias=false)\noutput c"
    assert not found(repeated, "G12")
    assert not found(given_, "G12")
    layer = nn.Conv2d(4, 4, 3, padding=1, padding_mode="replicate", bias=False)
    layer(torch.rand(1, 4, 1, 1)).sum().backward()
    assert taps_without_gradient(layer.weight) == 0


def test_a_kernel_larger_than_the_whole_input_is_an_error_of_this_rule_alone() -> None:
    report = lint_graph(graph_of("input x: 1x3x5x9\nc = conv(x, out=4, kernel=7x7)\nd = conv(c, out=4, kernel=1x1)\noutput d"))
    (finding,) = [f for f in report.findings if f.severity == "error"]
    assert (finding.code, finding.nodes, finding.evidence["padded"]) == ("G12", ("c",), [5, 9])
    with pytest.raises(RuntimeError, match="Kernel size can't be greater"):
        nn.Conv2d(3, 4, 7)(torch.rand(1, 3, 5, 9))
    assert dict(finding.fixes[-1].words.values) == {"size": "7x9"}
    nn.Conv2d(3, 4, 7)(torch.rand(1, 3, 7, 9))
