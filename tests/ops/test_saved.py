"""What each operator keeps for backward, against the memory that PyTorch's autograd really holds, to the byte."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from torch import nn

from convlens.importers.spelled import bind, calls_of, make
from convlens.importers.torch import capture
from convlens.ir.backward import Wanted
from convlens.ir.errors import ConvlensError
from convlens.ir.op import Op
from convlens.ir.spec import TensorSpec
from convlens.passes.facts import facts
from convlens.passes.training import total_saved, training
from tests.importers.torch.oracle import saved_bytes
from tests.ops.test_conformance import REFUSALS
from tests.ops.torch_functions import FUNCTIONS, Call, calls
from tests.ops.torch_layers import Layer, inputs_of, layers
from tests.strategies import cases

OTHERWISE = {
    "einsum": "PyTorch multiplies reordered copies",
    "deform_conv": "the oracle is written in Python and keeps what it computes on the way; torchvision's kernel keeps its inputs",
    "fft": "PyTorch keeps the input of a real transform for its size alone",
    "stft": "as fft",
    "gather_nd": "an operator of ONNX; the oracle's indexing sometimes takes a single place, which keeps nothing",
    "embedding_bag": "PyTorch's kernel keeps which bag each index is in, and how large each bag is",
    "scaled_dot_product_attention": "small or masked heads take PyTorch's plain path, which keeps all scores; fused kernels do not",
    "weight_norm": "over another axis than the first PyTorch computes the norm step by step",
}
"""Operators whose figure is meant to differ, and why."""

LAYERS_OTHERWISE = {
    "Dropout1d": "an input without a batch is drawn one by one there, by the channel in a module",
    "Dropout2d": "as Dropout1d",
    "Dropout3d": "as Dropout1d",
    "GRU": "PyTorch copies what a direction reads where the batch stands first",
    "RNN": "as GRU",
    "LSTM": "as GRU",
}


def ours(op: Op, xs: tuple[TensorSpec, ...]) -> int:
    """The bytes for all gradients."""
    ys = op.infer(xs)
    wanted = Wanted(frozenset(at for at, x in enumerate(xs) if x.floating), bool(op.params(xs)))
    saved = op.saved(xs, wanted)
    return sum(xs[at].bytes for at in saved.inputs) + sum(ys[at].bytes for at in saved.outputs) + saved.made + saved.drawn


def tensor(shape: tuple[int, ...], dtype: str) -> torch.Tensor:
    made = torch.rand(shape).to(getattr(torch, dtype)) if dtype != "int64" else torch.zeros(shape, dtype=torch.int64)
    return made.requires_grad_(made.is_floating_point())


def theirs(run: Callable[..., Any], xs: list[torch.Tensor]) -> int | None:
    """None where PyTorch refuses."""
    try:
        return saved_bytes(run, *xs)
    except REFUSALS:
        return None


def test_layers_keep_what_autograd_saves() -> None:
    compared: Counter[str] = Counter()

    @cases(500)
    @given(layers())
    def check(layer: Layer) -> None:
        entry = calls_of("torch.nn")[layer.call]
        xs = tuple(TensorSpec(*item) for item in inputs_of(layer))
        try:
            module = getattr(nn, layer.call)(**layer.kwargs).train()
            op = make(entry, bind(entry.spelling, (), layer.kwargs, entry.axes).settings)
            op.infer(xs)
        except (*REFUSALS, ConvlensError):
            return
        truth = theirs(module, [tensor(*item) for item in inputs_of(layer)])
        if truth is not None and entry.op.name not in OTHERWISE and layer.call not in LAYERS_OTHERWISE:
            compared[layer.call] += 1
            assert ours(op, xs) == truth, layer

    check()
    assert len(compared) > 40, compared


def copied(call: Call) -> bool:
    """Does PyTorch copy what it then keeps: factors that both broadcast, operands of several dtypes, packed sequences?"""
    lead = {shape[:-2] for shape in call.shapes}
    mixed = len(set(call.dtypes)) > 1 or call.settings.get("function") == "float_power"
    return bool(call.settings.get("packed")) or (call.op == "matmul" and len(lead) > 1) or (call.op == "elementwise" and mixed)


def test_functions_keep_what_autograd_saves() -> None:
    compared: Counter[str] = Counter()

    @cases(500)
    @given(calls())
    def check(call: Call) -> None:
        dtypes = call.dtypes or ("float32",) * len(call.shapes)
        xs = tuple(map(TensorSpec, call.shapes, dtypes))
        try:
            outputs = call.make().infer(xs)
        except ConvlensError:
            return
        if call.op in OTHERWISE or copied(call) or not outputs[0].floating or not any(x.floating for x in xs):
            return
        if call.op == "interpolate" and call.settings["mode"] == "area":
            return  # an adaptive average, which is compared as one
        truth = theirs(call.run, list(map(tensor, call.shapes, dtypes)))
        if truth is not None:
            compared[call.op] += 1
            assert ours(call.make(), xs) == truth, call

    check()
    assert len(compared) > 25, compared


RECURRENT = [
    nn.LSTM(3, 5), nn.LSTM(3, 5, 2), nn.LSTM(3, 5, 2, bidirectional=True), nn.LSTM(3, 5, 2, proj_size=2), nn.GRU(3, 5, 2), nn.RNN(3, 5, 2),
]  # fmt: skip


@pytest.mark.parametrize("layer", RECURRENT, ids=str)
def test_recurrent_layers_keep_their_gates_and_states(layer: nn.Module) -> None:
    x = torch.rand(7, 2, 3, requires_grad=True)
    node = next(node for node in capture(layer, ((7, 2, 3),)) if node.op.params((TensorSpec((7, 2, 3)),)))
    assert ours(node.op, (TensorSpec((7, 2, 3)),)) == saved_bytes(layer, x)


IN_PLACE = ["relu", "relu6", "hardtanh", "elu", "selu", "celu", "leaky_relu", "silu", "hardswish", "hardsigmoid", "mish", "rrelu"]


class Between(nn.Module):
    """A function between two products, which keep what they multiply."""

    def __init__(self, run: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.first, self.run, self.second = nn.Linear(6, 5), run, nn.Linear(5, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.run(self.first(x)))


@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_takes_the_memory_or_costs_a_copy(name: str, inplace: bool) -> None:
    module = Between(lambda x: getattr(nn.functional, name)(x, inplace=inplace))
    assert captured_bytes(module, (3, 6)) == saved_bytes(module, torch.rand(3, 6))


IN_PLACE_METHODS = {
    "sigmoid_": lambda x: x.sigmoid_(), "tanh_": lambda x: x.tanh_(), "add_": lambda x: x.add_(1), "clamp_": lambda x: x.clamp_(0, 1),
    "exp_": lambda x: x.exp_(), "abs_": lambda x: x.abs_(), "mul_": lambda x: x.mul_(3), "+=": lambda x: x.__iadd__(x),
}  # fmt: skip


@pytest.mark.parametrize("name", IN_PLACE_METHODS)
def test_methods_in_place(name: str) -> None:
    module = Between(IN_PLACE_METHODS[name])
    assert captured_bytes(module, (3, 6)) == saved_bytes(module, torch.rand(3, 6))


def captured_bytes(module: nn.Module, shape: tuple[int, ...]) -> int:
    graph = capture(module, (shape,))
    return total_saved(training(graph, facts(graph)))


def test_in_place_makes_a_difference() -> None:
    """The partner: PyTorch really saves less, and really more."""
    for name, less in (("leaky_relu", True), ("silu", False)):
        plain, written = (
            saved_bytes(Between(lambda x, i=i, n=name: getattr(nn.functional, n)(x, inplace=i)), torch.rand(3, 6))
            for i in (False, True)
        )
        assert (written < plain) == less


def test_the_exceptions_are_real() -> None:
    """Each of them differs from PyTorch in at least one draw."""
    differing: set[str] = set()

    @cases(900)
    @given(calls(sorted(name for name in FUNCTIONS if name.partition(",")[0] in OTHERWISE)))
    def check(call: Call) -> None:
        xs = tuple(map(TensorSpec, call.shapes, call.dtypes or ("float32",) * len(call.shapes)))
        try:
            call.make().infer(xs)
        except ConvlensError:
            return
        truth = theirs(call.run, [tensor(x.dims, x.dtype) for x in xs])
        if truth is not None and truth != ours(call.make(), xs):
            differing.add(call.op)

    check()
    assert differing == set(OTHERWISE)
