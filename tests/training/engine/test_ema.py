"""The running mean of the weights against its formula by hand."""

import pytest
import torch
from torch import nn

from convlens.training.engine.ema import Ema


def test_the_formula_by_hand() -> None:
    """0.9 is reached only where (1 + step) / (10 + step) exceeds it, from step 80 on."""
    module = nn.Linear(1, 1, bias=False)
    values, expected = [3.0, 1.0, -2.0, 5.0], 7.0
    nn.init.constant_(module.weight, 7.0)
    ema = Ema(module, 0.9)
    for step, value in enumerate(values, 1):
        nn.init.constant_(module.weight, value)
        ema.update(module, step)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * value
    assert ema.means["weight"].item() == pytest.approx(expected, rel=1e-6)
    for step in range(1, 200):
        nn.init.constant_(module.weight, float(step))
        ema.update(module, step)
        decay = 0.9 if step >= 80 else (1 + step) / (10 + step)
        expected = decay * expected + (1 - decay) * step
    assert ema.means["weight"].item() == pytest.approx(expected, rel=1e-5)


def test_the_means_are_used_inside_and_the_weights_come_back() -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    ema = Ema(module, 0.5)
    first = module[0].weight.detach().clone()
    nn.init.constant_(module[0].weight, 4.0)
    with pytest.raises(KeyError, match="stop"), ema.used(module):  # noqa: PT012 - the end by an error is what is tested
        assert module[0].weight.equal(first)
        raise KeyError("stop")
    assert module[0].weight.equal(torch.full((2, 2), 4.0))
    assert module[0].weight.requires_grad


def test_a_weight_that_two_layers_share_has_its_mean_under_both_names() -> None:
    """Else a state_dict with the means holds the last weights under the second name, and loading it takes those."""
    module = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    module[1].weight = module[0].weight
    ema = Ema(module, 0.5)
    first = module[0].weight.detach().clone()
    nn.init.constant_(module[0].weight, 4.0)
    kept = {**module.state_dict(), **ema.state()}
    assert kept["0.weight"].equal(first)
    assert kept["1.weight"].equal(first)


def test_a_mean_goes_on_from_its_state() -> None:
    module = nn.Linear(3, 2)
    whole = Ema(module, 0.9)
    whole.update(module, 1)
    other = Ema(nn.Linear(3, 2), 0.9)
    other.restore({name: value.clone() for name, value in whole.state().items()})
    nn.init.constant_(module.weight, 1.0)
    for ema in (whole, other):
        ema.update(module, 2)
    assert other.means["weight"].equal(whole.means["weight"])
    assert other.means["weight"] is not whole.means["weight"]
