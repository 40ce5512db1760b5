"""Gradients that are no numbers are noticed, and only those."""

import pytest
import torch
from torch import nn

from convlens.training.engine.blame import broken_gradients

INFINITE, HUGE = float("inf"), 3e38


def with_gradients(*values: list[float] | None) -> nn.Module:
    """A module with a parameter for each of these gradients."""
    module = nn.Module()
    for number, each in enumerate(values):
        weight = nn.Parameter(torch.zeros(len(each or [0.0])))
        weight.grad = None if each is None else torch.tensor(each)
        module.register_parameter(f"w{number}", weight)
    return module


@pytest.mark.parametrize("values", [[float("nan")], [INFINITE], [INFINITE, -INFINITE], [1.0, float("nan"), 2.0]])
def test_any_number_that_is_not_finite(values: list[float]) -> None:
    assert broken_gradients(with_gradients([1.0, 2.0], None, values))
    assert broken_gradients(with_gradients(values, [0.0]))


def test_sums_that_overflow_are_no_broken_gradients() -> None:
    assert torch.tensor([HUGE, HUGE]).sum().isinf()
    assert not broken_gradients(with_gradients([HUGE, HUGE], [1.0]))
    assert not broken_gradients(with_gradients([HUGE], [HUGE]))


def test_none_at_all() -> None:
    assert not broken_gradients(with_gradients(None))
