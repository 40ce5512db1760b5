"""Dynamic dims and input shapes: bound by name, by place, by dim, or refused."""

from typing import Any

import onnx
import pytest
from onnx import helper

from convlens.importers.onnx import read
from convlens.ir.errors import UsageError
from tests.importers.onnx.models import make_model, output_shapes

TWO = {"a": ("N", 3, "H", "W"), "b": ("N", 3, "H", 5)}


def model(inputs: dict[str, Any]) -> onnx.ModelProto:
    nodes = [helper.make_node("Relu", [name], [f"y{name}"]) for name in inputs]
    return make_model(nodes, inputs, outputs=tuple(f"y{name}" for name in inputs))


@pytest.mark.parametrize(
    ("inputs", "dims"),
    [
        ((), {"N": 2, "H": 4, "W": 6}),
        ([(2, 3, 4, 6)], {}),
        ({"a": (2, 3, 4, 6)}, {"N": 2}),
        ({"b": (2, 3, 4, 5)}, {"W": 6}),
        ([(2, 3, 4, 6), (2, 3, 4, 5)], {}),
    ],
)
def test_every_way_to_bind(inputs: Any, dims: dict[str, int]) -> None:
    assert output_shapes(read(model(TWO), inputs, dims)) == [(2, 3, 4, 6), (2, 3, 4, 5)]


OPEN = """model: input 'a' is declared Nx3xHxW: axis 0 (N) is dynamic and needs a size
  fix: --input a=1x3x1x1 or --dim N=1"""


@pytest.mark.parametrize(
    ("inputs", "dims", "message"),
    [
        ((), {}, OPEN),
        ((), {"K": 1}, "model: the model has no dynamic dim 'K'; it has: N, H, W"),
        ((), {"N": 0}, "model: dim N=0: every size must be at least 1"),
        ({"c": (1,)}, {}, "model: the model has no input 'c'; its inputs are: a, b"),
        ([(1, 3, 4, 6)] * 3, {}, "model: 3 input shapes are given, but the model has 2 inputs: a, b"),
        ({"a": (1, 4, 4, 6)}, {}, "model: input 'a' is declared Nx3xHxW; 1x4x4x6 contradicts it"),
        ({"a": (1, 3, 4)}, {}, "model: input 'a' is declared Nx3xHxW, 4 axes, but 1x3x4 has 3"),
        ({"a": (1, 3, 4, 6), "b": (2, 3, 4, 5)}, {}, "model: dim 'N' is 1, but the shape given for input 'b' makes it 2"),
        ({"a": (1, 3, 4, 6)}, {"N": 2}, "model: dim 'N' is 2, but the shape given for input 'a' makes it 1"),
        ({"a": (1, 3, -4, 6)}, {}, "model: size -4 at axis 2 of '1x3x-4x6': every size must be at least 1"),
    ],
)  # fmt: skip
def test_messages(inputs: Any, dims: dict[str, int], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(model(TWO), inputs, dims)
    assert str(caught.value) == message
    assert caught.value.exit_code == 2


def test_a_dim_without_a_name_says_how_to_bind_it() -> None:
    with pytest.raises(UsageError, match=r"axis 0 \(unnamed\) is dynamic and needs a size\n  fix: --input x=1x3$"):
        read(model({"x": (None, 3)}))


def test_a_fixed_model_takes_its_own_shape_again() -> None:
    assert output_shapes(read(model({"x": (2, 3)}), [(2, 3)])) == [(2, 3)]


def test_an_input_with_an_initializer_is_no_true_input() -> None:
    proto = onnx.load(onnx.__path__[0] + "/backend/test/data/light/light_squeezenet.onnx")
    assert [item.name for item in read(proto).inputs] == ["data_0"]
    with pytest.raises(UsageError, match="has no input 'conv1_b_0'"):
        read(proto, {"conv1_b_0": (64,)})


def test_an_input_that_is_no_tensor() -> None:
    proto = make_model([helper.make_node("SequenceLength", ["x"], ["y"])], {})
    proto.graph.input.append(helper.make_tensor_sequence_value_info("x", onnx.TensorProto.FLOAT, None))
    with pytest.raises(UsageError, match="input 'x' is a sequence; only tensors"):
        read(proto)
