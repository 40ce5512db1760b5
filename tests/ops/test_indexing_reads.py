"""What reading and writing by indices say that an output reads, against PyTorch's derivatives by the inputs of real numbers."""

from collections import Counter
from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.arith.axis import shift
from convlens.ir.op import Along, Read
from convlens.ir.spec import TensorSpec
from tests.ops.call import Call
from tests.ops.test_function_conformance import ours, theirs
from tests.ops.test_reads import said
from tests.ops.torch_indexing import FUNCTIONS
from tests.strategies import cases

NAMES = ["index", "index_put", "gather_nd", "scatter_nd", "embedding_bag, function"]


def disagreement(call: Call, reads: tuple[Read, ...]) -> str:
    """The first dependence of an output on a place of an input of real numbers that is not among what is said to be read."""
    real = [at for at, dtype in enumerate(call.dtypes) if dtype.startswith("float")]
    generator = torch.Generator().manual_seed(0)
    xs = [
        (torch.rand(shape, generator=generator) + 0.5 if at in real else torch.ones(shape)).to(getattr(torch, dtype))
        for at, (shape, dtype) in enumerate(zip(call.shapes, call.dtypes, strict=True))
    ]

    def run(*values: torch.Tensor) -> torch.Tensor:
        given_ = dict(zip(real, values, strict=True))
        return call.run(*(given_.get(at, x) for at, x in enumerate(xs)))

    jacobians = torch.autograd.functional.jacobian(run, tuple(xs[at] for at in real))
    for number, jacobian in zip(real, jacobians, strict=True):
        for y in product(*map(range, run(*(xs[at] for at in real)).shape)):
            for axis, found in enumerate({p[a] for p in jacobian[y].nonzero().tolist()} for a in range(xs[number].dim())):
                claim = said(reads[number][axis], y, call.shapes[number][axis])
                if claim is not None and not claim >= found:
                    return f"{call}: output {y} reads {found} of axis {axis} of input {number}, not {claim}"
    return ""


def legal(call: Call) -> bool:
    return theirs(call)[0] is not None and ours(call)[0] == theirs(call)[0]


def test_outputs_read_what_is_said() -> None:
    tally: Counter[str] = Counter()

    @cases(200)
    @given(st.sampled_from(NAMES).flatmap(lambda name: st.composite(FUNCTIONS[name])()))
    def check(call: Call) -> None:
        if legal(call):
            tally[call.op] += 1
            (reads,) = call.make().reads(tuple(map(TensorSpec, call.shapes, call.dtypes)))
            assert not disagreement(call, reads), disagreement(call, reads)

    check()
    assert len(tally) == len(NAMES), tally


@pytest.mark.parametrize("axis", [0, 2])
def test_a_wrong_map_would_be_seen(axis: int) -> None:
    call = Call("index", {"on": (1,)}, lambda x, i: x[:, i * 0], ((2, 3, 4), (5,)), ("float32", "int64"))
    (reads,) = call.make().reads((TensorSpec((2, 3, 4)), TensorSpec((5,), "int64")))
    assert not disagreement(call, reads)
    wrong = (*reads[0][:axis], Along(axis, shift(1)), *reads[0][axis + 1 :])
    assert disagreement(call, (wrong, reads[1]))
