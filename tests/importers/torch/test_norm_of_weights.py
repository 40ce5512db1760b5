"""Weights that a layer works out from others before it uses them."""

import pytest
from torch import nn
from torch.nn.utils import parametrizations

from convlens.importers.torch import capture
from convlens.passes.facts import facts
from tests.importers.torch.oracle import params_of

IMAGE = (1, 3, 8, 8)
CONVOLUTION = 4 * 3 * 3 * 3 * 6 * 6
MATRIX_BY_VECTOR = 4 * 27


@pytest.mark.parametrize(("training", "products"), [(False, 1), (True, 3)])
def test_spectral_norm(training: bool, products: int) -> None:
    """``u . (W v)`` for the largest singular value; in training one step of the power method (W v, W' u) before it."""
    layer = parametrizations.spectral_norm(nn.Conv2d(3, 4, 3)).train(training)
    graph = capture(layer, (IMAGE,), {})
    found = facts(graph).nodes.values()
    assert sum(f.macs for f in found) == CONVOLUTION + products * MATRIX_BY_VECTOR + 4
    assert sum(f.params for f in found) == params_of(layer)


def test_weight_norm_costs_no_multiply_accumulates() -> None:
    layer = parametrizations.weight_norm(nn.Conv2d(3, 4, 3))
    graph = capture(layer, (IMAGE,), {})
    found = facts(graph)
    (norm,) = [node for node in graph if node.op.name == "weight_norm"]
    assert (found.nodes[norm.name].macs, found.nodes[norm.name].elementwise) == (0, 4 * 108)
    assert sum(f.macs for f in found.nodes.values()) == CONVOLUTION
    assert sum(f.params for f in found.nodes.values()) == params_of(layer) == 4 * 27 + 4 + 4
