"""First weights by rule: their spread is that of the rule, biases are 0, norms and embeddings stay."""

import pytest
import torch
from torch import nn

from convlens.backends.torch.module import as_module
from convlens.ir.text import parse
from convlens.training.models.initial import start_by

NET = """
network net
input x: 1x8x16x16
c = conv(x, out=64, kernel=3x3)
b = batch_norm(c)
f = flatten(b)
y = linear(f, out=50)
output y
"""


@pytest.mark.parametrize(
    ("rule", "conv", "linear"),
    [
        ("he", (2 / (8 * 9)) ** 0.5, (2 / (64 * 196)) ** 0.5),
        ("xavier", (2 / (8 * 9 + 64 * 9)) ** 0.5, (2 / (64 * 196 + 50)) ** 0.5),
        ("normal", 0.01, 0.01),
        ("zeros", 0, 0),
    ],
)
def test_the_spread_is_that_of_the_rule(rule: str, conv: float, linear: float) -> None:
    module = as_module(parse(NET))
    start_by(module, rule, 3)
    state = module.state_dict()
    assert float(state["c.weight"].std()) == pytest.approx(conv, rel=0.05, abs=1e-9)
    assert float(state["y.weight"].std()) == pytest.approx(linear, rel=0.02, abs=1e-9)
    assert float(state["c.bias"].abs().max()) == float(state["y.bias"].abs().max()) == 0
    assert torch.equal(state["b.weight"], torch.ones(64))


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    found = [nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 3), nn.LayerNorm(3)) for _ in range(3)]
    table = found[0][0].weight.clone()
    for module, seed in zip(found, (1, 1, 2), strict=True):
        start_by(module, "he", seed)
    assert torch.equal(found[0][1].weight, found[1][1].weight)
    assert not torch.equal(found[0][1].weight, found[2][1].weight)
    assert torch.equal(found[0][0].weight, table)
