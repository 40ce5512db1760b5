"""S01, S05 and S06, proved by training steps of PyTorch."""

from typing import Any

import pytest
import torch

from convlens.ir.text import parse
from tests.linting.ask import data, findings, graph_of, mended, module, said


def _gradients(net: Any, x: torch.Tensor) -> dict[str, float]:
    """The largest gradient of each parameter, of a loss that weights every output differently."""
    y = net.train()(x)
    (y * data(*y.shape, seed=5)).sum().backward()
    return {name: float(p.grad.abs().max()) for name, p in net.named_parameters()}


BIASED = {
    "batch norm": "c = conv(x, out=6, kernel=3x3); n = batch_norm(c)",
    "transposed": "c = conv_transpose(x, out=6, kernel=3x3, stride=2); n = batch_norm(c)",
    "instance norm": "c = conv(x, out=6, kernel=3x3); n = instance_norm(c)",
    "a group for each channel": "c = conv(x, out=6, kernel=3x3); n = group_norm(c, groups=6)",
    "layer norm over space": "c = conv(x, out=6, kernel=3x3); n = layer_norm(c, shape=[7, 7])",
    "max pooling between": "c = conv(x, out=6, kernel=3x3); p = max_pool(c, kernel=3x3, stride=2, padding=1); n = batch_norm(p)",
    "average pooling between": "c = conv(x, out=6, kernel=3x3); p = avg_pool(c, kernel=2x2); n = batch_norm(p)",
    "flatten between": "c = conv(x, out=6, kernel=3x3); p = adaptive_avg_pool(c, size=2x2); f = flatten(p); n = batch_norm(f)",
    "not affine": "c = conv(x, out=6, kernel=3x3); n = batch_norm(c, affine=false)",
    "linear": "f = flatten(x); c = linear(f, out=6); n = batch_norm(c)",
}
NEEDED = {
    "fewer groups": "c = conv(x, out=6, kernel=3x3); n = group_norm(c, groups=3)",
    "layer norm over channels": "c = conv(x, out=6, kernel=3x3); n = layer_norm(c, shape=[6, 7, 7])",
    "an activation between": "c = conv(x, out=6, kernel=3x3); r = relu(c); n = batch_norm(r)",
    "zeros in the mean": "c = conv(x, out=6, kernel=3x3); p = avg_pool(c, kernel=3x3, padding=1); n = batch_norm(p)",
    "read twice": "c = conv(x, out=6, kernel=3x3); n = batch_norm(c); s = add(n, c)",
    "rms norm": "f = flatten(x); c = linear(f, out=6); n = rms_norm(c, shape=[6])",
    "last axis": "c = linear(x, out=6); n = instance_norm(c)",
    "dropout between": "c = conv(x, out=6, kernel=3x3); d = dropout(c); n = batch_norm(d)",
}  # fmt: skip


@pytest.mark.parametrize("lines", BIASED.values(), ids=BIASED.keys())
def test_a_bias_that_is_reported_gets_no_gradient(lines: str) -> None:
    graph = graph_of("input x: 5x3x9x9", lines)
    (finding,) = findings("S01", graph)
    assert finding.nodes == ("c",)
    assert finding.evidence == {"params": 6, "layers": {"c": 6}}
    gradients = _gradients(module(graph), data(5, 3, 9, 9))
    assert gradients["c.bias"] < 1e-10 * gradients["c.weight"]
    done = mended("S01", graph).graph
    net, old = module(done), module(graph)
    with torch.no_grad():
        for name, values in net.named_parameters():
            values.copy_(dict(old.named_parameters())[name])
        assert torch.allclose(net.train()(data(5, 3, 9, 9)), old.train()(data(5, 3, 9, 9)))


@pytest.mark.parametrize("lines", NEEDED.values(), ids=NEEDED.keys())
def test_a_bias_that_is_not_reported_gets_one(lines: str) -> None:
    graph = graph_of("input x: 5x3x9x9", lines)
    assert said("S01", graph) == []
    gradients = _gradients(module(graph), data(5, 3, 9, 9))
    assert gradients["c.bias"] > 1e-6 * gradients["c.weight"]


