"""Which places are read: counted one by one, and by gradients through PyTorch."""

from collections import Counter
from itertools import product
from math import prod
from time import perf_counter
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.axis import (
    AxisMap,
    TooIrregularError,
    adaptive,
    constant,
    linear,
    nearest,
    repeat,
    stepped,
    table,
    transposed,
    window,
)
from convlens.ir.graph import Graph, Node
from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from convlens.passes.coverage import MOST, Comb, Combs, Reader, combs, readers, tally, unread
from convlens.passes.facts import facts
from tests.passes.small_networks import _RUN, networks
from tests.strategies import Draw, cases, ints


def listed(axis_map: AxisMap, outs: int, size: int) -> set[int]:
    """The places that the outputs read, by looking at each output."""
    return {i for y in range(outs) for low, high in axis_map.at(y) for i in range(max(low, 0), min(high, size - 1) + 1)}


def said(found: Combs | None, size: int) -> set[int]:
    return {i for i in range(size) if found is None or any(comb.holds(i) for comb in found)}


@st.composite
def maps(draw: Draw) -> AxisMap:
    n, k, s, p, d = (draw(ints(1, most)) for most in (12, 5, 6, 5, 5))
    return draw(
        st.sampled_from(
            [
                window(k, s, p - 1, d), window(k, s, p - 1, d), transposed(k, s, p - 1, d), repeat(s), nearest(n, k), linear(n, k + s),
                adaptive(n, k), stepped(p - 1, s), stepped(n, -s), constant(p - 1, p + k), table(n, lambda y: ((y % 3, y % 5 + 2),)),
            ]
        )
    )  # fmt: skip


def test_places_are_those_of_all_outputs() -> None:
    tally_: Counter[str] = Counter()

    @cases(2000)
    @given(maps(), ints(1, 14), ints(1, 40))
    def check(axis_map: AxisMap, outs: int, size: int) -> None:
        found, real = combs(axis_map, outs, size), listed(axis_map, outs, size)
        tally_["all" if found is None else "toothed" if any(comb.times > 1 for comb in found) else "runs"] += 1
        assert said(found, size) == real

    check()
    assert min(tally_["all"], tally_["toothed"], tally_["runs"]) > 100, tally_


@cases(600)
@given(st.lists(st.tuples(maps(), ints(1, 14)), min_size=1, max_size=4), ints(1, 60))
def test_places_are_tallied_by_who_reads_them(by: list[tuple[AxisMap, int]], size: int) -> None:
    read = [listed(axis_map, outs, size) for axis_map, outs in by]
    masks = Counter(sum(1 << r for r, places in enumerate(read) if i in places) for i in range(size))
    assert tally([combs(axis_map, outs, size) for axis_map, outs in by], size) == masks


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
    size = 10**12
    skips = (combs(window(1, 2), size // 2, size),) * 3
    thirds = (combs(window(1, 3), (size + 2) // 3, size),) * 3
    start = perf_counter()
    assert unread([skips], (size,) * 3, range(3)) == size**3 - (size // 2) ** 3
    third, sixth = (size + 2) // 3, (size + 5) // 6
    assert unread([skips, thirds], (size,) * 3, range(3)) == size**3 - (size // 2) ** 3 - third**3 + sixth**3
    assert perf_counter() - start < 0.5


def test_what_has_too_long_a_period_is_given_up() -> None:
    primes = [1009, 1013, 1019]
    by = [(Comb(0, 1, prime, MOST),) for prime in primes]
    with pytest.raises(TooIrregularError, match=f"the limit is {MOST}"):
        tally(by, prod(primes))
