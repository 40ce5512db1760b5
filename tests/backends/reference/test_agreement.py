"""The two backends against each other: every operator, random settings, in float64."""

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convlens.backends.reference import NOT_COVERED, run
from convlens.backends.reference.formulas import FORMULAS
from convlens.backends.torch import Executor, initial_weights, weights_of
from convlens.importers.spelled import calls_of
from convlens.importers.torch import capture
from convlens.ir.errors import ConvlensError, UsageError
from convlens.ir.graph import Graph
from convlens.ir.op import lookup, names
from convlens.ir.spec import TensorSpec
from convlens.networks import load
from tests.backends.indexed import INDEXED, collides, indexed_inputs
from tests.backends.torch.test_layers import built
from tests.backends.values import alone, spec_of, values
from tests.ops.call import Call
from tests.ops.test_conformance import meaningless
from tests.ops.torch_functions import FUNCTIONS
from tests.ops.torch_layers import Layer, layers
from tests.strategies import cases

NOT_DRAWN = {"FractionalMaxPool2d", "FractionalMaxPool3d"}
RANDOM_TIES = {"sort", "argsort", "topk", "kthvalue", "reduce", "scan"}


def both(graph: Graph, xs: list[torch.Tensor], weights: dict) -> tuple[list[torch.Tensor], list[np.ndarray]]:
    given = {item.name: x for item, x in zip(graph.inputs, xs, strict=True)}
    with torch.no_grad():
        fast = Executor(graph)(given, weights)
    slow = run(graph, {name: x.numpy() for name, x in given.items()}, {key: w.detach().numpy() for key, w in weights.items()})
    assert list(fast) == list(slow)
    return list(fast.values()), list(slow.values())


NARROW = {torch.float32: 1e-6, torch.complex64: 1e-6, torch.float16: 1e-3, torch.bfloat16: 1e-2}
"""What PyTorch makes of whole numbers, and casts; everything else is float64 here."""


def agree(fast: list[torch.Tensor], slow: list[np.ndarray]) -> None:
    """Same shapes, and values that differ by less than 1e-10 of the largest; where a maximum is of nothing, its index may be any."""
    seen = np.abs(slow[0]) < np.inf if len(slow) == 2 and slow[1].dtype == np.int64 else np.True_
    for a, b in zip(fast, slow, strict=True):
        x = a.to(torch.complex128 if a.is_complex() else torch.float64).resolve_conj().numpy()
        assert x.shape == b.shape
        close = NARROW.get(a.dtype, 1e-10)
        largest = float(np.abs(b[np.isfinite(b)]).max(initial=1e-10))
        shown = seen if b.dtype == np.int64 else np.True_
        np.testing.assert_allclose(np.where(shown, x, 0), np.where(shown, b, 0), rtol=close, atol=close * largest, equal_nan=True)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("call", sorted(set(calls_of("torch.nn")) - NOT_DRAWN))
def test_layers(call: str) -> None:
    tally: Counter[str] = Counter()

    @cases(40 if "Conv" in call or "Pool" in call else 12)
    @given(layers([call]))
    def check(layer: Layer) -> None:
        made = built(layer)
        if made is None or meaningless(layer):
            tally["refused"] += 1
            return
        module, xs = made
        graph = capture(module, xs)
        agree(*both(graph, xs, weights_of(module, graph)))
        tally["compared"] += 1

    check()
    assert tally["compared"] > 2, tally


def inputs_of(call: Call) -> list[torch.Tensor]:
    """Real values in float64; indices point into the axis that they pick from, each at another place of a scatter's line."""
    if call.op in INDEXED:
        return indexed_inputs(call)
    dtypes = [
        "float64" if d in ("float32", "float16", "bfloat16") else "complex128" if d == "complex64" else d for d in call.dtypes
    ]
    dtypes = dtypes or ["float64"] * len(call.shapes)
    below = 4
    if call.op in ("gather", "index_select", "scatter"):
        below = call.shapes[0][call.settings["axis"] % len(call.shapes[0])]
    xs = [
        values(shape, dtype, seed, below if seed else 2)
        for seed, (shape, dtype) in enumerate(zip(call.shapes, dtypes, strict=True))
    ]
    if call.op == "max_unpool":
        axes = len(call.settings["kernel"])
        xs[1] = torch.arange(xs[1][(0,) * (xs[1].dim() - axes)].numel()).reshape(xs[1].shape[-axes:]).expand(xs[1].shape).clone()
    if call.op == "scatter" and call.settings["function"] == "replace":
        xs[1] = torch.zeros_like(xs[1]) if xs[1].shape[call.settings["axis"]] == 1 else xs[1]
    return xs


