"""What an operator says that an output reads, against the derivatives of the function in PyTorch, output by output."""

from collections import Counter
from collections.abc import Iterator
from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.axis import IDENTITY, shift
from convlens.ir.op import WHOLE, Along, AxisRead, Read
from convlens.ir.spec import TensorSpec
from tests.ops.call import Call, Shape
from tests.ops.test_function_conformance import ours, theirs
from tests.ops.torch_structure import FUNCTIONS
from tests.strategies import cases

EXACT = ["squeeze", "unsqueeze", "stack", "tile", "tile, repeat", "repeat_interleave", "roll", "flip", "cdist"]
"""Functions that read exactly what they say; the others may skip what does not matter for these values."""

WITHIN = ["normalize", "scan", "sort", "topk", "kthvalue", "cosine_similarity", "pairwise_distance", "cross", "weight_norm"]


def said(read: AxisRead, y: Shape, size: int) -> set[int] | None:
    """The indices of one input axis that output ``y`` reads; None where no axis map says it."""
    if read is WHOLE:
        return set(range(size))
    if not isinstance(read, Along):
        return None
    runs = read.map.at(0 if read.axis is None else y[read.axis])
    return {i for low, high in runs for i in range(max(low, 0), min(high, size - 1) + 1)}


def real(call: Call) -> Iterator[tuple[Shape, int, list[set[int]]]]:
    """Output index, input number, and for each axis of that input the indices on which the output depends."""
    generator = torch.Generator().manual_seed(0)
    xs = [torch.rand(shape, generator=generator, dtype=torch.float64) + 0.5 for shape in call.shapes]
    jacobians = torch.autograd.functional.jacobian(lambda *t: first_of(call.run(*t)), tuple(xs))
    out = first_of(call.run(*xs)).shape
    for y in product(*map(range, out)):
        for number, jacobian in enumerate(jacobians):
            places = jacobian[y].nonzero().tolist()
            yield y, number, [{place[axis] for place in places} for axis in range(xs[number].dim())]


def first_of(result: object) -> torch.Tensor:
    return result[0] if isinstance(result, tuple) else result


def disagreement(call: Call, reads: tuple[Read, ...], *, exact: bool) -> str:
    for y, number, axes in real(call):
        for axis, found in enumerate(axes):
            claim = said(reads[number][axis], y, call.shapes[number][axis])
            if claim is None or not found or (claim >= found and not (exact and claim != found)):
                continue
            return f"{call}: output {y} reads {found} of axis {axis} of input {number}, not {claim}"
    return ""


def legal(call: Call) -> bool:
    answer = theirs(call)[0]
    return answer is not None and ours(call)[0] == answer and all(0 not in shape for shape, _ in answer)


@pytest.mark.parametrize(("names", "exact"), [(EXACT, True), (WITHIN, False)], ids=["exactly", "at most"])
def test_outputs_read_what_is_said(names: list[str], exact: bool) -> None:
    tally: Counter[str] = Counter()

    @cases(200)
    @given(st.sampled_from(names).flatmap(lambda name: st.composite(FUNCTIONS[name])()))
    def check(call: Call) -> None:
        floats = call._replace(dtypes=("float64",) * len(call.shapes))
        if not legal(floats):
            return
        tally[call.op] += 1
        reads = call.make().reads(tuple(TensorSpec(shape) for shape in call.shapes))[0]
        assert not disagreement(floats, reads, exact=exact), disagreement(floats, reads, exact=exact)

    check()
    assert len(tally) >= len({name.partition(",")[0] for name in names}) - 1, tally


def test_a_wrong_map_would_be_seen() -> None:
    call = Call("flip", {"over": (0,)}, lambda x: torch.flip(x, (0,)), ((4,),))
    (right,) = call.make().reads((TensorSpec((4,)),))
    assert not disagreement(call, right, exact=True)
    for wrong in (IDENTITY, shift(1)):
        assert disagreement(call, ((Along(0, wrong),),), exact=True)


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_channel_shuffle(groups: int) -> None:
    call = Call("channel_shuffle", {"groups": groups}, lambda x: torch.channel_shuffle(x, groups), ((1, 6, 2),))
    assert not disagreement(call, call.make().reads((TensorSpec((1, 6, 2)),))[0], exact=True)


@pytest.mark.parametrize("size", [2, 4, 6])
def test_glu(size: int) -> None:
    call = Call("glu", {"axis": 1}, lambda x: torch.nn.functional.glu(x, 1), ((2, size, 3),))
    assert not disagreement(call, call.make().reads((TensorSpec((2, size, 3)),))[0], exact=True)


@pytest.mark.parametrize(("kernel", "stride", "ceil"), [(2, 2, False), (3, 2, True), (3, 1, False)])
def test_lp_pool(kernel: int, stride: int, ceil: bool) -> None:
    settings = {"kernel": (kernel,), "stride": stride, "ceil_mode": ceil}
    run = lambda x: torch.nn.functional.lp_pool1d(x, 2, kernel, stride, ceil)
    call = Call("lp_pool", settings, run, ((1, 2, 7),))
    assert not disagreement(call, call.make().reads((TensorSpec((1, 2, 7)),))[0], exact=True)
