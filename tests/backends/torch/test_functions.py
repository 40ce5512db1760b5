"""Every operator that torch.nn has no layer for: run as a graph of one node, against the torch function."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.backends.torch import Executor
from convlens.ir.errors import ConvlensError
from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from tests.backends.values import alone, close, values
from tests.ops.call import Call
from tests.ops.test_conformance import REFUSALS
from tests.ops.torch_functions import FUNCTIONS
from tests.strategies import cases

NOT_COMPARED = {"quantize", "dequantize", "deform_conv", "max_unpool, size"}
"""The first two cannot be run; torchvision, which the third is compared with, need not be installed; the drawn unpooling puts
all values in one place. The reference backend is compared with the last two."""

PICKING = {"gather", "index_select", "scatter", "max_unpool"}
"""The drawn functions take their indices times 0."""


def real_inputs(call: Call) -> list[torch.Tensor]:
    dtypes = call.dtypes or ("float64",) * len(call.shapes)
    below = 1 if call.op in PICKING else 2 if call.op == "one_hot" else 4
    return [values(shape, dtype, seed, below) for seed, (shape, dtype) in enumerate(zip(call.shapes, dtypes, strict=True))]


def theirs(call: Call) -> list[torch.Tensor] | None:
    """What the function gives; None where it refuses. ``update`` writes into its input, so it gets its own."""
    try:
        result = call.run(*(x.clone() for x in real_inputs(call)))
    except REFUSALS:
        return None
    return list(result) if isinstance(result, tuple) else [result]


def ours(call: Call) -> list[torch.Tensor] | None:
    xs = real_inputs(call)
    try:
        op = call.make()
        graph = alone(op, [TensorSpec(tuple(x.shape), str(x.dtype).removeprefix("torch.")) for x in xs])
    except ConvlensError:
        return None
    return list(Executor(graph)({f"x{at}": x for at, x in enumerate(xs)}, {}).values())


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", [name for name in sorted(FUNCTIONS) if name not in NOT_COMPARED])
def test_an_operator_computes_what_the_function_does(name: str) -> None:
    tally: Counter[str] = Counter()

    @cases(120 if name == "elementwise" else 40)
    @given(st.composite(FUNCTIONS[name])())
    def check(call: Call) -> None:
        expected = theirs(call)
        found = None if expected is None or any(0 in y.shape for y in expected) else ours(call)
        if expected is not None and found is not None:
            close(found, expected)
        tally["compared" if found is not None else "refused"] += 1

    check()
    assert tally["compared"] > tally["refused"] // 3, tally


@pytest.mark.parametrize(
    ("name", "settings", "shapes", "change"),
    [
        ("reduce", {"function": "var", "over": (1,)}, [(2, 5)], {"function": "std"}),
        ("pad", {"before": (1,), "after": (2,), "mode": "reflect"}, [(1, 2, 5)], {"mode": "circular"}),
        ("interpolate", {"scale": (1.7,), "mode": "linear"}, [(1, 2, 5)], {"align_corners": True}),
        ("roll", {"shifts": (1,), "over": (1,)}, [(2, 5)], {"shifts": (2,)}),
        ("elementwise", {"function": "maximum"}, [(5,), (5,)], {"function": "minimum"}),
        ("slice", {"on": (0,), "starts": (0,), "stops": (3,)}, [(5,)], {"starts": (1,), "stops": (4,)}),
    ],
)  # fmt: skip
def test_a_changed_setting_is_noticed(name: str, settings: dict, shapes: list, change: dict) -> None:
    """The partner: one setting changed, and the comparison fails."""
    right = Call(name, settings, lambda: None, tuple(shapes))
    wrong = Call(name, {**settings, **change}, lambda: None, tuple(shapes))
    close(ours(right) or [], ours(right) or [])
    with pytest.raises(AssertionError):
        close(ours(wrong) or [], ours(right) or [])


def test_what_cannot_be_run_says_so() -> None:
    from convlens.ir.errors import UsageError

    sort = lookup("opaque")(call="torch.unique", results=["3:float32"])
    with pytest.raises(UsageError, match=r"opaque 'op' cannot be run: of torch.unique only the output shapes are known"):
        Executor(alone(sort, [TensorSpec((3,))]))
    with pytest.raises(UsageError, match="quantize 'op' cannot be run: the graph does not hold its scale and zero point"):
        Executor(alone(lookup("quantize")(), [TensorSpec((3,))]))
    with pytest.raises(UsageError, match="elementwise .op. cannot be run: clamp takes 3 operands; the graph has 1 tensors"):
        Executor(alone(lookup("elementwise")(function="clamp", scalar=1.0), [TensorSpec((3,))]))
