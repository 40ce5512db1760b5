"""Every reader on models of one node, against onnx's own reference implementation, which runs them."""

from typing import Any, NamedTuple

import numpy as np
import onnx
import pytest
from onnx import helper
from onnx.reference import ReferenceEvaluator

from convlens.importers.onnx import read
from convlens.importers.onnx.readers import table
from convlens.ir import text
from tests.importers.onnx.models import make_model, output_shapes


class Case(NamedTuple):
    """One node: its operator, its inputs (shapes for true inputs, arrays for stored ones), and the operators of ours."""

    op: str
    inputs: tuple[Any, ...]
    attrs: dict[str, Any]
    ours: str
    opset: int = 18
    outputs: int = 1
    without: str = ""
    """What of onnx cannot answer this case: its reference implementation ("run"), or its shape inference ("inference")."""


def case(op: str, *inputs: Any, ours: str, opset: int = 18, outputs: int = 1, without: str = "", **attrs: Any) -> Any:
    label = f"{op}-{opset}-{'-'.join(f'{k}={v}' for k, v in attrs.items())}-{'-'.join(map(shown, inputs))}"
    return pytest.param(Case(op, inputs, attrs, ours, opset, outputs, without), id=label)


def shown(x: Any) -> str:
    return str(x if isinstance(x, tuple) or x is None else x.shape).replace(" ", "")


def w(*shape: int) -> np.ndarray:
    return np.ones(shape, np.float32)


