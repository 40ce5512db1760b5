"""Which channels never meet, against the gradients of the real layers."""

from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from convlens.ir.graph import Graph
from convlens.passes.facts import facts
from tests.linting.ask import data, findings, graph_of, mended, module, said
from tests.strategies import cases, ints

BETWEEN = ["leaky_relu({})", "batch_norm({})", "channel_shuffle({}, groups=2)", "channel_shuffle({}, groups=3)", "channel_shuffle({}, groups=4)",
           "max_pool({}, kernel=2x2, stride=1)", "conv({}, out=24, kernel=3x3, padding=1, groups=24)", "dropout({})", "instance_norm({})",
           "conv({}, out=24, kernel=1x1)", "group_norm({}, groups=6)", "interpolate({}, scale=[2, 2])"]  # fmt: skip


def _parts(graph: Graph, first_groups: int) -> int:
    """Sets of output channels that share no block of input channels, from the gradients of all outputs by all inputs."""
    net = module(graph).eval()
    x = data(2, 24, 4, 4).requires_grad_()
    y = net(x)
    by_channel = (y * data(*y.shape, seed=3)).sum((0, 2, 3))
    blocks = [
        torch.autograd.grad(value, x, retain_graph=True)[0].abs().sum((0, 2, 3)).reshape(first_groups, -1).sum(1) > 1e-12
        for value in by_channel
    ]
    sets: list[set[int]] = []
    for block in blocks:
        mine = set(torch.nonzero(block).flatten().tolist())
        joined = [other for other in sets if other & mine]
        sets = [other for other in sets if not other & mine] + [mine.union(*joined)]
    return len([each for each in sets if each])


@cases(40)
@given(st.data())
def test_the_parts_are_those_that_the_gradients_show(draw: Any) -> None:
    count = draw.draw(ints(2, 4))
    groups = [draw.draw(st.sampled_from([2, 3, 4, 6, 8, 12])) for _ in range(count)]
    lines, last = ["input x: 2x24x4x4"], "x"
    for at, number in enumerate(groups):
        lines.append(f"g{at} = conv({last}, out=24, kernel=1x1, groups={number})")
        last = f"g{at}"
        for i, step in enumerate(draw.draw(st.lists(st.sampled_from(BETWEEN[:-3]), max_size=2)) if at < count - 1 else []):
            lines.append(f"b{at}.{i} = {step.format(last)}")
            last = f"b{at}.{i}"
    graph = graph_of(*lines)
    assume(facts(graph).broken is None)
    parts = _parts(graph, groups[0])
    chains = [chain for f in findings("S08", graph) for chain in f.evidence["chains"]]
    whole = [chain["isolated"] for chain in chains if chain["layers"] == [f"g{at}" for at in range(count)]]
    assert whole == ([parts] if parts > 1 else [])


@pytest.mark.parametrize("step", BETWEEN[-3:-1])
def test_what_mixes_all_channels_or_cannot_be_followed_ends_the_chain(step: str) -> None:
    graph = graph_of(
        "input x: 2x24x4x4; a = conv(x, out=24, kernel=1x1, groups=3)",
        f"b = {step.format('a')}; c = conv(b, out=24, kernel=1x1, groups=3)",
    )
    assert said("S08", graph) == []
    if "conv" in step:
        assert _parts(graph, 3) == 1


def test_a_shuffle_is_put_in_and_the_groups_meet() -> None:
    lines = (
        "a = conv(x, out=24, kernel=3x3, padding=1, groups=3); r = relu(a); b = conv(r, out=24, kernel=3x3, padding=1, groups=3)"
    )
    graph = graph_of("input x: 2x24x4x4", lines)
    assert _parts(graph, 3) == 3
    done = mended("S08", graph).graph
    assert [node.name for node in done] == ["a", "r", "b.channel_shuffle", "b"]
    assert _parts(done, 3) == 1


def test_a_longer_chain_is_one_finding() -> None:
    chain = "; ".join(f"c{i} = conv({'x' if i == 0 else f'c{i - 1}'}, out=24, kernel=1x1, groups=4)" for i in range(5))
    (finding,) = findings("S08", graph_of("input x: 2x24x4x4", chain))
    assert finding.nodes == ("c1", "c2", "c3", "c4")
    assert finding.evidence["chains"] == [{"layers": ["c0", "c1", "c2", "c3", "c4"], "isolated": 4}]
    assert "behind c0, c1, ..., c4 " in finding.message.text()


def test_groups_of_different_sizes_and_the_published_networks() -> None:
    pair = "a = conv(x, out=24, kernel=1x1, groups={}); b = conv(a, out=24, kernel=1x1, groups={})"
    parts = {
        (p, q): len(findings("S08", graph_of("input x: 2x24x4x4", pair.format(p, q))))
        for p, q in [(2, 4), (4, 2), (2, 3), (4, 6)]
    }
    assert parts == {(2, 4): 1, (4, 2): 1, (2, 3): 0, (4, 6): 1}
    assert said("S08", graph_of("input x: 2x24x4x4", pair.format(24, 24))) == []  # depthwise
    scaled = "a = conv(x, out=24, kernel=1x1, groups=2); p = parameter(shape=[24, 1, 1]); m = mul(p, a); b = conv(m, out=24, kernel=1x1, groups=2)"
    assert said("S08", graph_of("input x: 2x24x4x4", scaled)) == [("warn", ("b",))]
    gated = "a = conv(x, out=24, kernel=1x1, groups=2); g = adaptive_avg_pool(a, size=1x1); e = conv(g, out=24, kernel=1x1); m = mul(a, e); b = conv(m, out=24, kernel=1x1, groups=2)"
    assert said("S08", graph_of("input x: 2x24x4x4", gated)) == []


def test_half_of_the_channels_is_followed() -> None:
    lines = "a = conv(x, out=24, kernel=1x1, groups=4); s = split(a, axis=1, sizes=[12, 12]); b = conv(s[1], out=12, kernel=1x1, groups=2)"
    assert findings("S08", graph_of("input x: 2x24x4x4", lines))[0].evidence["chains"][0]["isolated"] == 2
