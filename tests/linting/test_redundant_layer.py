"""S13, proved by running: what is left out changes nothing, and the second normalisation undoes the first one's numbers."""

import pytest
import torch

from tests.linting.ask import data, findings, graph_of, mended, module, said

X = "input x: 4x3x8x8; c = conv(x, out=6, kernel=3x3)"

IDLE = {
    "a pooling of one pixel": ["p = max_pool(c, kernel=1x1); o = relu(p)", "p"],
    "an average of one pixel": ["p = avg_pool(c, kernel=1x1); o = relu(p)", "p"],
    "a second global average": ["g = adaptive_avg_pool(c, size=1x1); p = adaptive_avg_pool(g, size=1x1); o = relu(p)", "p"],
    "a second flatten": ["f = flatten(c); p = flatten(f); o = linear(p, out=3)", "p"],
}


@pytest.mark.parametrize("name", IDLE)
def test_what_does_nothing_can_be_left_out(name: str) -> None:
    lines, node = IDLE[name]
    graph = graph_of(X, lines)
    assert said("S13", graph) == [("info", (node,))]
    x = data(4, 3, 8, 8)
    assert torch.equal(module(graph)(x), module(mended("S13", graph).graph)(x))


def test_the_second_norm_undoes_the_first() -> None:
    graph = graph_of(X, "b = batch_norm(c); n = batch_norm(b); r = relu(n)")
    assert said("S13", graph) == [("warn", ("n",))]
    assert mended("S13", graph).after.findings == ()
    x, first, second = data(4, 6, 8, 8), torch.nn.BatchNorm2d(6).double(), torch.nn.BatchNorm2d(6).double()
    before = second(first(x))
    with torch.no_grad():
        first.weight.mul_(7)
        first.bias.add_(3)
    assert torch.allclose(before, second(first(x)), atol=1e-4)


def test_two_dropouts_are_one() -> None:
    graph = graph_of("input x: 4x9; d = dropout(x, p=0.5); e = dropout(d, p=0.2); l = linear(e, out=3)")
    (finding,) = findings("S13", graph)
    assert (finding.severity, finding.nodes, finding.evidence["both"]) == ("info", ("e",), 0.6)
    left = mended("S13", graph).graph
    assert [node.name for node in left] == ["d", "l"]
    assert left["d"].op.settings()["p"] == 0.6


MEANT = {
    "an adaptive pooling that does nothing at this size": "p = adaptive_avg_pool(c, size=6x6); o = relu(p)",
    "a pooling that strides": "p = max_pool(c, kernel=1x1, stride=2); o = relu(p)",
    "a norm that others read": "b = batch_norm(c); n = batch_norm(b); o = add(b, n)",
    "a dropout that is off": "d = dropout(c, p=0); e = dropout(d, p=0.5); o = relu(e)",
}


@pytest.mark.parametrize("name", MEANT)
def test_what_does_something_is_left_alone(name: str) -> None:
    assert said("S13", graph_of(X, MEANT[name])) == []


def test_a_transformer_may_end_in_one_more_norm() -> None:
    lines = "a = layer_norm(x, shape=[16]); b = layer_norm(a, shape=[16])"
    assert [severity for severity, _ in said("S13", graph_of("input x: 4x7x16", lines))] == ["info"]