def comparable(call: Call, xs: list[torch.Tensor]) -> bool:
    """Several values replaced at one place: which of them stays is PyTorch's secret.

    An antialiased output that is one pixel wide has its first row in every row: a fault of PyTorch's (2.13, CPU).
    """
    if collides(call, xs):
        return False
    if call.settings.get("antialias"):
        return call.make().outputs(tuple(map(spec_of, xs)))[0].dims[-1] > 1
    if call.op == "scatter" and call.settings["function"] == "replace":
        axis = call.settings["axis"] % xs[1].dim()
        line = xs[1].sort(axis).values
        return not (line.diff(dim=axis) == 0).any()
    return True


def refused_by_pytorch(graph: Graph, xs: list[torch.Tensor]) -> bool:
    try:
        Executor(graph)({f"x{at}": x for at, x in enumerate(xs)}, drawn_weights(graph))
    except ConvlensError as error:
        assert "PyTorch refuses it" in str(error)
        return True
    return False


def drawn_weights(graph: Graph) -> dict[tuple[str, str], torch.Tensor]:
    node = graph.nodes[0]
    shapes = node.op.params(tuple(item.spec for item in graph.inputs))
    return {("op", name): values(shape, "float64", 7 + at) for at, (name, shape) in enumerate(shapes.items())}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - NOT_DRAWN))
def test_functions(name: str) -> None:
    tally: Counter[str] = Counter()

    @cases(150 if name == "elementwise" else 40)
    @given(st.composite(FUNCTIONS[name])())
    def check(call: Call) -> None:
        try:
            xs = inputs_of(call)
            graph = alone(call.make(), [spec_of(x) for x in xs])
        except (ConvlensError, IndexError, ZeroDivisionError):
            tally["refused"] += 1
            return
        if refused_by_pytorch(graph, xs) or not comparable(call, xs):
            tally["refused"] += 1
            return
        fast, slow = both(graph, xs, drawn_weights(graph))
        if any(x.dtype in (torch.bool, torch.int64, torch.int32, torch.uint8, torch.int8) for x in xs) and name in RANDOM_TIES:
            fast, slow = fast[:1], slow[:1]
        if "arg" in str(call.settings.get("function", "")) + name and xs[0].dtype != torch.float64:
            tally["compared"] += 1
            return
        agree(fast, slow)
        tally["compared"] += 1

    check()
    assert tally["compared"] > 2, tally


def test_every_operator_has_a_formula_or_a_reason() -> None:
    assert set(names()) == set(FORMULAS) | set(NOT_COVERED)
    assert not set(FORMULAS) & set(NOT_COVERED)


@pytest.mark.parametrize("name", sorted(NOT_COVERED))
def test_what_is_not_covered_says_why(name: str) -> None:
    settings = {"opaque": {"call": "f", "results": ["1:float32"]}, "fractional_max_pool": {"kernel": (1, 1), "size": (1, 1)}}
    graph = alone(lookup(name)(**settings.get(name, {})), [TensorSpec((1, 1, 3, 3))])
    with pytest.raises(UsageError, match=rf"{name} 'op' cannot be run: {NOT_COVERED[name]}"):
        run(graph, {"x0": np.zeros((1, 1, 3, 3))}, {})


UNTOLD = [
    ("quantize", {}, "float32", "the graph does not hold its scale and zero point"),
    ("dequantize", {}, "int8", "the graph does not hold its scale and zero point"),
    ("quantize", {"scale": 1.0, "dtype": "float8_e5m2"}, "float32", "its values are float8_e5m2, which NumPy does not have"),
    ("elementwise", {"function": "bernoulli"}, "float32", "its values are drawn at random"),
]
"""Settings of operators that have a formula for others."""


@pytest.mark.parametrize(("name", "settings", "dtype", "reason"), UNTOLD)
def test_settings_without_a_formula_say_why(name: str, settings: dict, dtype: str, reason: str) -> None:
    graph = alone(lookup(name)(**settings), [TensorSpec((3,), dtype)])
    with pytest.raises(UsageError, match=rf"^{name} 'op' cannot be run: {reason}$"):
        run(graph, {"x0": np.zeros(3, dtype)}, {})