SHARED = """
input x: 5x3x9x9
c = conv(x, out=3, kernel=3x3, padding=1)
n = batch_norm(c)
d = conv(n, out=3, kernel=3x3, padding=1) shares weight of c, bias of c
{last}
"""


def test_a_shared_bias_has_to_be_useless_everywhere() -> None:
    both = parse(SHARED.format(last="m = batch_norm(d)\noutput m"))
    assert said("S01", both) == [("warn", ("c",))]
    assert [len(node.ties) for node in mended("S01", both).graph] == [0, 0, 1, 0]
    assert said("S01", parse(SHARED.format(last="m = relu(d)\noutput m"))) == []


def test_a_frozen_normalisation_takes_nothing_away() -> None:
    frozen = parse("input x: 5x3x9x9\nc = conv(x, out=6, kernel=3x3)\nn = batch_norm(c) frozen weight, bias\noutput n")
    assert said("S01", frozen) == []
    frozen_bias = parse("input x: 5x3x9x9\nc = conv(x, out=6, kernel=3x3) frozen bias\nn = batch_norm(c)\noutput n")
    assert mended("S01", frozen_bias).graph["c"].frozen == ()


@pytest.mark.parametrize(
    ("batch", "shape", "space"), [(1, "1x4x1x1", 1), (2, "2x4x1x1", 1), (1, "1x4x2x1", 2), (1, "1x4x7", 7), (1, "1x4", 1)]
)
def test_pytorch_refuses_to_train_exactly_where_one_value_is_counted(batch: int, shape: str, space: int) -> None:
    graph = graph_of(f"input x: {shape}; n = batch_norm(x)")
    (finding,) = findings("S06", graph, batch=batch)
    assert finding.evidence["values"] == {"n": batch * space}
    assert finding.severity == ("error" if batch * space == 1 else "warn")
    net, sizes = module(graph), [*map(int, shape.split("x"))]
    assert net.eval()(data(*sizes)).shape == tuple(sizes)
    if batch * space == 1:
        with pytest.raises(Exception, match="Expected more than 1 value per channel when training"):
            net.train()(data(*sizes))
        least = int(dict(finding.message.values)["least"])
        assert net.train()(data(least, *sizes[1:])).shape[0] == least
    else:
        net.train()(data(*sizes))


def test_the_batch_of_training_is_what_counts() -> None:
    pooled = "input x: 1x64x8x8; g = adaptive_avg_pool(x, size=1x1); n = batch_norm(g)"
    assert said("S06", graph_of(pooled)) == [("warn", ("n",))]
    assert said("S06", graph_of(pooled), batch=1) == [("error", ("n",))]
    assert said("S06", graph_of(pooled), batch=4) == [("warn", ("n",))]
    assert said("S06", graph_of(pooled), batch=8) == []
    assert said("S06", graph_of(pooled.replace("1x64", "4x64"))) == [("info", ("n",))]
    assert said("S06", graph_of(pooled.replace("1x64", "4x64")), batch=1) == [("error", ("n",))]
    vector = "input x: 1x64; l = linear(x, out=8); n = batch_norm(l)"
    assert said("S06", graph_of(vector)) == [("info", ("n",))]
    assert said("S06", graph_of(vector), batch=1) == [("error", ("n",))]


def test_one_value_without_running_statistics_and_a_frozen_norm() -> None:
    graph = graph_of("input x: 1x64x1x1; n = batch_norm(x, tracked=false)")
    assert said("S06", graph) == [("error", ("n",))]
    assert said("S06", parse("input x: 1x64x1x1\nn = batch_norm(x) frozen weight, bias\noutput n")) == []


