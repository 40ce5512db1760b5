"""Layers whose weights ONNX stores in forms of its own: quantised ones, tables, recurrent ones. Each value counts once."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import helper

from convlens.backends.reference import run as reference
from convlens.backends.torch import Executor
from convlens.importers.onnx import read
from convlens.ir.graph import Graph
from convlens.passes.facts import facts
from tests.importers.onnx.models import make_model, output_shapes

node = helper.make_node
SCALES = {"s": np.float32(0.1), "z": np.uint8(0), "ws": np.full(6, 0.1, np.float32), "wz": np.zeros(6, np.int8)}


def counted(graph: Graph) -> tuple[int, int]:
    """Parameters and MACs of all nodes."""
    found = facts(graph).nodes.values()
    return sum(f.params for f in found), sum(f.macs or 0 for f in found)


def qdq_model() -> onnx.ModelProto:
    """A convolution between quantised values, each taken back to real ones before it."""
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["xq"]),
        node("DequantizeLinear", ["xq", "s", "z"], ["xr"]),
        node("DequantizeLinear", ["w", "ws", "wz"], ["wr"], axis=0),
        node("DequantizeLinear", ["b", "ws", "wz"], ["br"], axis=0),
        node("Conv", ["xr", "wr", "br"], ["y"], name="conv"),
    ]
    stored = {**SCALES, "w": np.ones((6, 3, 3, 3), np.int8), "b": np.zeros(6, np.int32)}
    return make_model(nodes, {"x": (1, 3, 9, 9)}, stored)


def test_a_dequantised_weight_is_the_parameter_of_its_layer() -> None:
    graph = read(qdq_model())
    assert [n.op.name for n in graph] == ["quantize", "dequantize", "conv"]
    assert counted(graph) == (6 * 3 * 9 + 6, 6 * 7 * 7 * 3 * 9)
    assert not graph.extras


@pytest.mark.parametrize("bias", [True, False])
def test_quantised_convolution(bias: bool) -> None:
    stored = {**SCALES, "w": np.ones((6, 3, 3, 3), np.uint8), "b": np.zeros(6, np.int32)}
    inputs = ["x", "s", "z", "w", "s", "z", "s", "z", *(["b"] if bias else [])]
    graph = read(make_model([node("QLinearConv", inputs, ["y"], strides=[2, 2])], {"x": ((1, 3, 9, 9), np.uint8)}, stored))
    assert output_shapes(graph) == [(1, 6, 4, 4)]
    assert counted(graph) == (6 * 3 * 9 + 6 * bias, 6 * 4 * 4 * 3 * 9)


def test_a_quantised_matrix_is_a_linear_layer() -> None:
    inputs = ["x", "s", "z", "w", "s", "z", "s", "z"]
    stored = {**SCALES, "w": np.ones((5, 7), np.uint8)}
    graph = read(make_model([node("QLinearMatMul", inputs, ["y"])], {"x": ((2, 5), np.uint8)}, stored))
    assert counted(graph) == (35, 2 * 35)


def dynamic(*consumer: str) -> Graph:
    """Scale and zero point computed from the input."""
    nodes = [node("DynamicQuantizeLinear", ["x"], ["q", "qs", "qz"]), node(consumer[0], consumer[1:], ["y"])]
    return read(make_model(nodes, {"x": (1, 3, 9, 9)}, {**SCALES, "w": np.ones((6, 3, 3, 3), np.uint8)}))


def test_a_computed_zero_point_changes_no_count() -> None:
    graph = dynamic("ConvInteger", "q", "w", "qz")
    assert output_shapes(graph) == [(1, 6, 7, 7)]
    assert counted(graph) == (6 * 3 * 9, 6 * 7 * 7 * 3 * 9)
    assert None not in [f.elementwise for f in facts(graph).nodes.values()]


def test_an_operator_with_computed_scales_has_unknown_cost() -> None:
    graph = dynamic("DequantizeLinear", "q", "qs", "qz")
    (unknown,) = [n for n in graph if n.op.name == "opaque"]
    assert (unknown.op.call, facts(graph).nodes[unknown.name].macs) == ("onnx.DequantizeLinear", None)


def test_a_table_used_twice_counts_once() -> None:
    nodes = [
        node("Gather", ["w", "i"], ["a"]), node("Gather", ["w", "i"], ["b"]), node("Add", ["a", "b"], ["y"]),
    ]  # fmt: skip
    graph = read(make_model(nodes, {"i": ((2, 5), np.int64)}, {"w": np.ones((10, 8), np.float32)}))
    assert [n.op.name for n in graph] == ["embedding", "embedding", "add"]
    assert counted(graph) == (80, 0)


@pytest.mark.parametrize(("op", "gates"), [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("biased", [True, False])
def test_recurrent_layers(op: str, gates: int, directions: int, biased: bool) -> None:
    rows = gates * 3
    stored = {"w": np.ones((directions, rows, 5), np.float32), "r": np.ones((directions, rows, 3), np.float32)}
    if biased:
        stored["b"] = np.ones((directions, 2 * rows), np.float32)
    direction = "bidirectional" if directions == 2 else "reverse"
    graph = read(make_model([node(op, ["x", *stored], ["y"], hidden_size=3, direction=direction)], {"x": (7, 2, 5)}, stored))
    assert output_shapes(graph) == [(7, directions, 2, 3)]
    assert counted(graph) == (sum(w.size for w in stored.values()), 7 * 2 * directions * rows * (5 + 3))


def test_a_recurrent_weight_that_two_nodes_share_is_not_counted_twice() -> None:
    stored = {"w": np.ones((1, 3, 3), np.float32), "r": np.ones((1, 3, 3), np.float32)}
    nodes = [
        node("RNN", ["x", "w", "r"], ["", "h"], hidden_size=3), node("RNN", ["x", "w", "r"], ["y"], hidden_size=3),
    ]  # fmt: skip
    params, _ = counted(read(make_model(nodes, {"x": (7, 2, 3)}, stored)))
    assert params == 18


@pytest.mark.parametrize("axis", [None, 1, -1])
def test_a_quantisation_whose_numbers_are_stored_is_run_as_onnxruntime_does(axis: int | None) -> None:
    """Of the whole tensor, along its channels, along its last axis; there and back."""
    scale, zero = np.array([0.05, 0.1, 0.2], np.float32), np.array([3, 128, 0], np.uint8)
    stored = {"s": scale, "z": zero} if axis else {"s": scale[1], "z": zero[1]}
    along = {"axis": axis} if axis else {}
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["q"], **along), node("DequantizeLinear", ["q", "s", "z"], ["y"], **along)]
    model = make_model(nodes, {"x": (2, 3, 3)}, stored, ("q", "y"))
    x = np.random.default_rng(0).normal(0, 20, (2, 3, 3)).astype(np.float32)
    theirs = onnxruntime.InferenceSession(model.SerializeToString()).run(["q", "y"], {"x": x})
    graph = read(model)
    assert graph.nodes[0].op.zero_point == ((3, 128, 0) if axis else (128,))
    for ours in (Executor(graph)({"x": torch.from_numpy(x)}, {}), reference(graph, {"x": x}, {})):
        made = [np.asarray(each) for each in ours.values()]
        np.testing.assert_array_equal(made[0], theirs[0])
        np.testing.assert_allclose(made[1], theirs[1], rtol=1e-6)


@pytest.mark.parametrize(
    ("scale", "zero", "more"),
    [(0.0, 3, {}), (np.ones((3, 2), np.float32), np.zeros((3, 2), np.uint8), {"block_size": 2, "axis": 1})],
)
def test_numbers_that_our_operator_does_not_take_are_left_out(scale: object, zero: object, more: dict) -> None:
    stored = {"s": np.asarray(scale, np.float32), "z": np.asarray(zero, np.uint8)}
    graph = read(make_model([node("QuantizeLinear", ["x", "s", "z"], ["y"], **more)], {"x": (2, 3)}, stored, opset=21))
    assert graph.nodes[0].op.scale is None
