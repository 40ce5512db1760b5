"""Every operator that torch.nn has no layer for: run as a graph of one node, against the torch function."""

from collections import Counter
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.backends.torch import Executor, weights_of
from convlens.importers.torch import capture
from convlens.ir.errors import ConvlensError
from convlens.ir.op import lookup
from convlens.ir.spec import TensorSpec
from tests.backends.values import alone, close, spec_of, values
from tests.ops.call import Call
from tests.ops.test_conformance import REFUSALS
from tests.ops.torch_functions import FUNCTIONS
from tests.strategies import cases

NOT_COMPARED = {"deform_conv", "max_unpool, size", "lstm, packed"}
"""Torchvision, which the first is compared with, need not be installed; the drawn unpooling puts all values in one place; the
weights of the last are those of a module, see the packed sequences below. The reference backend is compared with the first two.
"""

ZEROS = {"gather", "index_select", "scatter", "max_unpool", "index", "index_put", "gather_nd", "scatter_nd", "embedding_bag"}
"""The drawn functions take their indices times 0, and an empty mask; other indices are those of the tests below."""


def real_inputs(call: Call) -> list[torch.Tensor]:
    dtypes = call.dtypes or ("float64",) * len(call.shapes)
    below = 1 if call.op in ZEROS else 2 if call.op == "one_hot" else 4
    xs = [values(shape, dtype, seed, below) for seed, (shape, dtype) in enumerate(zip(call.shapes, dtypes, strict=True))]
    if call.settings.get("ended"):  # the drawn function ends its last bag where the indices end
        xs[1][-1] = xs[0].numel()
    return [x & False if call.op == "masked_scatter" and x.dtype == torch.bool else x for x in xs]


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


X = values((3, 4, 5), "float64")
ROWS, COLUMNS = torch.tensor([2, 0, 2]), torch.tensor([[1], [4]])


def _put(function: str, include: bool = True) -> Any:
    return lambda x, rows, value: x.index_reduce(0, rows, value, function, include_self=include)


INDEXING = [
    ("index", {"on": (0, 2)}, (X, ROWS, COLUMNS), lambda x, i, j: x[i, :, j]),
    ("index", {"on": (1, -1)}, (X, ROWS, COLUMNS), lambda x, i, j: x[:, i, j]),
    ("index_put", {"on": (0,), "function": "add"}, (X, ROWS, X), lambda x, i, v: x.index_add(0, i, v)),
    ("index_put", {"on": (0,), "function": "prod"}, (X, ROWS, X), _put("prod")),
    ("index_put", {"on": (0,), "function": "mean"}, (X, ROWS, X), _put("mean")),
    ("index_put", {"on": (0,), "function": "amax"}, (X, ROWS, X.flip(0)), _put("amax")),
    ("index_put", {"on": (0,), "function": "amin"}, (X, ROWS, X.flip(0)), _put("amin")),
    ("index_put", {"on": (1,)}, (X, ROWS[1:], X[:, :2]), lambda x, i, v: x.index_copy(1, i, v)),
    ("gather_nd", {"batch": 1}, (X, torch.tensor([[[1, 4]], [[3, 0]], [[0, 2]]])),
     lambda x, i: torch.stack([x[0, 1, 4], x[1, 3, 0], x[2, 0, 2]])[:, None]),
    ("scatter_nd", {"function": "max"}, (X, torch.tensor([[1], [0]]), X[:2]),
     lambda x, i, v: torch.stack([torch.maximum(x[0], v[1]), torch.maximum(x[1], v[0]), x[2]])),
    ("masked_scatter", {}, (X, X > 0, X.flatten()), torch.masked_scatter),
    ("searchsorted", {"right": True}, (torch.tensor([0.0, 1, 1, 2]), torch.tensor([1.0, 3])), lambda o, v: torch.tensor([3, 4])),
    ("embedding_bag", {"count": 3, "width": 4, "function": "max"}, (ROWS, torch.tensor([0, 1]), X[:, :, 0]),
     lambda i, o, w: torch.stack([w[2], torch.maximum(w[0], w[2])])),
    ("elementwise", {"function": "triu", "scalar": 1.0}, (X,), lambda x: x.triu(1)),
    ("elementwise", {"function": "logit", "scalar": 0.25}, (X.sigmoid(),), lambda x: x.logit(0.25)),
    ("elementwise", {"function": "round", "scalar": 2.0}, (X,), lambda x: x.round(decimals=2)),
    ("elementwise", {"function": "nan_to_num", "scalar": 3.0}, (X.log(),), lambda x: x.nan_to_num(3.0)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "xs", "run"), INDEXING)
def test_indices_and_numbers_as_pytorch_takes_them(name: str, settings: dict, xs: tuple, run: Any) -> None:
    graph = alone(lookup(name)(**settings), [spec_of(x) for x in xs])
    close(list(Executor(graph)({f"x{at}": x for at, x in enumerate(xs)}, {}).values()), [run(*xs)])


@pytest.mark.parametrize("kind", [torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN])
def test_packed_sequences(kind: type[torch.nn.RNNBase]) -> None:
    """Packed, run and padded again: as captured from a module that says so."""

    class Packed(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = kind(3, 4, 2, bidirectional=True)

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            steps, states = self.net(torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor([5, 3, 3, 1])))
            return torch.nn.utils.rnn.pad_packed_sequence(steps)[0], states[0] if isinstance(states, tuple) else states

    module, x = Packed().double(), values((5, 4, 3), "float64")
    graph = capture(module, [x])
    empty = {
        (node.name, "value"): torch.zeros(20, 8).double() for node in graph if node.op.name == "constant" and node.value is None
    }
    weights = {**weights_of(module, graph), **empty}
    with torch.no_grad():
        close(list(Executor(graph)({graph.inputs[0].name: x}, weights).values()), list(module(x)))


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
