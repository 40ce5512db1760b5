"""S03, proved by running: what is left out changes no output, and what is squashed twice stays within the bounds."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.ir.graph import Ref
from convlens.linting.network import Network
from tests.linting.ask import data, findings, graph_of, mended, module, said
from tests.strategies import cases

STEPS = {
    "relu": "relu({})", "relu6": "relu6({})", "hardtanh": "hardtanh({}, low=0.0, high=4.0)", "leaky": "leaky_relu({})",
    "elu": "elu({})", "silu": "silu({})", "sigmoid": "sigmoid({})", "tanh": "tanh({})", "softmax": "softmax({}, axis=1)",
    "softplus": "softplus({})", "max": "max_pool({}, kernel=3x3, stride=1, padding=1)", "logs": "log_softmax({}, axis=1)",
    "avg": "avg_pool({}, kernel=3x3, stride=1, padding=1)", "shuffle": "channel_shuffle({}, groups=2)",
    "double": "add({0}, {0})", "square": "mul({0}, {0})", "plus": "add({}, scalar=1.5)", "twice": "concat({0}, {0}, axis=1)",
    "pad": "pad({}, before=[1, 1], after=[0, 0], value=-2.0)", "abs": "elementwise({}, function=abs)",
    "clamp": "elementwise({}, function=clamp, scalar=0.5, upper=2.0)", "floor": "elementwise({}, function=maximum, scalar=0.0)",
    "norm": "batch_norm({})", "up": "interpolate({}, scale=[2, 2], mode=bilinear)", "cubic": "interpolate({}, scale=[2, 2], mode=bicubic)",
}  # fmt: skip


def _chain(steps: list[str]) -> str:
    lines = [f"n{i} = {STEPS[step].format('x' if i == 0 else f'n{i - 1}')}" for i, step in enumerate(steps)]
    return "; ".join(lines)


@cases(150)
@given(st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=6))
def test_every_value_lies_within_its_range_and_idle_activations_can_go(steps: list[str]) -> None:
    graph = graph_of("input x: 1x4x5x5", _chain(steps))
    net = module(graph).eval()
    with torch.no_grad():
        values = net.executor({"x": data(1, 4, 5, 5) * 20}, net.weights(), keep_all=True)
    for name, (low, high) in Network(graph).ranges.items():
        assert low - 1e-9 <= float(values[Ref(name)].min()) <= float(values[Ref(name)].max()) <= high + 1e-9, name
    idle = [f for f in findings("S03", graph) if f.message.message.startswith("all that")]
    for name in [name for f in idle for name in f.nodes]:
        before = values[graph[name].inputs[0]]
        assert torch.allclose(values[Ref(name)], before, atol=1e-12)


def test_ranges_are_no_wider_than_they_have_to_be() -> None:
    """The partner: a pass that knows nothing would pass the test above."""
    graph = graph_of(
        "input x: 1x4x5x5; a = relu(x); b = add(a, scalar=2.0); c = relu6(b); d = max_pool(c, kernel=2x2); e = sigmoid(d)"
    )
    assert {name: tuple(found) for name, found in Network(graph).ranges.items()} == {
        "a": (0, math.inf), "b": (2, math.inf), "c": (2, 6), "d": (2, 6), "e": (0, 1),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second"),
    [("relu", "relu"), ("relu6", "relu"), ("relu6", "relu6"), ("sigmoid", "relu"), ("softmax", "relu6"), ("softplus", "relu"),
     ("relu", "leaky"), ("relu", "elu"), ("relu", "abs"), ("sigmoid", "hardtanh"), ("relu", "floor"), ("logs", "logs")],
)  # fmt: skip
def test_the_second_of_two_is_reported_and_left_out(first: str, second: str) -> None:
    graph = graph_of("input x: 1x4x5x5", _chain([first, second]))
    assert said("S03", graph) == [("warn", ("n1",))]
    done = mended("S03", graph).graph
    assert [node.name for node in done] == ["n0"]
    x = data(1, 4, 5, 5) * 9
    assert torch.allclose(module(done)(x), module(graph)(x))


@pytest.mark.parametrize(("first", "second"), [("relu", "relu6"), ("leaky", "relu"), ("tanh", "relu"), ("relu", "silu"), ("relu", "softmax"),
                                           ("silu", "relu"), ("norm", "relu"), ("tanh", "softmax"), ("clamp", "softmax"), ("logs", "relu")])  # fmt: skip
def test_what_does_something_is_left_alone(first: str, second: str) -> None:
    assert said("S03", graph_of("input x: 1x4x5x5", _chain([first, second]))) == []


def test_a_relu_behind_the_pieces_of_a_concatenation() -> None:
    lines = "a = relu(x); b = max_pool(a, kernel=3x3, stride=1, padding=1); c = sigmoid(x); d = concat(b, c, axis=1); e = relu(d)"
    assert said("S03", graph_of("input x: 1x4x5x5", lines)) == [("warn", ("e",))]
    assert said("S03", graph_of("input x: 1x4x5x5", lines.replace("sigmoid", "tanh"))) == []


@pytest.mark.parametrize("first", ["sigmoid({})", "softmax({}, axis=1)", "hardsigmoid({})"])
@pytest.mark.parametrize("second", ["softmax({}, axis=1)", "sigmoid({})", "log_softmax({}, axis=1)", "hardsigmoid({})"])
def test_what_is_left_of_a_range_squashed_twice(first: str, second: str) -> None:
    graph = graph_of(f"input x: 64x10; a = {first.format('x')}; b = {second.format('a')}")
    (finding,) = findings("S03", graph)
    low, high = finding.evidence["left"]
    x = data(64, 10) * 1000  # nearly every sigmoid is 0 or 1, nearly every softmax one of 1
    x[0] = torch.tensor([1000.0] + [-1000.0] * 9)
    x[1] = torch.tensor([-1000.0] + [1000.0] * 9)
    x[2] = torch.full((10,), -1000.0)
    x[3] = torch.full((10,), 1000.0)
    y = module(graph)(x)
    assert low - 1e-6 <= float(y.min())
    assert float(y.max()) <= high + 1e-6
    if not first.startswith("softmax"):  # its shares cannot all be 1 but one
        assert float(y.min()) == pytest.approx(low, abs=1e-6)
    assert float(y.max()) == pytest.approx(high, abs=1e-6)


def test_tanh_twice_and_other_axes() -> None:
    assert said("S03", graph_of("input x: 4x10; a = tanh(x); b = tanh(a)")) == [("warn", ("b",))]
    assert said("S03", graph_of("input x: 1x4x5x5; a = softmax(x, axis=1); b = softmax(a, axis=3)")) == []
    assert said("S03", graph_of("input x: 1x4x5x5; a = softmax(x, axis=-3); d = dropout(a); b = softmax(d, axis=1)")) == [
        ("warn", ("b",))
    ]
    assert (
        said("S03", graph_of("input x: 1x4x4; a = softmax(x, axis=1); p = permute(a, order=[0, 2, 1]); b = softmax(p, axis=1)"))
        == []
    )


def test_a_softmax_of_log_softmax_is_the_softmax() -> None:
    graph = graph_of("input x: 4x10; a = log_softmax(x, axis=1); b = softmax(a, axis=1)")
    assert said("S03", graph) == [("warn", ("b",))]
    done = mended("S03", graph).graph
    x = data(4, 10)
    assert [node.name for node in done] == ["b"]
    assert torch.allclose(module(done)(x), module(graph)(x))


@pytest.mark.parametrize("more", ["", "; c = relu(x); d = add(c, a); output b; output d"])
def test_the_logarithm_of_a_softmax(more: str) -> None:
    graph = graph_of("input x: 4x10; a = softmax(x, axis=1); b = elementwise(a, function=log)" + more)
    assert ("info", ("b",)) in said("S03", graph)
    done = mended("S03", graph).graph
    x = data(4, 10)
    first = module(done)(x)[0] if more else module(done)(x)
    assert torch.allclose(first, torch.log_softmax(x, 1))
    hot = torch.tensor([[0.0, 2000.0]], dtype=torch.float64)
    assert torch.isinf(torch.log(torch.softmax(hot, 1))).any()
    assert not torch.isinf(torch.log_softmax(hot, 1)).any()