def test_group_norm_in_its_place_trains_with_one_image() -> None:
    for channels in (2, 6, 64, 96, 97):
        graph = graph_of(f"input x: 1x{channels}x1x1; n = batch_norm(x)")
        done = mended("S06", graph, batch=1).graph
        net = module(done).train()
        assert net(data(1, channels, 1, 1)).abs().sum() > 0
    assert findings("S06", graph_of("input x: 1x1x1x1; n = batch_norm(x)"), batch=1)[0].fixes[0].apply is None


def _variance(lines: str, seed: int = 0) -> float:
    """The variance in evaluation of what a batch normalisation makes, which should be 1, after training on the same data."""
    graph = graph_of("input x: 512x16x3x3", lines)
    net, x = module(graph, seed), data(512, 16, 3, 3).abs()
    for name, values in net.named_parameters():
        if name.startswith("n."):
            values.data.fill_(1.0 if name.endswith("weight") else 0.0)
    torch.manual_seed(seed)
    with torch.no_grad():
        for _ in range(60):
            net.train()(x)
        y = net.eval()(x)
    return float(y.transpose(0, 1).flatten(1).var(1).mean())


SHIFTED = ["d = dropout(x, p=0.5); n = batch_norm(d)", "d = dropout(x, p=0.5); c = conv(d, out=16, kernel=3x3); n = batch_norm(c)",
           "d = dropout(x, p=0.5, of=channels); c = conv(d, out=16, kernel=1x1); r = relu(c); n = batch_norm(r)"]  # fmt: skip
STEADY = ["n = batch_norm(x); d = dropout(n, p=0.5)", "d = dropout(x, p=0.0); n = batch_norm(d)",
          "d = dropout(x, p=0.5); i = instance_norm(d); n = batch_norm(i)"]  # fmt: skip


@pytest.mark.parametrize("lines", SHIFTED)
def test_a_dropout_that_is_reported_shifts_the_variance(lines: str) -> None:
    assert said("S05", graph_of("input x: 512x16x3x3", lines)) == [("warn", ("d",))]
    assert abs(_variance(lines) - 1) > 0.1


@pytest.mark.parametrize("lines", STEADY)
def test_a_dropout_that_is_not_reported_does_not(lines: str) -> None:
    assert said("S05", graph_of("input x: 512x16x3x3", lines)) == []
    assert abs(_variance(lines) - 1) < 0.02


def test_several_dropouts_become_one_behind_the_last_norm() -> None:
    lines = [
        "input x: 1x8x9x9; d1 = dropout(x, p=0.2); c1 = conv(d1, out=8, kernel=3x3); n1 = batch_norm(c1); r1 = relu(n1)",
        "d2 = dropout(r1, p=0.4, of=channels); c2 = conv(d2, out=8, kernel=3x3); n2 = batch_norm(c2); r2 = relu(n2)",
        "g = adaptive_avg_pool(r2, size=1x1); f = flatten(g); l = linear(f, out=10)",
    ]
    graph = graph_of(*lines)
    assert said("S05", graph) == [("warn", ("d1", "d2"))]
    done = mended("S05", graph).graph
    assert [node.name for node in done][-3:] == ["f", "l.dropout", "l"]
    assert done["l.dropout"].op.settings() == {"p": 0.4, "of": "values"}
    with_one = graph_of(*lines[:2], lines[2].replace("l = linear(f", "d3 = dropout(f); l = linear(d3"))
    assert [node.name for node in mended("S05", with_one).graph if node.op.name == "dropout"] == ["d3"]


def test_where_no_layer_comes_behind_the_norm_the_dropout_goes() -> None:
    graph = graph_of("input x: 1x8x9x9; d = dropout(x); c = conv(d, out=8, kernel=3x3); n = batch_norm(c); r = relu(n)")
    assert [node.name for node in mended("S05", graph).graph] == ["c", "n", "r"]


def test_a_norm_on_another_branch_is_not_behind_it() -> None:
    lines = "a = dropout(x); b = conv(x, out=8, kernel=1x1); n = batch_norm(b); s = add(a, n)"
    assert said("S05", graph_of("input x: 1x8x9x9", lines)) == []