CHANGES = [
    ("conv", {"out": 2, "kernel": (2, 3), "padding": ((1, 0), (2, 1))}, [(1, 2, 5, 6)], {"padding": ((0, 1), (1, 2))}),
    ("conv", {"out": 2, "kernel": (3,), "padding": "same", "stride": (2,)}, [(1, 2, 6)], {"padding": "same_lower"}),
    ("conv", {"out": 2, "kernel": (3,), "padding": 1, "padding_mode": "reflect"}, [(1, 2, 6)], {"padding_mode": "circular"}),
    ("conv_transpose", {"out": 2, "kernel": (3,), "stride": (2,), "padding": ((1, 0),)}, [(1, 2, 4)], {"padding": ((0, 1),)}),
    ("max_pool", {"kernel": (3,), "stride": (2,), "padding": ((0, 2),)}, [(1, 2, 7)], {"padding": ((2, 0),)}),
    ("avg_pool", {"kernel": (3,), "stride": (1,), "padding": ((0, 2),)}, [(1, 2, 6)], {"count_include_pad": False}),
    ("avg_pool", {"kernel": (2,), "dilation": (2,)}, [(1, 2, 6)], {"divisor": 3}),
    ("lp_pool", {"kernel": (2,), "padding": 1}, [(1, 2, 6)], {"p": 4.0}),
    ("unfold", {"kernel": (2, 2), "padding": ((1, 0), (0, 1))}, [(1, 2, 3, 3)], {"padding": ((0, 1), (0, 1))}),
    ("softmax", {"axis": 1}, [(2, 3, 4)], {"axis": 2}),
    ("layer_norm", {"shape": (4,)}, [(2, 4)], {"eps": 0.1}),
    ("threshold", {"threshold": 0.1, "slope": 0.3}, [(20,)], {"slope": 0.2}),
    ("softshrink", {"lambd": 0.3, "bias": 0.1}, [(20,)], {"bias": 0.2}),
    ("interpolate", {"size": (7,), "mode": "linear"}, [(1, 2, 4)], {"align_corners": True}),
    ("interpolate", {"size": (4, 5), "mode": "bicubic"}, [(1, 2, 7, 7)], {"antialias": True}),
    ("interpolate", {"size": (3, 4), "mode": "bilinear", "antialias": True}, [(1, 2, 7, 7)], {"align_corners": True}),
    ("quantize", {"scale": 0.1, "dtype": "int8"}, [(2, 9)], {"zero_point": 1}),
    ("quantize", {"scale": (0.1, 0.2), "axis": 0, "dtype": "int8"}, [(2, 2)], {"axis": 1}),
    ("gru", {"hidden": 3, "bidirectional": True}, [(4, 2, 3)], {"batch_first": True}),
]
"""Settings that no layer of PyTorch draws among them, and a change that keeps the shapes."""


@pytest.mark.parametrize(("name", "settings", "shapes", "change"), CHANGES)
def test_a_changed_setting_is_noticed(name: str, settings: dict, shapes: list, change: dict) -> None:
    """Right settings agree; the partner: one setting changed on one side, and they do not."""
    xs = [values(shape, "float64", at) for at, shape in enumerate(shapes)]
    right = alone(lookup(name)(**settings), [spec_of(x) for x in xs])
    fast, slow = both(right, xs, drawn_weights(right))
    agree(fast, slow)
    wrong = alone(lookup(name)(**{**settings, **change}), [spec_of(x) for x in xs])
    changed = run(wrong, {f"x{at}": x.numpy() for at, x in enumerate(xs)}, drawn_weights(right))
    with pytest.raises(AssertionError):
        agree(fast, list(changed.values()))


@pytest.mark.parametrize("name", ["lenet5"])
def test_a_whole_network(name: str) -> None:
    """With every tensor on the way, at a size that loops can do."""
    graph = load(name)
    weights = {key: w.double() for key, w in initial_weights(graph).items()}
    x = values(graph.inputs[0].spec.dims, "float64")
    fast = Executor(graph)({graph.inputs[0].name: x}, weights, keep_all=True)
    slow = run(graph, {graph.inputs[0].name: x}, weights, keep_all=True)
    assert set(fast) == set(slow)
    agree([fast[ref] for ref in slow], list(slow.values()))
