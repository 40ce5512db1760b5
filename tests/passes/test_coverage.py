"""Which places are read: counted one by one, and by gradients through PyTorch."""

from collections import Counter
from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.axis import (
    window,
)
from convlens.arith.combs import Comb, combs
from convlens.ir.graph import Graph, Node
from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from convlens.passes.coverage import Reader, readers, unread
from convlens.passes.facts import facts
from tests.arith.test_combs import listed, maps
from tests.passes.small_networks import _RUN, networks
from tests.strategies import cases, ints


@cases(300)
@given(st.data(), ints(1, 3))
def test_a_place_is_read_where_one_reader_reads_it_on_all_axes(data: st.DataObject, axes: int) -> None:
    dims = tuple(data.draw(ints(1, 9)) for _ in range(axes))
    by = [[(data.draw(maps()), data.draw(ints(1, 9))) for _ in dims] for _ in range(data.draw(ints(1, 3)))]
    sets = [[listed(*each, size) for each, size in zip(reader, dims, strict=True)] for reader in by]
    left = sum(
        not any(all(i in s for i, s in zip(place, read, strict=True)) for read in sets) for place in product(*map(range, dims))
    )
    claims: list[Reader] = [tuple(combs(*each, size) for each, size in zip(reader, dims, strict=True)) for reader in by]
    assert unread(claims, dims, range(axes)) == left


def read_in_torch(graph: Graph, ref: str, users: list[Node], shapes: dict[str, tuple[int, ...]]) -> torch.Tensor:
    """Where the sum of all that the users make of a tensor has a gradient."""
    x = torch.rand(shapes[ref], dtype=torch.float64).add(0.5).requires_grad_()
    total = torch.zeros((), dtype=torch.float64)
    for user in users:
        given_ = [x if read.node == ref else torch.rand(shapes[read.node], dtype=torch.float64) + 0.5 for read in user.inputs]
        total = total + _RUN[user.op.name](user.op, *given_).sum()
    (gradient,) = torch.autograd.grad(total, x, allow_unused=True)
    return torch.zeros(shapes[ref], dtype=torch.bool) if gradient is None else gradient != 0


@pytest.mark.parametrize("axes", [1, 2])
def test_against_gradients_through_pytorch(axes: int) -> None:
    tally_: Counter[str] = Counter()

    @cases(150)
    @given(networks(axes))
    def check(graph: Graph) -> None:
        known = facts(graph)
        shapes = {"x": graph.inputs[0].spec.dims} | {name: node.outputs[0].dims for name, node in known.nodes.items()}
        for ref, dims in shapes.items():
            users = graph.users(ref)
            by = [
                port[at]
                for user in users
                for port in readers(user.op, known.nodes[user.name].inputs, known.nodes[user.name].outputs)
                for at, read in enumerate(user.inputs)
                if read.node == ref
            ]
            if not users:
                continue
            gradient = read_in_torch(graph, ref, users, shapes)
            space = gradient.flatten(0, 1).any(dim=0)
            tally_["some left" if not space.all() else "all read"] += 1
            assert unread(by, dims, range(2, len(dims))) == int((~space).sum()), (ref, users)

    check()
    assert min(tally_.values()) > 50, tally_


def test_the_gradients_notice_a_wrong_claim() -> None:
    """The partner: a reader that says one place too many or too few does not agree with PyTorch."""
    op = lookup("conv")(out=1, kernel=(1,), stride=2, bias=False)
    x, y = TensorSpec((1, 1, 9)), TensorSpec((1, 1, 5))
    ((reader,),) = readers(op, (x,), (y,))
    gradient = torch.autograd.functional.jacobian(lambda t: F.conv1d(t, torch.ones(1, 1, 1), stride=2), torch.rand(1, 1, 9))
    left = int((gradient.flatten(0, 2).sum(0) == 0).sum())
    assert unread([reader], x.dims, (2,)) == left == 4
    for wrong in (Comb(0, 1, 2, 4), Comb(0, 2, 2, 5), Comb(0, 1, 3, 3)):
        assert unread([(None, None, (wrong,))], x.dims, (2,)) != left


@pytest.mark.parametrize(
    ("op", "settings", "run"),
    [
        ("unfold", {"kernel": (1, 2), "stride": (2, 3), "padding": (1, 0)}, lambda x: F.unfold(x, (1, 2), 1, (1, 0), (2, 3))),
        ("unfold", {"kernel": (2, 2), "dilation": (2, 7)}, lambda x: F.unfold(x, (2, 2), (2, 7))),
        ("sliding_window", {"axis": 3, "size": 2, "step": 3}, lambda x: x.unfold(3, 2, 3)),
    ],
)
def test_windows_laid_out_as_columns_read_what_they_hold(op: str, settings: dict[str, Any], run: Any) -> None:
    dims = (1, 2, 7, 10)
    made = lookup(op)(**settings)
    x = torch.ones(dims, dtype=torch.float64, requires_grad=True)
    run(x).sum().backward()
    ((reader,),) = readers(made, (TensorSpec(dims),), made.infer((TensorSpec(dims),)))
    assert unread([reader], dims, (2, 3)) == int((x.grad[0, 0] == 0).sum()) > 0


def test_a_map_of_any_size_is_counted_without_looking_at_its_pixels() -> None:
    """Else this would not end."""
    size = 10**12
    skips = (combs(window(1, 2), size // 2, size),) * 3
    thirds = (combs(window(1, 3), (size + 2) // 3, size),) * 3
    assert unread([skips], (size,) * 3, range(3)) == size**3 - (size // 2) ** 3
    third, sixth = (size + 2) // 3, (size + 5) // 6
    assert unread([skips, thirds], (size,) * 3, range(3)) == size**3 - (size // 2) ** 3 - third**3 + sixth**3
