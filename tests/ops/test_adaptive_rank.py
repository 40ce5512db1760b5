"""The mean of whole planes takes any axes before them, in PyTorch and here; everything else wants N, C and space."""

from itertools import product

import pytest
import torch
from torch import nn

import convlens
from convlens.passes.facts import facts

SHAPES = [(1,) * n for n in range(1, 7)] + [(2, 3, 4, 5, 6), (3, 4, 5), (4, 5), (5,), (2, 2, 3, 4, 5, 1), (4, 1, 1)]
POOLS = [
    make(size)
    for make, sizes in (
        (nn.AdaptiveAvgPool1d, [1, 2]),
        (nn.AdaptiveAvgPool2d, [1, (1, None), (None, None), (1, 2)]),
        (nn.AdaptiveAvgPool3d, [1, (None, 1, 1), (1, 1, 2)]),
        (nn.AdaptiveMaxPool2d, [1, (1, None)]),
        (nn.AdaptiveMaxPool3d, [1]),
    )
    for size in sizes
]


def alone(pool: nn.Module, shape: tuple[int, ...]) -> bool:
    """A plane without any axis before it: PyTorch takes it where the size is a number, and refuses it where it is a pair."""
    return "Avg" in type(pool).__name__ and len(shape) == int(type(pool).__name__[-2])


CASES = [(pool, shape) for pool, shape in product(POOLS, SHAPES) if not alone(pool, shape)]


@pytest.mark.parametrize(("pool", "shape"), CASES, ids=str)
def test_any_rank(pool: nn.Module, shape: tuple[int, ...]) -> None:
    try:
        expected = tuple(pool(torch.zeros(shape)).shape)
    except (RuntimeError, IndexError, ValueError, TypeError):
        expected = None
    graph = convlens.summary(pool, shape).graph
    known = facts(graph)
    assert (known.error is not None) == (expected is None), known.error
    if expected is not None:
        assert known.nodes[graph.outputs[0].node].outputs[0].dims == expected
