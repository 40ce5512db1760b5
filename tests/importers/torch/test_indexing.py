"""``x[...]`` of a captured tensor against PyTorch on random indices, those that PyTorch refuses included."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from convlens.importers.torch import capture
from convlens.ir.errors import UsageError
from convlens.passes.facts import facts
from tests.strategies import cases

BOUND = st.none() | st.integers(-6, 6)
ITEM = st.one_of(
    st.none(), st.integers(-4, 4), st.builds(slice, BOUND, BOUND, st.sampled_from([None, 1, 2, 3])), st.just(slice(None))
)


@st.composite
def indices(draw: Any) -> Any:
    """A tuple of items with at most one ellipsis, or a single item."""
    items = draw(st.lists(ITEM, max_size=5))
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), Ellipsis)
    return items[0] if len(items) == 1 and draw(st.booleans()) else tuple(items)


class Indexed(nn.Module):
    def __init__(self, index: Any) -> None:
        super().__init__()
        self.index = index

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[self.index]


def in_torch(dims: list[int], index: Any) -> tuple[int, ...] | None:
    """The shape; None where PyTorch refuses."""
    try:
        return tuple(torch.zeros(dims)[index].shape)
    except (IndexError, ValueError):
        return None


def captured(dims: list[int], index: Any) -> tuple[int, ...] | None:
    try:
        graph = capture(Indexed(index), (tuple(dims),))
    except UsageError:
        return None
    known = facts(graph).nodes.get(graph.outputs[0].node)
    return known.outputs[graph.outputs[0].port].dims if known else graph.inputs[0].spec.dims


@cases(300)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), indices())
def test_indexing_agrees_with_pytorch(dims, index):
    assert captured(dims, index) == in_torch(dims, index)


@pytest.mark.parametrize("index", [(0, slice(None)), (slice(None), slice(None)), 9])
def test_what_pytorch_refuses_is_refused(index):
    assert in_torch([3], index) is None
    assert captured([3], index) is None