def i(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def f(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


IMAGE = (1, 4, 9, 8)
CASES = [
    case("Conv", IMAGE, w(6, 4, 3, 3), ours="conv"),
    case("Conv", IMAGE, w(6, 4, 3, 3), w(6), ours="conv", pads=[1, 0, 2, 1], strides=[2, 1]),
    case("Conv", IMAGE, w(6, 2, 3, 2), ours="conv", group=2, dilations=[2, 1]),
    case("Conv", IMAGE, w(6, 4, 3, 3), ours="conv", auto_pad="SAME_UPPER", strides=[2, 3]),
    case("Conv", IMAGE, w(6, 4, 2, 4), ours="conv", auto_pad="SAME_LOWER"),
    case("Conv", IMAGE, w(6, 4, 3, 3), ours="conv", auto_pad="VALID", kernel_shape=[3, 3]),
    case("Conv", (2, 3, 10), w(5, 3, 3), ours="conv"),
    case("Conv", (1, 2, 5, 6, 7), w(4, 2, 3, 3, 3), ours="conv"),
    case("Conv", IMAGE, (6, 4, 3, 3), ours="conv"),
    case("ConvTranspose", IMAGE, w(4, 6, 3, 3), ours="conv_transpose"),
    case("ConvTranspose", IMAGE, w(4, 6, 3, 3), w(6), ours="conv_transpose", strides=[2, 2], pads=[1, 0, 1, 1]),
    case("ConvTranspose", IMAGE, w(4, 3, 4, 3), ours="conv_transpose", group=2, strides=[2, 3], output_padding=[1, 2],
         without="run"),
    case("ConvTranspose", IMAGE, w(4, 6, 3, 3), ours="conv_transpose", strides=[3, 2], output_shape=[26, 15], without="run"),
    case("ConvTranspose", IMAGE, w(4, 6, 3, 3), ours="conv_transpose", auto_pad="SAME_UPPER", strides=[2, 2]),
    case("MaxPool", IMAGE, ours="max_pool", kernel_shape=[3, 3]),
    case("MaxPool", IMAGE, ours="max_pool", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1], ceil_mode=1,
         without="inference"),  # it lets the last window start in the padding; the reference implementation does not
    case("MaxPool", IMAGE, ours="max_pool", kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER"),
    case("MaxPool", IMAGE, ours="max_pool", kernel_shape=[2, 2], dilations=[2, 3]),
    case("MaxPool", IMAGE, ours="max_pool", kernel_shape=[2, 2], strides=[2, 2], outputs=2),
    case("AveragePool", IMAGE, ours="avg_pool", kernel_shape=[3, 3], strides=[2, 2]),
    case("AveragePool", IMAGE, ours="avg_pool", kernel_shape=[2, 3], pads=[1, 1, 0, 1], count_include_pad=1, opset=19),
    case("AveragePool", IMAGE, ours="avg_pool", kernel_shape=[2, 2], dilations=[2, 2], opset=19),
    case("GlobalAveragePool", IMAGE, ours="adaptive_avg_pool"),
    case("GlobalMaxPool", IMAGE, ours="adaptive_max_pool"),
    case("Gemm", (2, 5), w(5, 7), w(7), ours="linear"),
    case("Gemm", (2, 5), w(7, 5), ours="linear", transB=1, alpha=0.5),
    case("Gemm", (5, 2), w(5, 7), w(7), ours="permute linear", transA=1),
    case("Gemm", (2, 5), w(5, 7), w(2, 7), ours="linear parameter add"),
    case("Gemm", (2, 5), w(5, 7), w(1), ours="linear parameter add"),
    case("Gemm", (2, 5), w(5, 7), (7,), ours="linear add"),
    case("Gemm", (2, 5), (7, 5), w(7), ours="permute matmul mul parameter add", transB=1, alpha=2.0),
    case("MatMul", (2, 3, 5), w(5, 7), ours="linear"),
    case("MatMul", (2, 3, 5), w(2, 5, 7), ours="parameter matmul"),
    case("MatMul", (2, 3, 5), (2, 5, 4), ours="matmul"),
    case("BatchNormalization", IMAGE, w(4), w(4), w(4), w(4), ours="batch_norm", epsilon=1e-3),
    case("InstanceNormalization", IMAGE, w(4), w(4), ours="instance_norm"),
    case("LayerNormalization", (2, 3, 5), w(5), w(5), ours="layer_norm"),
    case("LayerNormalization", (2, 3, 5), w(3, 5), ours="layer_norm", axis=1),
    case("GroupNormalization", IMAGE, w(4), w(4), ours="group_norm", num_groups=2, opset=21, without="inference"),
    case("GroupNormalization", IMAGE, w(2), w(2), num_groups=2, without="inference",
         ours="group_norm reshape parameter mul parameter add reshape"),
    case("LRN", IMAGE, ours="local_response_norm", size=3),
    case("Clip", IMAGE, f(0)[0], f(6)[0], ours="relu6"),
    case("Clip", IMAGE, ours="relu6", min=0.0, max=6.0, opset=6),
    case("Clip", IMAGE, f(-1)[0], f(1)[0], ours="hardtanh"),
    case("Clip", IMAGE, f(0)[0], ours="relu"),
    case("Clip", IMAGE, None, f(3)[0], ours="elementwise"),
    case("HardSigmoid", IMAGE, ours="hardsigmoid", alpha=1 / 6),
    case("HardSigmoid", IMAGE, ours="mul add hardtanh"),
    case("PRelu", IMAGE, w(4, 1, 1), ours="prelu"),
    case("PRelu", IMAGE, w(1), ours="prelu"),
    case("PRelu", IMAGE, w(4, 9, 8), ours="parameter prelu"),
    case("Softmax", IMAGE, ours="softmax", axis=1),
    case("Softmax", IMAGE, ours="reshape softmax reshape", opset=11),
    case("Softmax", (2, 5), ours="softmax", opset=11),
    case("LogSoftmax", (2, 5), ours="log_softmax"),
    case("Dropout", IMAGE, ours="dropout"),
    case("Dropout", IMAGE, ours="dropout", ratio=0.3, opset=10),
    case("Relu", IMAGE, ours="relu"),
    case("Sigmoid", IMAGE, ours="sigmoid"),
    case("Tanh", IMAGE, ours="tanh"),
    case("LeakyRelu", IMAGE, ours="leaky_relu", alpha=0.1),
    case("Elu", IMAGE, ours="elu"),
    case("Selu", IMAGE, ours="selu"),
    case("Celu", IMAGE, ours="celu"),
    case("Softplus", IMAGE, ours="softplus"),
    case("Softsign", IMAGE, ours="softsign"),
    case("HardSwish", IMAGE, ours="hardswish"),
    case("Mish", IMAGE, ours="mish"),
    case("Gelu", IMAGE, ours="gelu", opset=20),
    case("Erf", IMAGE, ours="elementwise"),
    case("Sqrt", IMAGE, ours="elementwise"),
    case("Shrink", IMAGE, ours="hardshrink", lambd=0.5),
    case("IsInf", IMAGE, ours="elementwise", detect_negative=0),
    case("Add", IMAGE, (4, 1, 1), ours="add"),
    case("Add", IMAGE, w(4, 1, 1), ours="parameter add"),
    case("Add", IMAGE, f(2)[0], ours="add"),
    case("Mul", f(2)[0], IMAGE, ours="mul"),
    case("Sub", f(2)[0], IMAGE, ours="constant sub"),
    case("Div", IMAGE, IMAGE, ours="div"),
    case("Pow", IMAGE, f(2)[0], ours="elementwise"),
    case("Mod", IMAGE, IMAGE, ours="elementwise", fmod=1),
    case("Greater", IMAGE, f(0)[0], ours="elementwise"),
    case("Sum", IMAGE, IMAGE, IMAGE, ours="add add"),
    case("Mean", IMAGE, IMAGE, ours="add div"),
    case("Max", IMAGE, IMAGE, (1,), ours="elementwise elementwise"),
    case("Min", IMAGE, ours="identity"),
    case("Reshape", IMAGE, i(0, -1), ours="reshape"),
    case("Reshape", IMAGE, i(3, 2, 6, 8), ours="reshape", allowzero=1),
    case("Flatten", IMAGE, ours="flatten"),
    case("Flatten", IMAGE, ours="reshape", axis=2),
    case("Flatten", IMAGE, ours="reshape", axis=0),
    case("Flatten", IMAGE, ours="reshape", axis=-1),
    case("Squeeze", (1, 4, 1, 3), i(0, -2), ours="squeeze"),
    case("Squeeze", (1, 4, 1, 3), ours="squeeze"),
    case("Squeeze", (1, 4, 1, 3), ours="squeeze", axes=[2], opset=11),
    case("Unsqueeze", (4, 3), i(0, -1), ours="unsqueeze"),
    case("Unsqueeze", (4, 3), ours="unsqueeze", axes=[1], opset=11),
    case("Transpose", IMAGE, ours="permute"),
    case("Transpose", IMAGE, ours="permute", perm=[0, 2, 3, 1]),
    case("Expand", (3, 1), i(2, 1, 6), ours="expand"),
    case("Concat", IMAGE, IMAGE, ours="concat", axis=1),
    case("Concat", IMAGE, w(1, 2, 9, 8), ours="parameter concat", axis=-3),
    case("Split", IMAGE, i(1, 3), ours="split", axis=1, outputs=2),
    case("Split", IMAGE, ours="split", axis=1, num_outputs=3, outputs=3),
    case("Split", IMAGE, ours="split", axis=-1, outputs=2, opset=11),
    case("Split", IMAGE, ours="split", split=[3, 6], axis=2, outputs=2, opset=11),
    case("Slice", IMAGE, i(1, -5), i(2**63 - 1, -1), i(2, 3), i(2, 1), ours="slice"),
    case("Slice", IMAGE, i(8), i(-(2**31)), i(2), i(-2), ours="slice"),
    case("Slice", IMAGE, i(0, 1), i(1, 3), ours="slice"),
    case("Gather", IMAGE, np.array(1), ours="slice", axis=2),
    case("Gather", IMAGE, np.array(-1), ours="slice", axis=-1),
    case("Gather", IMAGE, i(0, 2), ours="constant index_select", axis=2),
    case("Gather", w(10, 8), ((2, 5), np.int64), ours="embedding"),
    case("Gather", w(10, 8), ((2, 5), np.int64), ours="parameter index_select", axis=1),
    case("Gather", IMAGE, ((), np.int64), ours="index_select", axis=-2),
    case("GatherElements", (3, 5), ((3, 2), np.int64), ours="gather", axis=1),
    case("ScatterElements", (3, 5), ((3, 2), np.int64), (3, 2), ours="scatter", axis=1),
    case("ScatterElements", (3, 5), ((3, 2), np.int64), (3, 2), ours="scatter", axis=-1, reduction="add"),
    case("GatherND", (2, 3, 4, 5), ((7, 6, 2), np.int64), ours="gather_nd"),
    case("GatherND", (2, 3, 4, 5), ((2, 3, 6, 1), np.int64), ours="gather_nd", batch_dims=2),
    case("ScatterND", (4, 3, 5), ((2, 6, 2), np.int64), (2, 6, 5), ours="scatter_nd"),
    case("ScatterND", (4, 3, 5), ((2, 1), np.int64), (2, 3, 5), ours="scatter_nd", reduction="max"),
    case("OneHot", ((2, 3), np.int64), np.array(7), f(0, 1), ours="one_hot"),
    case("OneHot", ((2, 3), np.int64), np.array(7), f(0, 1), ours="constant parameter opaque", axis=1),
    case("Einsum", (2, 3, 4), (2, 4, 5), ours="einsum", equation="bij, bjk -> bik"),
    case("GridSample", IMAGE, (1, 5, 6, 2), ours="grid_sample"),
    case("GridSample", IMAGE, (1, 5, 6, 2), ours="grid_sample", mode="cubic", align_corners=1, opset=20),
    case("LSTM", (7, 2, 5), w(2, 12, 5), w(2, 12, 3), w(2, 24), ours="lstm reshape permute", hidden_size=3,
         direction="bidirectional", outputs=3, without="run"),
    case("LSTM", (7, 2, 5), w(1, 12, 5), w(1, 12, 3), None, None, (1, 2, 3), (1, 2, 3), ours="lstm reshape permute",
         hidden_size=3, outputs=3),
    case("GRU", (7, 2, 5), w(1, 9, 5), w(1, 9, 3), w(1, 18), ours="gru reshape permute", hidden_size=3, outputs=2),
    case("RNN", (7, 2, 5), w(1, 3, 5), w(1, 3, 3), w(1, 6), ours="rnn reshape permute", hidden_size=3, outputs=2),
    case("QuantizeLinear", IMAGE, f(0.1)[0], np.uint8(3), ours="quantize"),
    case("DynamicQuantizeLinear", IMAGE, outputs=3,
         ours="quantize reduce elementwise reduce elementwise sub div div quantize"),
    case("DequantizeLinear", (IMAGE, np.uint8), f(0.1)[0], np.uint8(3), ours="dequantize", opset=19),
    case("QLinearConv", (IMAGE, np.uint8), f(0.1)[0], np.uint8(3), np.ones((6, 4, 3, 3), np.int8), f(0.1)[0], np.int8(0),
         f(0.2)[0], np.uint8(1), ours="conv", strides=[2, 1]),
    case("QLinearMatMul", ((2, 5), np.uint8), f(0.1)[0], np.uint8(3), np.ones((5, 7), np.uint8), f(0.1)[0], np.uint8(0),
         f(0.2)[0], np.uint8(1), ours="linear"),
    case("ConvInteger", (IMAGE, np.uint8), np.ones((6, 4, 3, 3), np.uint8), np.uint8(3), ours="conv cast"),
    case("MatMulInteger", ((2, 5), np.uint8), ((5, 4), np.uint8), np.uint8(3), np.uint8(0), ours="matmul cast"),
    case("Pad", IMAGE, i(0, 0, 1, 2, 0, 0, 3, 0), ours="pad"),
    case("Pad", IMAGE, i(1, 2, 3, 0), f(0)[0], i(-1, 2), ours="pad", mode="reflect"),
    case("Pad", IMAGE, i(0, 0, -1, 2, 0, 0, 0, 0), ours="pad", mode="edge", without="run"),
    case("Pad", IMAGE, ours="pad", pads=[0, 0, 1, 1, 0, 0, 1, 1], opset=10),
    case("DepthToSpace", (1, 8, 3, 4), ours="pixel_shuffle", blocksize=2, mode="CRD"),
    case("DepthToSpace", (1, 8, 3, 4), ours="reshape permute reshape", blocksize=2),
    case("SpaceToDepth", (1, 3, 4, 6), ours="reshape permute reshape", blocksize=2),
    case("Resize", IMAGE, None, f(1, 1, 2, 1.5), ours="interpolate", mode="linear"),
    case("Resize", IMAGE, None, None, i(1, 4, 12, 5), ours="interpolate", mode="cubic"),
    case("Resize", IMAGE, None, f(2, 2), ours="interpolate", mode="nearest", axes=[2, 3],
         coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    case("Resize", IMAGE, None, f(1, 2, 1, 1), ours="parameter opaque", mode="nearest"),
    case("Upsample", IMAGE, f(1, 1, 2, 3), ours="interpolate", opset=9),
    case("ReduceMean", IMAGE, i(2, 3), ours="reduce"),
    case("ReduceMean", IMAGE, ours="reduce", axes=[-1], keepdims=0, opset=13),
    case("ReduceSum", IMAGE, ours="reduce", keepdims=0),
    case("ReduceSum", IMAGE, ours="identity", noop_with_empty_axes=1),
    case("ReduceL2", IMAGE, i(1), ours="reduce"),
    case("ReduceL1", IMAGE, i(1), ours="reduce"),
    case("ReduceMax", IMAGE, i(1), ours="reduce"),
    case("ReduceMin", IMAGE, i(1), ours="reduce"),
    case("ReduceProd", IMAGE, i(1), ours="reduce"),
    case("ReduceLogSumExp", IMAGE, i(1), ours="reduce"),
    case("ReduceSumSquare", IMAGE, i(1), ours="elementwise reduce"),
    case("ReduceLogSum", IMAGE, i(1), ours="reduce elementwise", keepdims=0),
    case("ArgMax", IMAGE, ours="reduce", axis=1, keepdims=0),
    case("ArgMin", IMAGE, ours="reduce"),
    case("Cast", IMAGE, ours="cast", to=int(onnx.TensorProto.FLOAT16)),
    case("Identity", IMAGE, ours="identity"),
    case("Where", ((1, 4, 9, 8), np.bool_), IMAGE, f(0)[0], ours="constant elementwise"),
    case("Tile", IMAGE, i(1, 1, 2, 3), ours="tile"),
    case("TopK", (2, 9), i(3), ours="topk", outputs=2),
    case("TopK", (2, 9), i(3), ours="topk", outputs=2, axis=1, largest=0),
    case("CumSum", (2, 9), np.array(1), ours="scan"),
    case("CumSum", (2, 9), np.array(1), ours="constant opaque", reverse=1),
    case("LpPool", IMAGE, ours="lp_pool", kernel_shape=[2, 2]),
    case("LpPool", IMAGE, ours="lp_pool", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1], p=1),
    case("GlobalLpPool", IMAGE, ours="lp_pool", without="run"),
    case("MaxUnpool", IMAGE, (IMAGE, np.int64), ours="max_unpool", kernel_shape=[2, 2], strides=[2, 2]),
    case("MaxUnpool", IMAGE, (IMAGE, np.int64), i(1, 4, 19, 16), ours="max_unpool", kernel_shape=[2, 2], strides=[2, 2],
         without="inference"),
    case("Shrink", IMAGE, ours="softshrink", bias=0.3),
    case("ThresholdedRelu", IMAGE, ours="threshold", alpha=0.5),
    case("LpNormalization", IMAGE, ours="normalize", axis=1),
    case("RMSNormalization", IMAGE, w(8), ours="rms_norm", opset=23),
]  # fmt: skip


def model_of(spec: Case) -> onnx.ModelProto:
    names = ["" if x is None else f"in{n}" for n, x in enumerate(spec.inputs)]
    outputs = tuple(f"out{n}" for n in range(spec.outputs))
    stored = {name: x for name, x in zip(names, spec.inputs, strict=True) if isinstance(x, np.generic | np.ndarray)}
    true = {name: x for name, x in zip(names, spec.inputs, strict=True) if isinstance(x, tuple)}
    return make_model([helper.make_node(spec.op, names, outputs, **spec.attrs)], true, stored, outputs, spec.opset)


def reference(model: onnx.ModelProto) -> list[tuple[int, ...]]:
    """Run the model on ones."""
    feeds = {}
    for info in model.graph.input:
        kind = info.type.tensor_type
        dtype = helper.tensor_dtype_to_np_dtype(kind.elem_type)
        feeds[info.name] = np.ones([d.dim_value for d in kind.shape.dim], dtype)
    return [np.shape(y) for y in ReferenceEvaluator(model).run(None, feeds)]


def inferred(model: onnx.ModelProto) -> list[tuple[int, ...]]:
    found = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph.output
    return [tuple(d.dim_value for d in info.type.tensor_type.shape.dim) for info in found]


def answered_by(what: str) -> list[Any]:
    return [param for param in CASES if param.values[0].without != what]


@pytest.mark.parametrize("spec", answered_by("inference"))
def test_shapes_are_those_that_onnx_infers(spec: Case) -> None:
    model = model_of(spec)
    assert output_shapes(read(model)) == inferred(model)


@pytest.mark.parametrize("spec", answered_by("run"))
def test_shapes_are_those_of_a_run(spec: Case) -> None:
    model = model_of(spec)
    assert output_shapes(read(model)) == reference(model)


def test_the_oracles_can_disagree_with_us() -> None:
    model = model_of(Case("Relu", (IMAGE,), {}, "relu"))
    other = model_of(Case("Relu", ((1, 4, 9, 7),), {}, "relu"))
    assert output_shapes(read(model)) != inferred(other)
    assert output_shapes(read(model)) != reference(other)


@pytest.mark.parametrize("spec", CASES)
def test_operators_are_ours(spec: Case) -> None:
    graph = read(model_of(spec))
    assert sorted(node.op.name for node in graph) == sorted(spec.ours.split())
    assert text.parse(text.format(graph)) == graph


def test_every_reader_is_tried() -> None:
    tried = {param.values[0].op for param in CASES}
    assert set(table()) - tried == set()
