"""Every operator without a layer in torch.nn, against the torch function: shapes, dtypes and refusals."""

from collections import Counter

import pytest
import torch
from hypothesis import given

from convlens.importers.spelled import calls_of
from convlens.ir.errors import ConvlensError
from convlens.ir.op import names
from convlens.ir.spec import TensorSpec
from tests.ops.test_conformance import REFUSALS
from tests.ops.torch_functions import FUNCTIONS, Call, calls
from tests.strategies import cases

Answer = list[tuple[tuple[int, ...], str]]


def theirs(call: Call) -> tuple[Answer | None, str]:
    dtypes = call.dtypes or ("float32",) * len(call.shapes)
    xs = [torch.ones(shape, dtype=getattr(torch, dtype)) for shape, dtype in zip(call.shapes, dtypes, strict=True)]
    try:
        result = call.run(*xs)
    except REFUSALS as error:
        return None, f"{type(error).__name__}: {error}"
    ys = result if isinstance(result, tuple) else (result,)
    return [(tuple(y.shape), str(y.dtype).removeprefix("torch.")) for y in ys], ""


def ours(call: Call) -> tuple[Answer | None, str]:
    dtypes = call.dtypes or ("float32",) * len(call.shapes)
    try:
        ys = call.make().infer(tuple(map(TensorSpec, call.shapes, dtypes)))
    except ConvlensError as error:
        return None, str(error)
    return [(y.dims, y.dtype) for y in ys], ""


def meant(call: Call, why: str) -> str:
    """Why the two may differ here; empty anywhere else."""
    answer, _ = theirs(call)
    if answer is None and any(
        word in why for word in ("not implemented for", "not supported", "dtype", "boolean", "Boolean", "bool ")
    ):
        return "a function that PyTorch's kernels lack for a dtype; convlens checks shapes, and other frameworks have it"
    if answer and call.settings.get("causal") and len(call.shapes) > 3:
        return "a mask beside a causal one, which PyTorch's documentation forbids and only one of its kernels takes"
    if call.op == "interpolate" and len(call.settings.get("size", ())) == 1 and len(call.shapes[0]) > 3:
        return "one size for all axes, which PyTorch writes as a bare number"
    if call.settings.get("function") == "square" and call.dtypes == ("bool",):
        return "the square of a truth value, which PyTorch makes an int64"
    if answer and any(0 in shape for shape, _ in answer) and call.op in ("pad", "interpolate", "reshape", "expand"):
        return "a tensor without values, which convlens refuses to make by padding, resizing or reshaping"
    return ""


def test_functions_agree_with_pytorch() -> None:
    tally: Counter[str] = Counter()

    @cases(500)
    @given(calls())
    def check(call: Call) -> None:
        answer, why = theirs(call)
        found, reason = ours(call)
        tally["legal" if answer else "illegal"] += 1
        if answer != found and not meant(call, why):
            pytest.fail(f"{call}\n  PyTorch: {answer or why}\n  convlens: {found or reason}")

    check()
    assert tally["legal"] > tally["illegal"] > sum(tally.values()) // 12, tally


def test_every_operator_is_compared() -> None:
    compared = {entry.op.name for entry in calls_of("torch.nn").values()} | {name.partition(",")[0] for name in FUNCTIONS}
    assert set(names()) - compared == {"constant", "parameter", "opaque"}, "the sources, and what convlens does not know"


DTYPES = "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool".split()


@pytest.mark.parametrize("second", DTYPES)
@pytest.mark.parametrize("first", DTYPES)
def test_dtype_of_a_sum(first: str, second: str) -> None:
    for shapes in (((2,), (2,)), ((2,), ()), ((), (2,)), ((), ())):
        assert (
            ours(Call("add", {}, torch.add, shapes, (first, second)))[0]
            == theirs(Call("add", {}, torch.add, shapes, (first, second)))[0]
        )
