"""G13: what an output holds that sees no pixel, in PyTorch."""

from collections import Counter
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from torch import nn

from convlens.backends.torch import Executor, as_module
from convlens.ir.graph import Graph, Input, Node, Ref
from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from convlens.linting.finding import Finding
from tests.linting.look import found, graph_of, mended, one
from tests.linting.test_windows import windows
from tests.strategies import cases


def empty_places(finding: Finding, y: torch.Tensor) -> torch.Tensor:
    """The outputs whose window meets no pixel, by the runs of the evidence: those on one axis at least."""
    empty = torch.zeros(y.shape[2:], dtype=torch.bool)
    for axis, runs in finding.evidence["indices"].items():
        for first, last in runs:
            empty.transpose(0, int(axis) - 2)[first : last + 1] = True
    return empty


def test_pooling_of_torch_gives_minus_infinity() -> None:
    """A layer that torch.nn takes: the two taps of a dilated window lie on both sides of a map of one pixel."""
    layer = nn.MaxPool2d(2, stride=1, padding=1, dilation=2)
    finding = one("input x: 1x4x1x1\np = max_pool(x, kernel=2x2, stride=1, padding=1, dilation=2)\noutput p", "G13")
    y = layer(torch.rand(1, 4, 1, 1))
    assert (finding.severity, finding.evidence["value"]) == ("error", "-inf")
    assert y.flatten().tolist() == [float("-inf")] * 4
    assert finding.evidence["outputs"] == finding.evidence["of"] == 1
    assert "a dilation of at most 1" in finding.fixes[0].words.text()


POOLS: dict[str, tuple[str, str, float]] = {
    "max": ("max_pool(x, kernel=2x3, stride=2, padding=2x3)", "error", float("-inf")),
    "mean": ("avg_pool(x, kernel=2x3, stride=1, padding=3, count_include_pad=false)", "error", float("nan")),
    "mean with padding": ("avg_pool(x, kernel=2x2, stride=1, padding=2)", "warn", 0.0),
    "mean by a divisor": ("avg_pool(x, kernel=2x2, stride=1, padding=2, count_include_pad=false, divisor=3)", "warn", 0.0),
    "power": ("lp_pool(x, kernel=2x2, stride=1, padding=2)", "warn", 0.0),
}


@pytest.mark.parametrize(("call", "severity", "value"), POOLS.values(), ids=POOLS)
def test_pooling_of_nothing_has_the_value_that_is_said(call: str, severity: str, value: float) -> None:
    graph = graph_of(f"input x: 1x3x7x6\np = {call}\noutput p")
    finding = one(graph, "G13")
    y = Executor(graph)({"x": torch.rand(1, 3, 7, 6) + 1}, {})[Ref("p")]
    empty = empty_places(finding, y)
    assert finding.severity == severity
    assert (finding.evidence["outputs"], finding.evidence["of"]) == (int(empty.sum()), empty.numel())
    assert torch.equal(
        torch.nan_to_num(y[0], 7, 9, 8), torch.nan_to_num(torch.where(empty, torch.full_like(y[0], value), y[0]), 7, 9, 8)
    )
    assert bool(torch.isfinite(y[0][:, ~empty]).all())
    assert bool((y[0][:, ~empty] > 0.2).all())


@pytest.mark.parametrize("bias", [True, False])
def test_a_convolution_of_nothing_is_its_bias(bias: bool) -> None:
    graph = graph_of(f"input x: 1x3x7x6\nc = conv(x, out=5, kernel=1x1, padding=1, bias={str(bias).lower()})\noutput c")
    finding = one(graph, "G13")
    layer = nn.Conv2d(3, 5, 1, padding=1, bias=bias)
    y = layer(torch.rand(1, 3, 7, 6))
    empty = empty_places(finding, y)
    assert (finding.severity, finding.evidence["value"]) == ("warn", "bias" if bias else "0")
    assert finding.evidence["outputs"] == int(empty.sum()) == 9 * 8 - 7 * 6
    alone = layer.bias if bias else torch.zeros(5)
    assert bool((y[0][:, empty] == alone[:, None]).all())
    assert not bool((y[0][:, ~empty] == alone[:, None]).any())


def test_outputs_that_see_no_pixel_are_those_without_a_gradient() -> None:
    tally: Counter[bool] = Counter()

    @cases(300)
    @given(windows())
    def check(slide: Any) -> None:
        if min(slide.left, slide.right) < 0:
            return
        settings = {"kernel": (slide.kernel,), "stride": slide.stride, "dilation": slide.dilation}
        node = Node("c", lookup("conv")(out=1, padding=[(slide.left, slide.right)], **settings), (Ref("x"),))
        findings = found(Graph("n", (Input("x", TensorSpec((1, 1, slide.size))),), (node,), (Ref("c"),)), "G13")
        x = F.pad(torch.ones(1, 1, slide.size), (slide.left, slide.right))
        y = F.conv1d(x, torch.ones(1, 1, slide.kernel), stride=slide.stride, dilation=slide.dilation)
        tally[bool(findings)] += 1
        assert sum(finding.evidence["outputs"] for finding in findings) == int((y == 0).sum()), slide

    check()
    assert min(tally[True], tally[False]) > 30, tally


def test_padding_that_meets_pixels_is_not_reported() -> None:
    for text in (
        "input x: 1x3x8\nc = conv(x, out=4, kernel=3, padding=2:0, dilation=1)\noutput c",
        "input x: 1x3x8\nc = conv(x, out=4, kernel=3, padding=2)\noutput c",
        "input x: 1x3x8\nc = conv(x, out=4, kernel=1, padding=2, padding_mode=circular)\noutput c",
        "input x: 1x3x9\np = avg_pool(x, kernel=4, padding=2, ceil_mode=true, count_include_pad=false)\noutput p",
        "input x: 1x3x5\np = max_pool(x, kernel=3, stride=2, padding=1, ceil_mode=true)\noutput p",
    ):
        assert not found(text, "G13"), text


@pytest.mark.parametrize("call", [call for call, _, _ in POOLS.values()])
def test_with_the_padding_of_the_fix_every_value_is_of_pixels(call: str) -> None:
    done = mended(f"input x: 1x3x7x6\np = {call}\noutput p", "G13")
    assert not done.after.findings
    y = as_module(done.graph)(torch.rand(1, 3, 7, 6) + 1)
    assert bool(torch.isfinite(y).all())
    assert bool((y > 0.1).all())


def test_frames_of_equal_layers_are_one_finding_and_each_keeps_its_own_settings() -> None:
    text = "input x: 1x3x8x8\na = conv(x, out=4, kernel=1x1, padding=1)\nb = conv(a, out=6, kernel=1x1, padding=1)\noutput b"
    assert one(text, "G13").nodes == ("a", "b")
    done = mended(text, "G13")
    assert [node.op.settings()["out"] for node in done.graph] == [4, 6]
    assert done.after.net.known(done.graph["b"]).outputs[0].dims == (1, 6, 8, 8)


def test_the_layer_of_torch_refuses_the_example_of_the_docstring() -> None:
    """Elsewhere it can be written: PyTorch's layers pad by at most half of a pooling window."""
    with pytest.raises(RuntimeError, match="pad should be at most half"):
        nn.MaxPool2d(2, 2, padding=2)(torch.rand(1, 1, 8, 8))
