"""States as tensors and JSON: any tree comes back, and nothing else is taken."""

import json
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from convlens.training.record.tree import packed, unpacked

TENSORS = st.builds(lambda shape, seed: torch.rand(shape, generator=torch.Generator().manual_seed(seed)),
                    st.lists(st.integers(0, 3), max_size=3), st.integers(0, 9))  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | TENSORS
KEYS = st.integers() | st.text() | st.booleans() | st.none()
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return isinstance(other, Tensor) and one.equal(other) and one.dtype == other.dtype
    if isinstance(one, dict):
        pairs = zip(one.items(), other.items(), strict=True)
        return all(type(a) is type(b) and a == b and same(x, y) for (a, x), (b, y) in pairs)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and all(map(same, one, other)) and len(one) == len(other)
    return type(one) is type(other) and one == other


@settings(max_examples=100)
@given(tree=TREES)
def test_any_tree_comes_back_through_json(tree: Any) -> None:
    tensors, rest = packed(tree, "o")
    assert same(tree, unpacked(json.loads(json.dumps(rest)), tensors))


def test_the_state_of_an_optimizer_comes_back() -> None:
    module = nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(module.parameters(), lr=0.1, betas=(0.8, 0.9))
    module(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    tensors, rest = packed(optimizer.state_dict(), "optimizer")
    back = unpacked(json.loads(json.dumps(rest)), tensors)
    assert same(optimizer.state_dict(), back)
    torch.optim.AdamW(module.parameters()).load_state_dict(back)


def test_the_same_tensor_twice_has_two_names() -> None:
    one = torch.ones(1)
    assert list(packed([one, {"a": one}], "p")[0]) == ["p.1", "p.2"]


class Pair(NamedTuple):
    a: int


@pytest.mark.parametrize("value", [{1, 2}, object(), b"1", 1j, nn.Linear(1, 1), torch.float32])
def test_what_would_have_to_be_pickled_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be saved without pickling"):
        packed({"state": [value]}, "p")


def test_a_missing_tensor_is_noticed() -> None:
    with pytest.raises(KeyError):
        unpacked({"list": [{"tensor": "o.1"}]}, {})
