"""Attributes and constants that are not what an operator needs: refused, never read as something else."""

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from convlens.importers.onnx import read
from convlens.importers.onnx.tensor import MAX_VALUES
from convlens.importers.onnx.wire import LONG, NOTE, without_data
from convlens.ir.errors import ConvlensError, GraphError, ShapeError, UsageError
from convlens.passes.facts import facts
from tests.importers.onnx.models import make_model, output_shapes

node = helper.make_node
IMAGE = (1, 3, 8, 8)


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def spread(values: onnx.TensorProto, tmp_path: Any) -> Any:
    """The graph of a model, read from its file, that takes the parts ``values`` of an axis."""
    count = values.dims[0]
    model = make_model([node("Split", ["x", "s"], [f"o{k}" for k in range(count)], axis=1)], {"x": (1, 2 * count)},
                       outputs=("o0", f"o{count - 1}"))  # fmt: skip
    model.graph.initializer.append(values)
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    return read(tmp_path / "m.onnx")


@pytest.mark.parametrize("count", [MAX_VALUES - 1, MAX_VALUES])
def test_constants_up_to_the_limit_are_read(count: int, tmp_path: Any) -> None:
    values = numpy_helper.from_array(ints(count + 1, *(1,) * (count - 1)), "s")
    assert output_shapes(spread(values, tmp_path)) == [(1, count + 1), (1, 1)]


def typed(count: int, value: int) -> onnx.TensorProto:
    return onnx.TensorProto(name="s", data_type=onnx.TensorProto.INT64, dims=[count], int64_data=[value] * count)


def test_data_that_was_left_out_is_unknown_and_not_empty(tmp_path: Any) -> None:
    """A negative number takes ten bytes, so fewer than `MAX_VALUES` of them are too long for `LONG`."""
    count = LONG // 10 + 1
    known = facts(spread(typed(count, -1), tmp_path))
    assert known.broken is not None
    assert "is not known" in str(known.error)


