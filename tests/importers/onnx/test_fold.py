"""Chains by which exporters compute shapes leave no node; stored tensors keep their identity."""

from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper
from onnx.reference import ReferenceEvaluator

from convlens.importers.onnx import read
from convlens.ir.graph import Tie
from convlens.passes.facts import facts
from tests.importers.onnx.models import make_model, output_shapes

node = helper.make_node


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def test_shape_gather_concat_reshape() -> None:
    model = make_model(
        [
            node("Shape", ["x"], ["s"]),
            node("Gather", ["s", "zero"], ["n"], axis=0),
            node("Unsqueeze", ["n", "first"], ["n1"]),
            node("Concat", ["n1", "minus"], ["target"], axis=0),
            node("Reshape", ["x", "target"], ["y"]),
        ],
        {"x": ("N", 3, 4, 5)},
        {"zero": np.array(0), "first": ints(0), "minus": ints(-1)},
    )
    graph = read(model, dims={"N": 7})
    assert [n.op.name for n in graph] == ["reshape"]
    assert output_shapes(graph) == [(7, 60)]


def test_upsample_to_a_computed_size() -> None:
    """Size, cast, times a float, floor, cast, concat: the chain of older PyTorch exporters."""
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("Slice", ["s", "two", "four"], ["space"]),
        node("Cast", ["space"], ["real"], to=onnx.TensorProto.FLOAT),
        node("Mul", ["real", "factor"], ["scaled"]),
        node("Floor", ["scaled"], ["floored"]),
        node("Cast", ["floored"], ["whole"], to=onnx.TensorProto.INT64),
        node("Slice", ["s", "nought", "two"], ["lead"]),
        node("Concat", ["lead", "whole"], ["sizes"], axis=0),
        node("Resize", ["x", "", "", "sizes"], ["y"], mode="linear"),
    ]
    stored = {"two": ints(2), "four": ints(4), "nought": ints(0), "factor": np.array([1.7, 2.0], np.float32)}
    graph = read(make_model(nodes, {"x": (1, 3, 10, 11)}, stored))
    assert [n.op.name for n in graph] == ["interpolate"]
    assert output_shapes(graph) == [(1, 3, 17, 22)]


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=4), st.lists(st.integers(1, 9), min_size=1, max_size=1), st.data())
def test_arithmetic_is_that_of_a_run(left: list[int], right: list[int], data: Any) -> None:
    op = data.draw(st.sampled_from(["Add", "Sub", "Mul", "Div", "Mod", "Min", "Max", "Equal", "Less"]))
    logical = op in ("Equal", "Less")
    nodes = [node(op, ["a", "b"], ["c"])]
    nodes.append(node("Where", ["c", "one", "two"], ["d"]) if logical else node("Identity", ["c"], ["d"]))
    stored = {"a": ints(*left), "b": ints(*right), "one": ints(1), "two": ints(2)}
    (expected,) = ReferenceEvaluator(make_model(nodes, {}, stored, ("d",))).run(None, {})
    sizes = [*nodes, node("Abs", ["d"], ["e"]), node("Add", ["e", "one"], ["f"]), node("Expand", ["x", "f"], ["y"])]
    assert output_shapes(read(make_model(sizes, {"x": (1,)}, stored))) == [tuple(abs(int(v)) + 1 for v in expected)]


