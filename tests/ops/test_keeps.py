"""What backward keeps of an activation, against what PyTorch's autograd really saves."""

import pytest
import torch
from torch import nn

from convlens.importers.spelled import calls_of

INTERMEDIATE = {"Tanhshrink": "PyTorch computes x - tanh(x) in two steps and keeps tanh(x)"}
ACTIVATIONS = [
    "CELU", "ELU", "GELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU", "LogSigmoid", "Mish", "ReLU", "ReLU6",
    "RReLU", "SELU", "SiLU", "Sigmoid", "Softplus", "Softshrink", "Softsign", "Tanh",
]  # fmt: skip


def saved_by_torch(layer: nn.Module) -> set[str]:
    """Which of its input and output the layer saves."""
    x = torch.randn(2, 4, 6, 6, requires_grad=True)
    saved: list[torch.Tensor] = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: (saved.append(t), t)[1], lambda t: t):
        y = layer(x)
    places = {x.untyped_storage().data_ptr(): "input", y.untyped_storage().data_ptr(): "output"}
    return {places[t.untyped_storage().data_ptr()] for t in saved if t.untyped_storage().data_ptr() in places}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_keeps_what_autograd_saves(name):
    assert calls_of("torch.nn")[name].op.keeps & {"input", "output"} == saved_by_torch(getattr(nn, name)())


def test_input_and_output_are_told_apart():
    """The partner: the two kinds are really different in PyTorch."""
    assert saved_by_torch(nn.ReLU()) == {"output"}
    assert saved_by_torch(nn.ReLU6()) == {"input"}


def test_the_exceptions_are_real():
    assert all(saved_by_torch(getattr(nn, name)()) != calls_of("torch.nn")[name].op.keeps for name in INTERMEDIATE)