def test_a_stored_shape_that_was_left_out_is_no_scalar(tmp_path: Any) -> None:
    nodes = [node("ConstantOfShape", ["s"], ["c"]), node("Add", ["x", "c"], ["y"])]
    model = make_model(nodes, {"x": IMAGE})
    model.graph.initializer.append(typed(LONG // 10 + 1, -1))
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    assert facts(read(tmp_path / "m.onnx")).broken is not None


def test_the_note_of_what_was_left_out_outlives_a_doc_string(tmp_path: Any) -> None:
    weight = numpy_helper.from_array(np.ones((100, 100), np.float32), "w")
    weight.doc_string = "learned"
    model = make_model([node("MatMul", ["x", "w"], ["y"])], {"x": (1, 100)})
    model.graph.initializer.append(weight)
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    small = onnx.ModelProto.FromString(without_data(model.SerializeToString()))
    assert small.graph.initializer[0].doc_string.startswith(NOTE)
    assert facts(read(tmp_path / "m.onnx")).nodes["y"].params == 10_000


def one(op: str, *inputs: Any, opset: int = 18, **attrs: Any) -> onnx.ModelProto:
    """A model of one node; a tuple is the shape of an input, an array is stored."""
    names = [f"i{k}" for k in range(len(inputs))]
    given = {n: x for n, x in zip(names, inputs, strict=True) if isinstance(x, tuple)}
    stored = {n: x for n, x in zip(names, inputs, strict=True) if not isinstance(x, tuple)}
    return make_model([node(op, names, ["y"], **attrs)], given, stored, opset=opset)


NAN = np.array(np.nan, np.float32)
PART = helper.make_graph([], "part", [], [])
REFUSED: list[tuple[str, onnx.ModelProto, type[ConvlensError], str]] = [
    ("an axis sliced twice", one("Slice", IMAGE, ints(0, 0), ints(2, 4), ints(2, -2)), ShapeError, "name one axis twice"),
    ("an unknown auto_pad", one("Conv", IMAGE, np.ones((4, 3, 3, 3), np.float32), auto_pad="FOO"), ShapeError,
     "auto_pad is 'FOO'; it must be one of NOTSET, SAME_UPPER"),
    ("transposed too", one("ConvTranspose", IMAGE, np.ones((3, 4, 3, 3), np.float32), auto_pad="SAME_FOO"), ShapeError,
     "auto_pad is 'SAME_FOO'"),
    ("Gemm of an image", one("Gemm", IMAGE, IMAGE), ShapeError, "A is 1x3x8x8, with 4 axes; it must be a matrix"),
    ("Gemm with an image", one("Gemm", (1, 8), IMAGE), ShapeError, "B is 1x3x8x8"),
    ("a shape of floats", one("Reshape", IMAGE, np.array([1, 192.5], np.float32)), GraphError,
     "input 1 of Reshape is 2 of float32; it must be a list of whole numbers"),
    ("a shape of two axes", one("Reshape", IMAGE, ints(1, 192).reshape(1, 2)), GraphError, "input 1 of Reshape is 1x2 of int64"),
    ("an index that is no number", one("Gather", IMAGE, NAN), ShapeError, "the index is scalar of float32"),
    ("a depth that is no number", one("OneHot", ((3,), np.int64), NAN, np.zeros(2, np.float32)), GraphError, "is nan"),
    ("blocks of 0", one("DepthToSpace", IMAGE, blocksize=0), ShapeError, "blocksize is 0; it must be at least 1"),
    ("blocks of -1", one("DepthToSpace", IMAGE, blocksize=-1, mode="CRD"), ShapeError, "blocksize is -1"),
    ("a list of bounds", one("Clip", IMAGE, opset=6, min=[1.0, 2.0]), GraphError, r"'min' of Clip is \[1.0, 2.0\]"),
    ("a graph for an axis", one("Add", IMAGE, (3,), opset=6, axis=PART, broadcast=1), GraphError,
     "'axis' of Add is GraphProto"),
    ("a float for an axis", one("Add", IMAGE, (3,), opset=6, axis=1.0, broadcast=1), GraphError, "'axis' of Add is 1.0"),
    ("one scale", one("Upsample", IMAGE, opset=7, scales=2.0), GraphError, "'scales' of Upsample is 2.0, not a list of numbers"),
    ("a number for a tensor", one("Constant", value=3), GraphError, "its value is 3, not a tensor"),
    ("a word for a tensor", one("Constant", value="abc"), GraphError, "its value is 'abc', not a tensor"),
    ("a list for a tensor", one("ConstantOfShape", ints(2), value=[1, 2]), GraphError, r"its value is \[1, 2\], not a tensor"),
    ("a constant of 65 axes", one("ConstantOfShape", ints(*(1,) * 65)), ShapeError, "an output of 65 axes; .* at most 64"),
    ("an initializer of 65 axes", one("Add", IMAGE, np.ones(1, np.float32)), GraphError, "a shape of 65 axes"),
    ("an input of 65 axes", one("Relu", (10**18,) * 65), UsageError, "is declared with 65 axes"),
]  # fmt: skip
REFUSED[-2][1].graph.initializer[0].dims.extend([1] * 64)


@pytest.mark.parametrize(("model", "kind", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(model: onnx.ModelProto, kind: type[ConvlensError], message: str) -> None:
    with pytest.raises(kind, match=message):
        read(model)


def test_sizes_that_no_model_can_hold() -> None:
    model = make_model([node("Relu", ["x"], ["y"])], {"x": ("N", 3)})
    assert output_shapes(read(model, [(2**63 - 1, 3)])) == [(2**63 - 1, 3)]
    with pytest.raises(UsageError, match="a size is over 9223372036854775807"):
        read(model, [(2**63, 3)])


def output_dtype(model: onnx.ModelProto) -> str:
    graph = read(model)
    return facts(graph).nodes[graph.outputs[0].node].outputs[0].dtype


WHOLE = ((2, 3), np.int32)
DTYPES = [
    (one("Div", WHOLE, WHOLE), "int32"),
    (one("Div", WHOLE, np.array(2, np.int32)), "int32"),
    (one("Div", (2, 3), (2, 3)), "float32"),
    (one("Pow", WHOLE, np.array(0.5, np.float32)), "int32"),
    (one("Pow", WHOLE, (2, 3)), "int32"),
    (one("Pow", (2, 3), WHOLE), "float32"),
    (one("Pow", ((2, 3), np.float16), (2, 3)), "float16"),
]


@pytest.mark.parametrize(("model", "dtype"), DTYPES)
def test_dtypes_are_those_that_onnx_infers(model: onnx.ModelProto, dtype: str) -> None:
    inferred = onnx.shape_inference.infer_shapes(model).graph.output[0].type.tensor_type.elem_type
    assert helper.tensor_dtype_to_np_dtype(inferred) == np.dtype(dtype)
    assert output_dtype(model) == dtype