CONSTANT_SHAPES = [
    ([node("Range", ["0", "6", "2"], ["t"])], [0, 2, 4]),
    ([node("ConstantOfShape", ["two"], ["t"], value=helper.make_tensor("v", onnx.TensorProto.INT64, [1], [5]))], [5, 5]),
    ([node("Constant", [], ["t"], value_ints=[3, 4])], [3, 4]),
    ([node("Constant", [], ["t"], value=helper.make_tensor("v", onnx.TensorProto.INT64, [2], [3, 4]))], [3, 4]),
    ([node("Slice", ["list", "end", "start", "axis", "back"], ["t"])], [4, 3]),
    ([node("Gather", ["list", "pick"], ["t"])], [4, 2]),
    ([node("Neg", ["list"], ["n"]), node("Abs", ["n"], ["t"])], [2, 3, 4]),
    ([node("ReduceProd", ["list"], ["t"])], [24]),
    ([node("Squeeze", ["row", "axis"], ["t"])], [2, 3]),
    ([node("Flatten", ["row"], ["f"]), node("Reshape", ["f", "minus"], ["t"])], [2, 3]),
    ([node("Expand", ["two", "three"], ["t"])], [2, 2, 2]),
    ([node("Size", ["list"], ["s"]), node("Unsqueeze", ["s", "axis"], ["t"])], [3]),
    ([node("Not", ["flag"], ["c"]), node("Where", ["c", "two", "three"], ["t"])], [3]),
    ([node("Shape", ["x"], ["s"], start=-1), node("Max", ["s", "two", "three"], ["t"])], [3]),
    (
        [
            node("Cast", ["list"], ["real"], to=1),
            node("Div", ["real", "two_"], ["quotient"]),
            node("Ceil", ["quotient"], ["up"]),
            node("Cast", ["up"], ["t"], to=7),
            node("Constant", [], ["two_"], value_float=2.0),
        ],
        [1, 2, 2],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("nodes", "expected"), CONSTANT_SHAPES, ids=lambda v: v[0].op_type if hasattr(v[0], "op_type") else "")
def test_folded_values(nodes: list[Any], expected: list[int]) -> None:
    stored = {
        "0": np.array(0), "6": np.array(6), "2": np.array(2), "two": ints(2), "three": ints(3), "list": ints(2, 3, 4),
        "start": ints(0), "end": ints(-1), "axis": ints(0), "back": ints(-1), "pick": ints(-1, 0), "row": ints(2, 3)[None],
        "minus": ints(-1), "flag": np.array([True]), "half": np.array([0.5], np.float32),
    }  # fmt: skip
    graph = read(make_model([*nodes, node("Expand", ["x", "t"], ["y"])], {"x": (1,)}, stored))
    assert output_shapes(graph) == [tuple(expected)]
    assert [n.op.name for n in graph] == ["expand"]


def params(graph: Any) -> int:
    return sum(n.params for n in facts(graph).nodes.values())


def test_a_stored_tensor_used_by_two_layers_is_counted_once() -> None:
    weight = np.ones((4, 4, 1, 1), np.float32)
    model = make_model([node("Conv", ["x", "w"], ["h"]), node("Conv", ["h", "w"], ["y"])], {"x": (1, 4, 5, 5)}, {"w": weight})
    graph = read(model)
    assert graph.nodes[1].ties == (Tie("weight", "h", "weight"),)
    assert params(graph) == 16


def test_one_tensor_as_scale_and_shift_is_counted_once() -> None:
    stored = {"w": np.ones(4, np.float32), "m": np.ones(4, np.float32)}
    graph = read(make_model([node("BatchNormalization", ["x", "w", "w", "m", "m"], ["y"])], {"x": (1, 4, 5, 5)}, stored))
    assert params(graph) == 4


def test_reshaped_weights_keep_their_identity() -> None:
    """An embedding as output layer: transposed for the product, and a scale that is unsqueezed for the image."""
    stored = {"w": np.ones((5, 3), np.float32), "s": np.ones(3, np.float32), "axes": ints(1, 2)}
    nodes = [
        node("Transpose", ["w"], ["wt"]),
        node("Unsqueeze", ["s", "axes"], ["s3"]),
        node("Mul", ["x", "s3"], ["h"]),
        node("MatMul", ["h", "wt2"], ["k"]),
        node("MatMul", ["k", "wt"], ["y"]),
        node("Identity", ["w"], ["wt2"]),
    ]
    graph = read(make_model(nodes, {"x": (1, 3, 4, 5)}, stored))
    assert params(graph) == 15 + 3
    assert [n.op.name for n in graph] == ["parameter", "mul", "linear", "linear"]


def test_a_computed_weight_counts_what_it_is_computed_from() -> None:
    """Weight normalisation: 4 gains and 4*3*3*3 directions, not the weight that comes of them."""
    stored = {"g": np.ones((4, 1, 1, 1), np.float32), "v": np.ones((4, 3, 3, 3), np.float32), "axes": ints(1, 2, 3)}
    nodes = [
        node("ReduceL2", ["v", "axes"], ["n"]),
        node("Div", ["v", "n"], ["u"]),
        node("Mul", ["u", "g"], ["w"]),
        node("Conv", ["x", "w"], ["y"]),
    ]
    graph = read(make_model(nodes, {"x": (1, 3, 8, 8)}, stored))
    assert params(graph) == 4 + 108
    assert facts(graph).nodes["y"].macs == 36 * 4 * 27


def test_integers_are_buffers_and_constants_are_not_trained() -> None:
    table = helper.make_tensor("v", onnx.TensorProto.FLOAT, [3], [1.0, 2.0, 3.0])
    nodes = [
        node("Constant", [], ["mean"], value=table),
        node("Sub", ["x", "mean"], ["h"]),
        node("Cast", ["h"], ["c"], to=7),
        node("Add", ["c", "i"], ["y"]),
    ]
    graph = read(make_model(nodes, {"x": (2, 3)}, {"i": ints(1, 2, 3)}))
    assert params(graph) == 0
    assert sum(n.buffers for n in facts(graph).nodes.values()) == 6


def test_a_tower_of_squares_ends() -> None:
    nodes = [node("Mul", [f"v{i}", f"v{i}"], [f"v{i + 1}"]) for i in range(400)]
    graph = read(make_model([*nodes, node("Add", ["x", "v400"], ["y"])], {"x": ((1,), np.int64)}, {"v0": ints(3)}))
    assert output_shapes(graph) == [(1,)]
