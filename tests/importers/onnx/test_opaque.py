"""What has no reader: shapes from onnx's inference or from declarations, never a guess."""

import numpy as np
import onnx
import pytest
from onnx import helper

import convlens
from convlens.importers.onnx import read
from convlens.ir.errors import GraphError, UsageError
from convlens.passes.facts import facts
from convlens.report.summary import Summary
from tests.importers.onnx.models import make_model, output_shapes

FLOAT = onnx.TensorProto.FLOAT
info = helper.make_tensor_value_info
node = helper.make_node


def conditional(with_shape: bool = True) -> onnx.ModelProto:
    """Two branches that read x from outside; one holds a weight of its own."""
    weight = helper.make_tensor("inner", FLOAT, [4], [0.0] * 4)
    out = info("o", FLOAT, [1, 4] if with_shape else None)
    yes = helper.make_graph([node("Add", ["x", "inner"], ["o"])], "yes", [], [out], [weight])
    no = helper.make_graph([node("Relu", ["x"], ["o"])], "no", [], [out])
    return make_model([node("If", ["c"], ["h"], then_branch=yes, else_branch=no), node("Relu", ["h"], ["y"])],
                      {"c": ((), np.bool_), "x": (1, 4)})  # fmt: skip


def test_if_becomes_one_node_that_reads_what_its_branches_read() -> None:
    graph = read(conditional())
    branch = graph["h"]
    assert (branch.op.name, [str(ref) for ref in branch.inputs]) == ("opaque", ["c", "x"])
    assert output_shapes(graph) == [(1, 4)]
    known = facts(graph).nodes["h"]
    assert (known.macs, known.elementwise, known.params) == (None, None, 4)


def loop() -> onnx.ModelProto:
    body = helper.make_graph(
        [node("Identity", ["keep"], ["keep_out"]), node("Relu", ["state"], ["state_out"])],
        "body",
        [info("i", onnx.TensorProto.INT64, []), info("keep", onnx.TensorProto.BOOL, []), info("state", FLOAT, [2, 3])],
        [info("keep_out", onnx.TensorProto.BOOL, []), info("state_out", FLOAT, [2, 3])],
    )
    nodes = [node("Loop", ["n", "", "x"], ["h"], body=body), node("Relu", ["h"], ["y"])]
    return make_model(nodes, {"x": (2, 3)}, {"n": np.array(5)})


def test_a_loop_takes_its_declared_shape() -> None:
    """What a loop carries may change its shape in each round, so inference gives none."""
    model = loop()
    assert "an output of Loop, is not known" in str(facts(read(model)).error)
    model.graph.value_info.append(info("h", FLOAT, [2, 3]))
    assert output_shapes(read(model)) == [(2, 3)]


