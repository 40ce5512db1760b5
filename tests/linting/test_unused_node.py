"""S07, proved by running: what is reported gets no gradient, and leaving it out changes no output."""

from typing import Any

import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.ir.graph import Extra
from convlens.ir.text import parse
from tests.linting.ask import data, findings, graph_of, mended, module, said
from tests.strategies import cases, ints

OPS = ["conv({0}, out=4, kernel=3x3, padding=1)", "relu({0})", "batch_norm({0})", "add({0}, {1})", "mul({0}, {1})", "tanh({1})"]


@cases(80)
@given(st.data())
def test_in_a_random_network_exactly_what_gets_no_gradient_is_reported(draw: Any) -> None:
    names, lines = ["x"], ["input x: 2x4x5x5"]
    for at in range(draw.draw(ints(2, 10))):
        op, a, b = draw.draw(st.sampled_from(OPS)), draw.draw(st.sampled_from(names)), draw.draw(st.sampled_from(names))
        lines.append(f"n{at} = {op.format(a, b)}")
        names.append(f"n{at}")
    outputs = sorted(draw.draw(st.sets(st.sampled_from(names[1:]), min_size=1, max_size=2)))
    graph = parse("\n".join([*lines, *(f"output {name}" for name in outputs)]))
    told = {node: f.severity for f in findings("S07", graph) for node in f.nodes}
    net = module(graph).train()
    values = net.executor({"x": data(2, 4, 5, 5)}, net.weights(), training=True, keep_all=True)
    made = {ref.node: tensor.requires_grad_() for ref, tensor in values.items()}
    total = sum((made[name].sum() for name in outputs), torch.zeros((), dtype=torch.float64))
    parameters = dict(net.named_parameters())
    gradients = torch.autograd.grad(total, [*parameters.values()], allow_unused=True) if parameters else ()
    unused = {name.rsplit(".", 1)[0] for name, g in zip(parameters, gradients, strict=True) if g is None}
    assert unused == {node for node in told if graph[node].op.name in ("conv", "batch_norm")}
    assert all(told[node] == "error" for node in unused)
    if told:
        done = mended("S07", graph).graph
        assert {node.name for node in graph} - {node.name for node in done} == set(told)
        x, new = data(2, 4, 5, 5), module(done)
        new.load_state_dict({k: v for k, v in net.state_dict().items() if k in new.state_dict()})
        for one, other in zip(_outputs(net.eval()(x)), _outputs(new.eval()(x)), strict=True):
            assert torch.equal(one, other)


def _outputs(made: Any) -> tuple[torch.Tensor, ...]:
    return made if isinstance(made, tuple) else (made,)


def test_what_is_joined_before_it_is_lost_is_one_part() -> None:
    lines = "a = conv(x, out=4, kernel=1x1); b = relu(x); c = add(a, b); d = tanh(x); e = relu(x); output e"
    graph = graph_of("input x: 1x4x5x5", lines)
    assert said("S07", graph) == [("error", ("a", "b", "c")), ("warn", ("d",))]
    assert findings("S07", graph)[0].evidence == {"params": 20}


def test_shapes_and_constants_are_no_finding() -> None:
    lines = "k = constant(shape=[4]); p = parameter(shape=[4, 1, 1]); i = cast(x, dtype=int64); j = add(i, scalar=1.0); e = relu(x); output e"
    assert said("S07", graph_of("input x: 1x4x5x5", lines)) == []
    scaled = graph_of("input x: 1x4x5x5; p = parameter(shape=[4, 1, 1]); m = mul(x, p); e = relu(x); output e")
    assert said("S07", scaled) == [("error", ("p", "m"))]


def test_an_unknown_call_may_do_something() -> None:
    lines = 'a = conv(x, out=4, kernel=1x1); b = opaque(a, call="log", results=["1:float32"]); e = relu(x); output e'
    assert said("S07", graph_of("input x: 1x4x5x5", lines)) == []


def test_weights_that_a_living_layer_shares_are_used() -> None:
    graph = parse(
        "input x: 1x4x5x5\na = conv(x, out=4, kernel=1x1)\nb = conv(x, out=4, kernel=1x1) shares weight of a, bias of a\noutput b"
    )
    (finding,) = findings("S07", graph)
    assert (finding.severity, finding.nodes) == ("warn", ("a",))
    assert finding.fixes[0].apply is None


def test_weights_that_the_module_holds_and_does_not_use_are_a_note() -> None:
    from dataclasses import replace

    graph = graph_of("input x: 1x4x5x5; r = relu(x)")
    held = (Extra("aux.weight", (9, 8)), Extra("aux.bias", (9,)), Extra("steps", (), "buffer"))
    (finding,) = findings("S07", replace(graph, extras=held))
    assert (finding.severity, finding.nodes, finding.evidence) == (
        "info",
        (),
        {"params": 81, "names": ["aux.weight", "aux.bias"]},
    )


def test_one_output_of_several_is_enough() -> None:
    assert said("S07", graph_of("input x: 1x4x5x5; s = split(x, axis=1, sizes=[2, 2]); r = relu(s[1])")) == []


def test_a_network_that_breaks_is_not_judged() -> None:
    assert said("S07", graph_of("input x: 1x4x5x5; a = relu(x); b = conv(x, out=4, kernel=9x9); c = relu(b)")) == []
