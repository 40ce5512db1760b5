"""A mean over everything, in training: its values and gradients, against PyTorch's own pooling."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.backends.torch import as_module
from convlens.ir import text
from tests.backends.values import values

SHAPES = {1: (2, 3, 9), 2: (2, 3, 5, 7), 3: (2, 3, 4, 3, 5)}
POOLINGS = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}


def pooled(axes: int, size: int, x: Tensor, *, training: bool) -> tuple[Tensor, Tensor]:
    """What a graph of one node gives, and the gradient of the sum of its cubes."""
    shape, sizes = "x".join(map(str, SHAPES[axes])), "x".join([str(size)] * axes)
    net = as_module(text.parse(f"input x: {shape}\np = adaptive_avg_pool(x, size={sizes})\noutput p")).train(training)
    given = x.clone().requires_grad_()
    made = net(given)
    made.pow(3).sum().backward()
    assert given.grad is not None
    return made.detach(), given.grad


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_as_pytorch_does_it(axes: int, size: int, training: bool) -> None:
    x = values(SHAPES[axes], "float64")
    theirs = x.clone().requires_grad_()
    wanted = POOLINGS[axes](theirs, size)
    wanted.pow(3).sum().backward()
    made, gradient = pooled(axes, size, x, training=training)
    torch.testing.assert_close(made, wanted.detach())
    torch.testing.assert_close(gradient, theirs.grad)


def test_a_mean_in_half_precision_does_not_overflow() -> None:
    x = torch.full(SHAPES[2], 30000.0, dtype=torch.float16)
    net = as_module(text.parse("input x: 2x3x5x7\np = adaptive_avg_pool(x, size=1x1)\noutput p")).train()
    assert x.sum().isinf()
    assert net(x).unique().tolist() == [30000.0]