def custom(value_info: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
    model = make_model([node("Mystery", ["x"], ["h"], domain="my.ops"), node("Relu", ["h"], ["y"])], {"x": ("N", 8)})
    model.opset_import.append(helper.make_opsetid("my.ops", 1))
    model.graph.value_info.extend(value_info)
    return model


def test_an_unknown_operator_takes_its_declared_shape_with_dims_bound() -> None:
    graph = read(custom([info("h", FLOAT, ["N", 3])]), dims={"N": 5})
    assert output_shapes(graph) == [(5, 3)]
    assert graph["h"].op.call == "my.ops.Mystery"


def test_an_unknown_operator_without_a_shape_ends_the_report() -> None:
    """What stands before it is reported."""
    model = make_model([node("Relu", ["x"], ["r"]), node("Mystery", ["r"], ["h"], domain="my.ops"), node("Relu", ["h"], ["y"])],
                       {"x": (5, 8)})  # fmt: skip
    model.opset_import.append(helper.make_opsetid("my.ops", 1))
    graph = read(model)
    assert [(n.name, n.op.name) for n in graph] == [("r", "relu"), ("h", "opaque")]
    known = facts(graph)
    assert (list(known.nodes), known.broken) == (["r"], graph["h"])
    assert str(known.error) == (
        "Mystery 'h': the shape of 'h', an output of Mystery, is not known: no reader, no inference of onnx's and no "
        "declaration in the model tells it\n  input: 5x8\n  written at: model: node 1 'h'\n"
        "  fix: declare its shape in the model's value_info"
    )
    report = convlens.summary(graph)
    assert "my.ops.Mystery" in report.to_text()
    assert report.to_dict()["error"]["node"] == "h"


def test_a_sequence_has_no_shape() -> None:
    nodes = [node("SequenceConstruct", ["x"], ["s"]), node("ConcatFromSequence", ["s"], ["y"], axis=0)]
    assert "it is a sequence, not a tensor" in str(facts(read(make_model(nodes, {"x": (1, 4)}))).error)


def det(declared: list[int | str | None], dtype: int = FLOAT) -> onnx.ModelProto:
    """Det has no reader of ours; onnx infers its shape."""
    model = make_model([node("Det", ["x"], ["h"]), node("Relu", ["h"], ["y"])], {"x": (7, 4, 4)})
    model.graph.value_info.append(info("h", dtype, declared))
    return model


@pytest.mark.parametrize("declared", [[7], ["N"], [None]])
def test_a_declaration_that_agrees_with_inference(declared: list[int | str | None]) -> None:
    assert output_shapes(read(det(declared))) == [(7,)]


@pytest.mark.parametrize(
    ("declared", "dtype", "message"),
    [
        ([5], FLOAT, "declares 'h' as 5 of float32, but onnx's inference makes it 7 of float32"),
        ([7, None], FLOAT, "declares 'h' as 7x? of float32, but onnx's inference makes it 7 of float32"),
        ([7], onnx.TensorProto.INT64, "declares 'h' as 7 of int64, but onnx's inference makes it 7 of float32"),
    ],
)
def test_a_declaration_that_contradicts_inference(declared: list[int | str | None], dtype: int, message: str) -> None:
    known = facts(read(det(declared, dtype)))
    assert known.broken is not None
    assert message in str(known.error)


def test_stft_takes_its_declared_shape_only() -> None:
    """onnx infers 16 frequencies here; half of them and the zero are the default."""
    model = make_model([node("STFT", ["x", "step", "", "length"], ["h"]), node("Relu", ["h"], ["y"])], {"x": (1, 128, 1)},
                       {"step": np.array(8), "length": np.array(16)})  # fmt: skip
    assert "is not known" in str(facts(read(model)).error)
    model.graph.value_info.append(info("h", FLOAT, [1, 15, 9, 2]))
    assert output_shapes(read(model)) == [(1, 15, 9, 2)]


def test_a_reshape_by_computed_values_says_so() -> None:
    model = make_model([node("Reshape", ["x", "s"], ["y"])], {"x": (2, 3), "s": ((2,), np.int64)})
    assert "the shape of 'y', an output of Reshape, is not known" in str(facts(read(model)).error)


def with_functions(*functions: onnx.FunctionProto) -> onnx.ModelProto:
    model = make_model([node("f", ["x"], ["y"], domain="own")], {"x": (1, 4)})
    model.opset_import.append(helper.make_opsetid("own", 1))
    model.functions.extend(functions)
    return model


def function(name: str, *calls: str) -> onnx.FunctionProto:
    names = [f"t{i}" for i in range(len(calls) + 1)]
    nodes = [node(op, [a], [b], domain="" if op == "Relu" else "own") for op, a, b in zip(calls, names, names[1:], strict=False)]
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    return helper.make_function("own", name, names[:1], names[-1:], nodes, opsets)


def test_functions_of_the_model_are_written_out() -> None:
    graph = read(with_functions(function("f", "g", "Relu"), function("g", "Relu", "Relu")))
    assert [n.op.name for n in graph] == ["relu"] * 3


def test_a_function_that_calls_itself() -> None:
    with pytest.raises(GraphError, match="the function 'f' calls itself"):
        read(with_functions(function("f", "g"), function("g", "f")))


def test_functions_that_grow_without_end() -> None:
    chain = [function("f" if i == 0 else f"f{i}", *[f"f{i + 1}"] * 10) for i in range(30)]
    with pytest.raises(UsageError, match="nodes after its functions are written out"):
        read(with_functions(*chain, function("f30", "Relu")))


def suppression(declared: bool) -> onnx.ModelProto:
    boxes = [node("NonMaxSuppression", ["boxes", "scores", "most"], ["h"]), node("Cast", ["h"], ["y"], to=FLOAT)]
    model = make_model(boxes, {"boxes": (1, 20, 4), "scores": (1, 3, 20)}, {"most": np.array([5])})
    model.graph.value_info.extend([info("h", onnx.TensorProto.INT64, [15, 3])] * declared)
    return model


def test_suppression_of_boxes_depends_on_their_values_and_says_so() -> None:
    report = Summary(read(suppression(declared=False)))
    assert str(report.facts.error).splitlines()[0].endswith("is not known: how many boxes stay depends on their values")
    assert report.to_dict()["unknown"] == ["h"]
    assert output_shapes(read(suppression(declared=True))) == [(15, 3)]


def test_regions_of_interest_have_a_shape_and_no_invented_cost() -> None:
    region = node("RoiAlign", ["x", "rois", "batch"], ["y"], output_height=7, output_width=5)
    graph = read(make_model([region], {"x": (2, 16, 32, 32), "rois": (9, 4), "batch": ((9,), np.int64)}))
    assert output_shapes(graph) == [(9, 16, 7, 5)]
    found = facts(graph).nodes["y"]
    assert (graph["y"].op.name, found.macs, found.elementwise) == ("opaque", None, None)
